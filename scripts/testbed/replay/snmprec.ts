import { integerBytes, oidBytes, tlv } from './ber.ts';

/** One line of a recording, with its answer encoded. */
export interface Recorded {
  readonly arcs: readonly number[];
  readonly oid: string;
  /** The encoded varbind; null where the recorded value cannot be read. */
  readonly varbind: Uint8Array | null;
  /** Present where the value moves; takes the time since the recording was loaded, ms. */
  readonly moving?: (elapsedMs: number) => Uint8Array;
}

/**
 * A walk in snmpsim's `.snmprec` form (`OID|TAG[x][:numeric]|VALUE` a line). The order of the lines is kept as it is
 * in the file, since broken devices are recorded with theirs.
 */
export class Recording {
  readonly lines: readonly Recorded[];
  /** Of several lines about one object the last counts, as in snmpsim. */
  readonly #positions: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.lines = text.split('\n').flatMap((line) => parseLine(line) ?? []);
    this.#positions = new Map(this.lines.map(({ oid }, at) => [oid, at]));
  }

  get(arcs: readonly number[]): Recorded | undefined {
    return this.lines[this.#positions.get(arcs.join('.')) ?? -1];
  }

  /** The line after an object that is recorded, else the first one that sorts behind it. */
  after(arcs: readonly number[]): Recorded | undefined {
    const exact = this.#positions.get(arcs.join('.'));
    if (exact !== undefined) return this.lines[exact + 1];
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareArcs((this.lines[middle] as Recorded).arcs, arcs) > 0) high = middle;
      else low = middle + 1;
    }
    return this.lines[low];
  }
}

function compareArcs(left: readonly number[], right: readonly number[]): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function parseLine(line: string): Recorded[] | null {
  const match = /^([\d.]+)\|(\d+)(x|:\w+)?\|(.*)$/.exec(line.replace(/\r$/, ''));
  if (!match) return null;
  const [, oid = '', tagText, form, value = ''] = match;
  const arcs = oid.split('.').map(Number);
  const tag = Number(tagText);
  const name = tlv(0x06, oidBytes(arcs));
  const varbind = (cell: Uint8Array): Uint8Array => tlv(0x30, name, cell);
  if (form === ':numeric') {
    return [{ arcs, oid, varbind: null, moving: (elapsedMs) => varbind(tlv(tag, movingBytes(tag, value, elapsedMs))) }];
  }
  const content = contentOf(tag, form === 'x', value);
  return [{ arcs, oid, varbind: content === null ? null : varbind(tlv(tag, content)) }];
}

function contentOf(tag: number, isHex: boolean, value: string): Buffer | null {
  if (isHex) return /^([0-9a-fA-F]{2})*$/.test(value) ? Buffer.from(value, 'hex') : null;
  switch (tag) {
    case 2:
    case 65:
    case 66:
    case 67:
    case 70:
      return /^-?\d+$/.test(value) ? integerBytes(BigInt(value)) : null;
    case 4:
    case 68:
      return Buffer.from(value, 'utf8');
    case 5:
      return Buffer.alloc(0);
    case 6:
      return oidBytes(value.replace(/^\./, '').split('.').map(Number));
    case 64:
      return Buffer.from(value.split('.').map(Number));
    default:
      return null;
  }
}

/** `rate` (per second), `initial`, `min`, `max` of snmpsim's numeric variation; wraps as the type does. */
function movingBytes(tag: number, parameters: string, elapsedMs: number): Buffer {
  const given = new Map(parameters.split(',').map((pair) => pair.split('=') as [string, string]));
  const number = (name: string, otherwise: number): number => Number(given.get(name) ?? otherwise);
  const moved = BigInt(Math.round((number('rate', 1) * elapsedMs) / 1000));
  const value = BigInt(Math.round(number('initial', number('min', 0)))) + moved;
  return integerBytes(value % (tag === 70 ? 1n << 64n : 1n << 32n));
}
