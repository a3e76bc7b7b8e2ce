import { scanNumber, skipSpace } from './scan-number.ts';
import { hasText, type ScanBody, type ScanText, scanBody, scanText } from './scan-text.ts';

/** Octets of JSON that mean something here. */
const [COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d];

/** Rows of numbers in the order of a model's features. */
export interface ScannedRows {
  readonly values: Float32Array;
  readonly rowCount: number;
  /** What else the body says, after the rows. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/**
 * Reads rows of features straight from the octets of JSON, without making objects of them: three times as quick.
 * Programs that ask again and again name the features in the same order every time: that order is expected, and learnt
 * from what was read the slow way. Whatever is not exactly as expected is not read (null), and is left to `JSON.parse`
 * and `NamedRows`, who alone know what is wrong with it; what is read has the same values as theirs.
 */
export class RowScanner {
  readonly #names: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  /** No row takes less than its names do, so that a short body takes little room. */
  readonly #leastOctets: number;
  readonly #room: number;
  #order: Int32Array;
  #keys: readonly ScanText[];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#places = new Map(names.map((name, place) => [name, place]));
    this.#order = Int32Array.from(names, (_, place) => place);
    this.#keys = names.map(scanText);
    this.#leastOctets = this.#keys.reduce((sum, { length }) => sum + length + 3, 1);
    this.#room = this.#keys.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /** A body `{"<field>": {...}, ...}`. */
  one(octets: Uint8Array, field: string): ScannedRows | null {
    const body = scanBody(octets, this.#room + field.length);
    const values = new Float32Array(this.#names.length);
    const begin = scanField(body, field);
    const end = begin < 0 ? -1 : this.#row(body, begin, values, 0);
    const rest = end < 0 ? null : restOf(body, end, field);
    return rest === null ? null : { values, rowCount: 1, rest };
  }

  /** A body `{"<field>": [{...}, ...], ...}` of one row or more, at most `mostRows`. */
  many(octets: Uint8Array, field: string, mostRows: number): ScannedRows | null {
    const body = scanBody(octets, this.#room + field.length);
    let at = scanField(body, field);
    if (at < 0 || body.octets[at] !== OPEN_LIST) return null;
    const width = this.#names.length;
    const values = new Float32Array(Math.min(mostRows, Math.ceil(octets.length / this.#leastOctets)) * width);
    for (let row = 0; row * width < values.length; row += 1) {
      at = this.#row(body, at + 1, values, row * width);
      if (at < 0) return null;
      if (body.octets[at] === COMMA) continue;
      if (body.octets[at] !== CLOSE_LIST) return null;
      const rest = restOf(body, skipSpace(body.octets, at + 1), field);
      return rest === null ? null : { values: values.subarray(0, (row + 1) * width), rowCount: row + 1, rest };
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
    this.#keys = names.map(scanText);
  }

  /** One row, white space around it included: the place after it, or -1. */
  #row(body: ScanBody, from: number, values: Float32Array, base: number): number {
    const [keys, order, { octets }] = [this.#keys, this.#order, body];
    const last = keys.length - 1;
    let at = skipSpace(octets, from);
    if (octets[at] !== OPEN) return -1;
    for (let key = 0; key <= last; key += 1) {
      const text = keys[key] as ScanText;
      at = skipSpace(octets, at + 1);
      if (!hasText(body, at, text)) return -1;
      at = skipSpace(octets, at + text.length);
      if (octets[at] !== COLON) return -1;
      at = scanNumber(octets, skipSpace(octets, at + 1), values, base + (order[key] as number));
      if (at < 0) return -1;
      at = skipSpace(octets, at);
      if (octets[at] !== (key === last ? CLOSE : COMMA)) return -1;
    }
    return skipSpace(octets, at + 1);
  }
}

/** The beginning of an object with this first field: where its value begins, or -1. */
function scanField(body: ScanBody, field: string): number {
  const [text, { octets }] = [scanText(field), body];
  const open = skipSpace(octets, 0);
  const key = skipSpace(octets, open + 1);
  if (octets[open] !== OPEN || !hasText(body, key, text)) return -1;
  const colon = skipSpace(octets, key + text.length);
  return octets[colon] === COLON ? skipSpace(octets, colon + 1) : -1;
}

const NOTHING_ELSE = Object.freeze({});

/** The other fields of an object whose first one, `field`, ends here; null where it cannot be read. */
function restOf({ octets, length }: ScanBody, at: number, field: string): ScannedRows['rest'] | null {
  if (octets[at] === CLOSE) return skipSpace(octets, at + 1) === length ? NOTHING_ELSE : null;
  if (octets[at] !== COMMA) return null;
  const others = otherFields(new TextDecoder().decode(octets.subarray(at + 1, length)));
  // Of a field that comes twice the last one counts, which was not read.
  return others === null || Object.hasOwn(others, field) ? null : others;
}

function otherFields(text: string): Record<string, unknown> | null {
  try {
    const others = JSON.parse(`{${text}`) as Record<string, unknown>;
    // After a comma there has to be something.
    return Object.keys(others).length === 0 ? null : others;
  } catch {
    return null;
  }
}
