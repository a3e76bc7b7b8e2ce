import { DetourError, type ErrorKey } from '../../src/core/errors.ts';

/**
 * Parses JSON text. The error says where, by line and column, and never repeats the text, which the engine's own
 * message does and which may hold what must not be shown.
 */
export function parseJson(text: string, errorKey: ErrorKey): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = placeOf(text, firstFault(text));
    throw new DetourError(errorKey, `is not valid JSON at line ${line}, column ${column}`);
  }
}

/** Line and column, both from 1, of a position in the text. */
export function placeOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: position - lineStart + 1 };
}

const SPACE = /[ \t\n\r]*/y;
/** A token of RFC 8259: bracket or separator, text, number or word. Sticky, so that nothing is copied. */
const TOKEN =
  /([{}[\],:])|("(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

type Expect = 'value' | 'first-item' | 'key' | 'first-key' | 'colon' | 'comma' | 'nothing';

/** Position of the first token that cannot stand where it stands; Node 20 does not always tell. */
function firstFault(text: string): number {
  const open: string[] = [];
  let expect: Expect | null = 'value';
  let at = 0;
  for (;;) {
    at = endOf(SPACE, text, at)?.end ?? at;
    const token = endOf(TOKEN, text, at);
    if (!token) return at;
    expect = step(expect, token.match[1] ?? (token.match[2] === undefined ? 'scalar' : 'text'), open);
    if (expect === null) return at;
    at = token.end;
  }
}

function endOf(pattern: RegExp, text: string, at: number): { match: RegExpExecArray; end: number } | null {
  pattern.lastIndex = at;
  try {
    const match = pattern.exec(text);
    return match && { match, end: pattern.lastIndex };
  } catch {
    // A text of many megabytes exhausts the pattern's stack; its beginning is place enough.
    return null;
  }
}

/** A token: where it may stand, and what may follow it (null: it closes a bracket that is not open). */
interface Rule {
  readonly allowed: readonly Expect[];
  readonly next: (open: string[], expect: Expect) => Expect | null;
}

const RULES: Readonly<Record<string, Rule>> = {
  '{': { allowed: ['value', 'first-item'], next: (open) => opened(open, '{', 'first-key') },
  '[': { allowed: ['value', 'first-item'], next: (open) => opened(open, '[', 'first-item') },
  '}': { allowed: ['comma', 'first-key'], next: (open) => closed(open, '{') },
  ']': { allowed: ['comma', 'first-item'], next: (open) => closed(open, '[') },
  ',': { allowed: ['comma'], next: (open) => (open.at(-1) === '{' ? 'key' : 'value') },
  ':': { allowed: ['colon'], next: () => 'value' },
  text: {
    allowed: ['value', 'first-item', 'key', 'first-key'],
    next: (open, expect) => (expect === 'key' || expect === 'first-key' ? 'colon' : afterValue(open)),
  },
  scalar: { allowed: ['value', 'first-item'], next: afterValue },
};

function step(expect: Expect, token: string, open: string[]): Expect | null {
  const rule = RULES[token];
  return rule?.allowed.includes(expect) ? rule.next(open, expect) : null;
}

function opened(open: string[], bracket: string, next: Expect): Expect {
  open.push(bracket);
  return next;
}

function closed(open: string[], bracket: string): Expect | null {
  return open.pop() === bracket ? afterValue(open) : null;
}

function afterValue(open: readonly string[]): Expect {
  return open.length === 0 ? 'nothing' : 'comma';
}
