/** Basic Encoding Rules (X.690) as far as SNMP uses them: definite lengths, tags of one octet. */

/** Tags of X.690, RFC 2578 and RFC 3416. */
export const TAG = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ip: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeticks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

/** A packet that breaks the encoding rules. Stays inside this folder's callers, which count it. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/**
 * Reads one packet from front to back. Every length is checked against what encloses it, so nothing is read twice or
 * beyond the end, whatever the packet claims. All methods throw WireError on packets that break the rules.
 */
export class BerReader {
  readonly bytes: Buffer;
  at: number;
  /** End of the innermost element that was entered. */
  end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** The tag of the next element, without taking it. */
  peek(): number {
    if (this.at >= this.end) throw new WireError('an element is missing');
    return this.bytes[this.at] as number;
  }

  /** Takes tag and length of the next element, which must carry `tag`; returns where its content ends. */
  open(tag: number): number {
    if (this.peek() !== tag) throw new WireError(`tag ${this.peek()} where ${tag} belongs`);
    return this.openAny();
  }

  /** Takes tag and length of the next element, whatever it is; returns where its content ends. */
  openAny(): number {
    const first = this.#lengthOctet(this.at + 1);
    this.at += 2;
    const length = first < 0x80 ? first : this.#longLength(first & 0x7f);
    const end = this.at + length;
    if (end > this.end) throw new WireError('an element is longer than what encloses it');
    return end;
  }

  /** An INTEGER that must fit 32 bits with its sign. */
  integer(): number {
    const end = this.open(TAG.integer);
    const value = readSigned(this.bytes, this.at, end);
    if (value === null || value < -0x8000_0000 || value > 0x7fff_ffff) throw new WireError('an integer does not fit');
    this.at = end;
    return value;
  }

  /** The content of the next element, which must carry `tag`; a view, not a copy. */
  take(tag: number): Buffer {
    const end = this.open(tag);
    const content = this.bytes.subarray(this.at, end);
    this.at = end;
    return content;
  }

  #lengthOctet(at: number): number {
    if (at >= this.end) throw new WireError('a length is missing');
    return this.bytes[at] as number;
  }

  /** A datagram has at most 64 KB, so three octets of length that are not zero can only be a lie. */
  #longLength(octets: number): number {
    if (octets === 0 || octets > 4) throw new WireError('a length of this form has no place in SNMP');
    let length = 0;
    for (let left = octets; left > 0; left -= 1) {
      length = length * 256 + this.#lengthOctet(this.at);
      this.at += 1;
    }
    return length;
  }
}

/** The two's complement number of up to 6 octets; null when there are none, or too many to be exact. */
export function readSigned(bytes: Uint8Array, start: number, end: number): number | null {
  const length = end - start;
  if (length < 1 || length > 6) return null;
  let value = ((bytes[start] as number) << 24) >> 24;
  for (let at = start + 1; at < end; at += 1) value = value * 256 + (bytes[at] as number);
  return value;
}

/**
 * The octets as a number without sign, at most 32 bits; null beyond. Agents are known to leave out the leading zero
 * that would make a large number positive, so the first bit is never a sign here.
 */
export function readUnsigned32(bytes: Uint8Array, start: number, end: number): number | null {
  const length = end - start;
  if (length < 1 || length > 5 || (length === 5 && bytes[start] !== 0)) return null;
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 256 + (bytes[at] as number);
  return value;
}

/** As `readUnsigned32`, for 64 bits. */
export function readUnsigned64(bytes: Uint8Array, start: number, end: number): bigint | null {
  const length = end - start;
  if (length < 1 || length > 9 || (length === 9 && bytes[start] !== 0)) return null;
  let high = 0;
  let low = 0;
  const middle = end - 4;
  for (let at = start; at < middle; at += 1) high = high * 256 + (bytes[at] as number);
  for (let at = Math.max(start, middle); at < end; at += 1) low = low * 256 + (bytes[at] as number);
  // Below 2^53 one conversion is enough, and that is nearly always.
  return high < 0x20_0000 ? BigInt(high * 0x1_0000_0000 + low) : (BigInt(high) << 32n) | BigInt(low);
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of content) length += part.length;
  const head = lengthSize(length) + 1;
  const bytes = Buffer.allocUnsafe(head + length);
  bytes[0] = tag;
  writeLength(bytes, 1, length);
  let at = head;
  for (const part of content) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A two's complement integer of at most 6 octets under `tag`, in its shortest form. */
export function integerElement(tag: number, value: number): Buffer {
  let octets = 1;
  for (let bound = 0x80; (value < 0 ? -value - 1 : value) >= bound; bound *= 256) octets += 1;
  const bytes = Buffer.allocUnsafe(2 + octets);
  bytes[0] = tag;
  bytes[1] = octets;
  bytes.writeIntBE(value, 2, octets);
  return bytes;
}

/** Counter64: up to 2^64 - 1. */
export function counter64Element(value: bigint): Buffer {
  if (value < 0x7fff_ffff_ffffn) return integerElement(TAG.counter64, Number(value));
  const bytes = Buffer.allocUnsafe(11);
  bytes[0] = TAG.counter64;
  bytes[2] = 0;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value), 3);
  // The shortest form: no more leading zeros than the sign needs.
  let start = 2;
  while (bytes[start] === 0 && (bytes[start + 1] as number) < 0x80) start += 1;
  bytes[start - 1] = 11 - start;
  bytes[start - 2] = TAG.counter64;
  return bytes.subarray(start - 2);
}

function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  return length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 4;
}

function writeLength(bytes: Buffer, at: number, length: number): void {
  const size = lengthSize(length);
  if (size === 1) {
    bytes[at] = length;
    return;
  }
  bytes[at] = 0x7f + size;
  bytes.writeUIntBE(length, at + 1, size - 1);
}
