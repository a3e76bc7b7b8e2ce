import { DetourError } from '../../src/core/errors.ts';
import { placeOf } from './json.ts';

export type XmlEvent =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      /** Position of its `<` in the text. */
      readonly at: number;
    }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 64;

const NAME = /[\p{L}_:][\p{L}\p{N}_:.-]*/uy;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Where reading stands. */
interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Reads the XML of data files piece by piece: elements, attributes and text. Strict and small on purpose: no document
 * types, no entities but the five predefined ones (so nothing expands), no CDATA, bounded depth and attributes.
 * Comments and processing instructions are skipped. Names come without their namespace prefix. Throws
 * INVALID_NETWORK with line and column.
 */
export function* readXml(text: string): Generator<XmlEvent> {
  const cursor: Cursor = { text, at: text.startsWith('\uFEFF') ? 1 : 0 };
  const open: string[] = [];
  let roots = 0;
  while (cursor.at < text.length) {
    yield* takeText(cursor, open.length > 0);
    if (cursor.at >= text.length) break;
    if (skipMarkup(cursor)) continue;
    if (open.length === 0 && text[cursor.at + 1] !== '/') roots += 1;
    if (roots > 1) fail(cursor, 'a second root element');
    yield* takeTag(cursor, open);
  }
  if (open.length > 0) fail(cursor, `element ${open.at(-1)} is not closed`);
  if (roots === 0) fail(cursor, 'no root element');
}

function* takeText(cursor: Cursor, isInside: boolean): Generator<XmlEvent> {
  const next = cursor.text.indexOf('<', cursor.at);
  const end = next < 0 ? cursor.text.length : next;
  const text = decoded(cursor, cursor.text.slice(cursor.at, end));
  cursor.at = end;
  if (isInside) yield { kind: 'text', text };
  else if (text.trim() !== '') fail(cursor, 'text outside of the root element');
}

/** Skips a comment or a processing instruction; false when there is none. */
function skipMarkup(cursor: Cursor): boolean {
  const { text, at } = cursor;
  const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : null;
  if (end === null) return false;
  const close = text.indexOf(end, at + 2);
  if (close < 0) fail(cursor, `${end} is missing`);
  cursor.at = close + end.length;
  return true;
}

function* takeTag(cursor: Cursor, open: string[]): Generator<XmlEvent> {
  if (cursor.text[cursor.at + 1] === '!') fail(cursor, 'document types and CDATA are not accepted');
  if (cursor.text[cursor.at + 1] === '/') {
    yield takeClosingTag(cursor, open);
    return;
  }
  const { at } = cursor;
  cursor.at += 1;
  const name = takeName(cursor);
  const attributes = takeAttributes(cursor);
  const empty = cursor.text.startsWith('/>', cursor.at);
  if (!empty && cursor.text[cursor.at] !== '>') fail(cursor, '> is missing');
  cursor.at += empty ? 2 : 1;
  yield { kind: 'open', name: localName(name), attributes, at };
  if (empty) yield { kind: 'close', name: localName(name) };
  else if (open.push(name) > MAX_DEPTH) fail(cursor, `elements are nested more than ${MAX_DEPTH} deep`);
}

function takeClosingTag(cursor: Cursor, open: string[]): XmlEvent {
  cursor.at += 2;
  const name = takeName(cursor);
  match(SPACE, cursor);
  if (name !== open.pop()) fail(cursor, `element ${name} is closed but not open`);
  if (cursor.text[cursor.at] !== '>') fail(cursor, '> is missing');
  cursor.at += 1;
  return { kind: 'close', name: localName(name) };
}

function takeAttributes(cursor: Cursor): Map<string, string> {
  const attributes = new Map<string, string>();
  for (;;) {
    const space = match(SPACE, cursor);
    const here = cursor.text[cursor.at];
    if (here === '>' || here === '/' || here === undefined) return attributes;
    if (space === '') fail(cursor, 'a space is missing');
    const name = takeName(cursor);
    if (attributes.has(name)) fail(cursor, `attribute ${name} is there twice`);
    if (attributes.size >= MAX_ATTRIBUTES) fail(cursor, `more than ${MAX_ATTRIBUTES} attributes`);
    match(SPACE, cursor);
    if (cursor.text[cursor.at] !== '=') fail(cursor, '= is missing');
    cursor.at += 1;
    match(SPACE, cursor);
    attributes.set(name, takeValue(cursor));
  }
}

function takeValue(cursor: Cursor): string {
  const quote = cursor.text[cursor.at];
  if (quote !== '"' && quote !== "'") fail(cursor, 'a quote is missing');
  const end = cursor.text.indexOf(quote as string, cursor.at + 1);
  if (end < 0) fail(cursor, 'the closing quote is missing');
  const value = cursor.text.slice(cursor.at + 1, end);
  if (value.includes('<')) fail(cursor, '< must not stand in an attribute');
  const text = decoded(cursor, value);
  cursor.at = end + 1;
  return text;
}

function takeName(cursor: Cursor): string {
  const name = match(NAME, cursor);
  if (name === '') fail(cursor, 'a name is missing');
  return name.slice(0, 200);
}

function match(pattern: RegExp, cursor: Cursor): string {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? '';
  cursor.at += found.length;
  return found;
}

function decoded(cursor: Cursor, text: string): string {
  return text.replaceAll(/&([^;&]{0,16};?)/g, (_whole, body: string) => {
    const known = body.endsWith(';') ? ENTITIES[body.slice(0, -1)] : undefined;
    if (known === undefined) fail(cursor, 'only the five predefined entities are accepted');
    return known as string;
  });
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function fail(cursor: Cursor, what: string): never {
  const { line, column } = placeOf(cursor.text, cursor.at);
  throw new DetourError('INVALID_NETWORK', `is not valid XML at line ${line}, column ${column}: ${what}`);
}
