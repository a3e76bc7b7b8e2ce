import { MAX_DEMANDS } from './detour-demands.ts';
import type { ImportedNetwork, ImportOptions } from './import-options.ts';
import { MAX_LINKS } from './network-links.ts';
import { MAX_NODES } from './network-nodes.ts';
import { amount, coordinate, fault, type SndlibFile, sndlibNetwork } from './sndlib.ts';

/** A word or a bracket with its line. */
interface Token {
  readonly text: string;
  readonly line: number;
}

/** Numbers that one link may list as modules. */
const MAX_WORDS = 10_000;

/**
 * Reads SNDlib's native network format: sections `META`, `NODES`, `LINKS`, `DEMANDS`; others are skipped. Throws
 * INVALID_NETWORK with the line.
 */
export function readSndlibNative(text: string, options: ImportOptions): ImportedNetwork {
  const file: SndlibFile = { unit: null, isGeographic: null, nodes: [], links: [], demands: [] };
  const reader = new TokenReader(tokens(text));
  for (let section = reader.next(); section; section = reader.next()) {
    reader.expect('(', `after ${section.text}`);
    const read = SECTIONS[section.text];
    if (read) while (!reader.takes(')')) read(reader, file);
    else reader.skipGroup();
  }
  return sndlibNetwork(file, options);
}

/** Words and brackets; what follows `#` is a comment, and the first line may say what the file is. */
function* tokens(text: string): Generator<Token> {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const pattern = /\n|#[^\n]*|[()]|[^\s()#]+/g;
  let line = 1;
  pattern.lastIndex = start;
  if (text.startsWith('?', start)) pattern.lastIndex = Math.max(0, text.indexOf('\n', start)) || text.length;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [word] = match;
    if (word === '\n') line += 1;
    else if (!word.startsWith('#')) yield { text: word, line };
  }
}

class TokenReader {
  readonly #tokens: Iterator<Token>;
  #ahead: Token | null = null;
  #line = 1;

  constructor(all: Iterable<Token>) {
    this.#tokens = all[Symbol.iterator]();
    this.#advance();
  }

  next(): Token | null {
    const token = this.#ahead;
    if (token) this.#advance();
    return token;
  }

  takes(text: string): boolean {
    if (this.#ahead?.text !== text) return false;
    this.#advance();
    return true;
  }

  expect(text: string, where: string): void {
    if (!this.takes(text)) fault(this.#line, `"${text}" is missing ${where}`);
  }

  /** The next token, which must be a word. */
  word(what: string): Token {
    const token = this.next();
    if (!token || token.text === '(' || token.text === ')') fault(token?.line ?? this.#line, `${what} is missing`);
    return token;
  }

  /** Words up to the closing bracket of a group whose opening one was read. */
  words(): Token[] {
    const found: Token[] = [];
    while (!this.takes(')')) {
      if (found.length >= MAX_WORDS) fault(this.#line, `more than ${MAX_WORDS} words in brackets`);
      found.push(this.word('")"'));
    }
    return found;
  }

  /** Skips to the closing bracket of a group whose opening one was read. */
  skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      const token = this.next();
      if (!token) fault(this.#line, '")" is missing');
      depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    }
  }

  /** Skips groups that may follow an entry. */
  skipGroups(): void {
    while (this.takes('(')) this.skipGroup();
  }

  #advance(): void {
    const { value, done } = this.#tokens.next();
    this.#ahead = done ? null : value;
    if (this.#ahead) this.#line = this.#ahead.line;
  }
}

const SECTIONS: Readonly<Record<string, ((reader: TokenReader, file: SndlibFile) => void) | undefined>> = {
  META: readMeta,
  NODES: readNode,
  LINKS: readLink,
  DEMANDS: readDemand,
};

/** `unit = MBITPERSEC`; values of other names may be several words, so words are taken one by one. */
function readMeta(reader: TokenReader, file: SndlibFile): void {
  if (reader.takes('(')) {
    reader.skipGroup();
    return;
  }
  const { text } = reader.word('")"');
  if (text.startsWith('unit=')) file.unit = text.slice(5);
  else if (text === 'unit' && reader.takes('=')) file.unit = reader.word('the unit').text;
}

/** `id ( longitude latitude )`, coordinates may be missing. */
function readNode(reader: TokenReader, file: SndlibFile): void {
  const { text: id, line } = reader.word('a node');
  if (file.nodes.length >= MAX_NODES) fault(line, `more than ${MAX_NODES} nodes`);
  const words = reader.takes('(') ? reader.words() : [];
  if (words.length !== 0 && words.length !== 2) fault(line, `node must have two coordinates, has ${words.length}`);
  const [x = null, y = null] = words.map(({ text }) => coordinate(text, line));
  file.nodes.push({ id, line, x, y });
  reader.skipGroups();
}

/** `id ( source target ) installed installedCost routingCost setupCost ( {capacity cost}* )` */
function readLink(reader: TokenReader, file: SndlibFile): void {
  const { text: id, line } = reader.word('a link');
  if (file.links.length >= MAX_LINKS) fault(line, `more than ${MAX_LINKS} links`);
  const [source, target] = readEnds(reader, line);
  const installed = amount(reader.word('the capacity').text, 'capacity', line);
  for (const what of ['capacity cost', 'routing cost', 'setup cost']) reader.word(`the ${what}`);
  reader.expect('(', 'before the modules');
  const modules = reader
    .words()
    .filter((_, at) => at % 2 === 0)
    .map(({ text }) => amount(text, 'module capacity', line));
  file.links.push({ id, line, source, target, installed, modules });
  reader.skipGroups();
}

/** `id ( source target ) routingUnit value maxPathLength` */
function readDemand(reader: TokenReader, file: SndlibFile): void {
  const { text: id, line } = reader.word('a demand');
  if (file.demands.length >= MAX_DEMANDS) fault(line, `more than ${MAX_DEMANDS} demands`);
  const [source, target] = readEnds(reader, line);
  reader.word('the routing unit');
  const value = amount(reader.word('the demand').text, 'demand', line);
  reader.word('the longest path');
  file.demands.push({ id, line, source, target, value });
  reader.skipGroups();
}

function readEnds(reader: TokenReader, line: number): [string, string] {
  reader.expect('(', 'before the ends');
  const words = reader.words();
  if (words.length !== 2) fault(line, `source and target must be two nodes, got ${words.length} words`);
  return [(words[0] as Token).text, (words[1] as Token).text];
}
