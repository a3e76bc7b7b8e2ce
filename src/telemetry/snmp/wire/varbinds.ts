import type { SnmpValue, Varbind } from '../varbind.ts';
import { type BerReader, readSigned, readUnsigned32, readUnsigned64, TAG, WireError } from './ber.ts';
import { decodeOid, decodeParts, lastPartStart } from './object-id.ts';

/** An object identifier in both forms, encoded once and used in every poll. */
export interface EncodedOid {
  readonly text: string;
  /** Content octets. */
  readonly bytes: Buffer;
}

/** A datagram of 64 KB has room for fewer; a packet that has more is none of ours. */
const MAX_VARBINDS = 8192;

const UNREADABLE: SnmpValue = { type: 'unreadable', value: null };

/**
 * The varbinds of a PDU; `reader` stands at the list. A value that does not fit its own type becomes `unreadable`
 * (one bad cell does not spoil the others); a list that breaks the encoding rules throws WireError. `asked` makes it
 * fast: names that are those of the request, or differ from the name one row above in the last number only, are not
 * decoded octet by octet.
 */
export function decodeVarbinds(reader: BerReader, asked: readonly EncodedOid[]): Varbind[] {
  const listEnd = reader.open(TAG.sequence);
  const names = new NameDecoder(asked);
  const varbinds: Varbind[] = [];
  while (reader.at < listEnd) {
    if (varbinds.length >= MAX_VARBINDS) throw new WireError('more varbinds than a datagram holds');
    const end = reader.open(TAG.sequence);
    if (end > listEnd) throw new WireError('a varbind is longer than its list');
    const oid = readName(reader, end, names, varbinds.length);
    varbinds.push(readCell(oid, reader, end));
    reader.at = end;
  }
  return varbinds;
}

function readName(reader: BerReader, end: number, names: NameDecoder, slot: number): string {
  const nameEnd = reader.open(TAG.oid);
  if (nameEnd > end) throw new WireError('a name is longer than its varbind');
  const oid = names.decode(reader.bytes, reader.at, nameEnd, slot);
  reader.at = nameEnd;
  return oid;
}

function readCell(oid: string, reader: BerReader, end: number): Varbind {
  const tag = reader.peek();
  const valueEnd = reader.openAny();
  if (valueEnd !== end) throw new WireError('a value does not end with its varbind');
  return decodeCell(oid, tag, reader.bytes, reader.at, valueEnd);
}

/** The object literals are spelt out, all of one shape: this is the innermost loop of polling. */
function decodeCell(oid: string, tag: number, bytes: Buffer, start: number, end: number): Varbind {
  switch (tag) {
    case TAG.integer:
      return numberCell(oid, 'integer', readSigned(bytes, start, end));
    case TAG.counter32:
      return numberCell(oid, 'counter32', readUnsigned32(bytes, start, end));
    case TAG.gauge32:
      return numberCell(oid, 'gauge32', readUnsigned32(bytes, start, end));
    case TAG.timeticks:
      return numberCell(oid, 'timeticks', readUnsigned32(bytes, start, end));
    case TAG.counter64: {
      const value = readUnsigned64(bytes, start, end);
      return value === null ? unreadable(oid) : { oid, type: 'counter64', value };
    }
    default:
      return decodeOther(oid, tag, bytes, start, end);
  }
}

function decodeOther(oid: string, tag: number, bytes: Buffer, start: number, end: number): Varbind {
  switch (tag) {
    case TAG.octets:
      // Copied: a view would keep the whole datagram alive.
      return { oid, type: 'octets', value: Uint8Array.prototype.slice.call(bytes, start, end) };
    case TAG.opaque:
      return { oid, type: 'opaque', value: Uint8Array.prototype.slice.call(bytes, start, end) };
    case TAG.oid:
      return oidCell(oid, bytes, start, end);
    case TAG.ip:
      return end - start === 4
        ? { oid, type: 'ip', value: `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}` }
        : unreadable(oid);
    case TAG.null:
      return { oid, type: 'null', value: null };
    case TAG.noSuchObject:
      return { oid, type: 'noSuchObject', value: null };
    case TAG.noSuchInstance:
      return { oid, type: 'noSuchInstance', value: null };
    case TAG.endOfMibView:
      return { oid, type: 'endOfMibView', value: null };
    default:
      return unreadable(oid);
  }
}

function numberCell(
  oid: string,
  type: 'integer' | 'counter32' | 'gauge32' | 'timeticks',
  value: number | null,
): Varbind {
  return value === null ? unreadable(oid) : { oid, type, value };
}

function oidCell(oid: string, bytes: Buffer, start: number, end: number): Varbind {
  // Some agents write the null identifier without any octet.
  if (start === end) return { oid, type: 'oid', value: '0.0' };
  try {
    return { oid, type: 'oid', value: decodeOid(bytes, start, end) };
  } catch {
    return unreadable(oid);
  }
}

function unreadable(oid: string): Varbind {
  return { oid, ...UNREADABLE };
}

/** What is known about the name one row above: its octets and text up to the last number. */
interface RowAbove {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

class NameDecoder {
  readonly #asked: readonly EncodedOid[];
  readonly #above: (RowAbove | undefined)[] = [];

  constructor(asked: readonly EncodedOid[]) {
    this.#asked = asked;
  }

  decode(bytes: Buffer, start: number, end: number, slot: number): string {
    const columns = this.#asked.length;
    if (columns === 0) return decodeOid(bytes, start, end);
    const asked = slot < columns ? this.#asked[slot] : undefined;
    if (asked && sameBytes(asked.bytes, 0, asked.bytes.length, bytes, start, end)) return asked.text;
    return this.#decodeRow(bytes, start, end, slot % columns);
  }

  #decodeRow(bytes: Buffer, start: number, end: number, column: number): string {
    const last = start < end ? lastPartStart(bytes, start, end) : start;
    const above = this.#above[column];
    if (above && last > start && sameBytes(bytes, above.start, above.end, bytes, start, last)) {
      return decodeParts(above.text, bytes, last, end);
    }
    const text = decodeOid(bytes, start, end);
    if (last > start) this.#above[column] = { start, end: last, text: text.slice(0, text.lastIndexOf('.')) };
    return text;
  }
}

function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  const length = aEnd - aStart;
  if (length !== bEnd - bStart) return false;
  // From behind: names of one table differ at their end.
  for (let at = length - 1; at >= 0; at -= 1) {
    if (a[aStart + at] !== b[bStart + at]) return false;
  }
  return true;
}
