import { scanNumber, skipSpace } from './scan-number.ts';

/** Octets of JSON that mean something here. */
const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Rows of numbers in the order of a model's features. */
export interface ScannedRows {
  readonly values: Float32Array;
  readonly rowCount: number;
}

/**
 * Reads rows of features straight from the octets of JSON, without making objects of them. Programs that ask again and
 * again name the features in the same order every time: that order is expected, and learnt from what was read the slow
 * way. Whatever is not exactly as expected is not read (null), and is left to `JSON.parse` and `NamedRows`, who alone
 * know what is wrong with it; what is read has the same values as theirs.
 */
export class RowScanner {
  readonly #names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  #order: Int32Array;
  #keys: readonly Uint8Array[];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#places = new Map(names.map((name, place) => [name, place]));
    this.#order = Int32Array.from(names, (_, place) => place);
    this.#keys = names.map(octetsOf);
  }

  /** A body `{"<field>": {...}}`. */
  one(body: Uint8Array, field: string): ScannedRows | null {
    const values = new Float32Array(this.#names.length);
    const begin = scanField(body, octetsOf(field));
    const end = begin < 0 ? -1 : this.#row(body, begin, values, 0);
    return end >= 0 && isEnd(body, end) ? { values, rowCount: 1 } : null;
  }

  /** A body `{"<field>": [{...}, ...]}` of one row or more, at most `mostRows`. */
  many(body: Uint8Array, field: string, mostRows: number): ScannedRows | null {
    let at = scanField(body, octetsOf(field));
    if (at < 0 || body[at] !== OPEN_LIST) return null;
    const width = this.#names.length;
    // No row takes less than its names do, so that a short body takes little room.
    const least = this.#keys.reduce((sum, key) => sum + key.length + 3, 1);
    const values = new Float32Array(Math.min(mostRows, Math.ceil(body.length / least)) * width);
    for (let row = 0; row * width < values.length; row += 1) {
      at = this.#row(body, at + 1, values, row * width);
      if (at < 0) return null;
      if (body[at] === COMMA) continue;
      const isWhole = body[at] === CLOSE_LIST && isEnd(body, skipSpace(body, at + 1));
      return isWhole ? { values: values.subarray(0, (row + 1) * width), rowCount: row + 1 } : null;
    }
    return null;
  }

  /** Expects the features in the order of this row from now on, where it has all of them. */
  learn(row: unknown): void {
    if (row === null || typeof row !== 'object') return;
    const names = Object.keys(row);
    const order = names.map((name) => this.#places.get(name) ?? -1);
    if (names.length !== this.#names.length || order.includes(-1)) return;
    this.#order = Int32Array.from(order);
    this.#keys = names.map(octetsOf);
  }

  /** One row, white space around it included: the place after it, or -1. */
  #row(body: Uint8Array, from: number, values: Float32Array, base: number): number {
    const [keys, order] = [this.#keys, this.#order];
    const last = keys.length - 1;
    let at = skipSpace(body, from);
    if (body[at] !== OPEN) return -1;
    for (let key = 0; key <= last; key += 1) {
      at = scanText(body, skipSpace(body, at + 1), keys[key] as Uint8Array);
      if (at < 0 || body[at] !== COLON) return -1;
      at = scanNumber(body, skipSpace(body, at + 1), values, base + (order[key] as number));
      if (at < 0) return -1;
      at = skipSpace(body, at);
      if (body[at] !== (key === last ? CLOSE : COMMA)) return -1;
    }
    return skipSpace(body, at + 1);
  }
}

/** A name as JSON writes it, quotes included. */
function octetsOf(name: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(name));
}

/** The beginning of an object with this first field: where its value begins, or -1. */
function scanField(body: Uint8Array, field: Uint8Array): number {
  const open = skipSpace(body, 0);
  if (body[open] !== OPEN) return -1;
  const at = scanText(body, skipSpace(body, open + 1), field);
  return at >= 0 && body[at] === COLON ? skipSpace(body, at + 1) : -1;
}

/** White space after this very text, or -1. */
function scanText(body: Uint8Array, at: number, text: Uint8Array): number {
  if (body[at] !== QUOTE) return -1;
  for (let octet = 1; octet < text.length; octet += 1) {
    if (body[at + octet] !== text[octet]) return -1;
  }
  return skipSpace(body, at + text.length);
}

/** Whether the object ends here, and nothing comes after it. */
function isEnd(body: Uint8Array, at: number): boolean {
  return body[at] === CLOSE && skipSpace(body, at + 1) === body.length;
}
