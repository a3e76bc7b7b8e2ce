import { WireError } from './ber.ts';

/** RFC 3416, section 4.1: at most 128 numbers, each at most 2^32 - 1. */
const MAX_PARTS = 128;
const MAX_PART = 0xffff_ffff;

/**
 * The content octets of an object identifier from dotted text (`1.3.6.1`; a leading dot is forgiven).
 * @throws RangeError when the text is no object identifier: a fault of the caller.
 */
export function encodeOid(text: string): Buffer {
  const parts = (text.startsWith('.') ? text.slice(1) : text).split('.').map(partOf);
  const [first = -1, second = 0] = parts;
  if (first < 0 || first > 2 || (first < 2 && second > 39) || parts.length > MAX_PARTS) {
    throw new RangeError(`no object identifier: ${text}`);
  }
  const octets: number[] = [];
  pushPart(octets, first * 40 + second);
  for (let at = 2; at < parts.length; at += 1) pushPart(octets, parts[at] as number);
  return Buffer.from(octets);
}

function partOf(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= MAX_PART)) throw new RangeError(`no number of an object identifier: ${text}`);
  return value;
}

function pushPart(octets: number[], part: number): void {
  if (part >= 0x1000_0000) octets.push(0x80 | Math.floor(part / 0x1000_0000));
  if (part >= 0x20_0000) octets.push(0x80 | ((part >>> 21) & 0x7f));
  if (part >= 0x4000) octets.push(0x80 | ((part >>> 14) & 0x7f));
  if (part >= 0x80) octets.push(0x80 | ((part >>> 7) & 0x7f));
  octets.push(part & 0x7f);
}

/** Dotted text from content octets; throws WireError on empty, unfinished and oversized identifiers. */
export function decodeOid(bytes: Uint8Array, start: number, end: number): string {
  if (start >= end || end - start > MAX_PARTS * 5) throw new WireError('an object identifier of impossible length');
  const head = new PartCursor(start);
  const first = head.next(bytes, end);
  const top = first < 80 ? Math.floor(first / 40) : 2;
  return decodeParts(`${top}.${first - top * 40}`, bytes, head.at, end);
}

/** Appends the numbers in `bytes` to the dotted text. */
export function decodeParts(text: string, bytes: Uint8Array, start: number, end: number): string {
  let dotted = text;
  let part = 0;
  let octets = 0;
  for (let at = start; at < end; at += 1) {
    const octet = bytes[at] as number;
    part = part * 128 + (octet & 0x7f);
    octets += 1;
    if (part > MAX_PART || octets > 5) throw new WireError('a number of an object identifier has more than 32 bits');
    if (octet < 0x80) {
      dotted += `.${part}`;
      part = 0;
      octets = 0;
    }
  }
  if (octets > 0) throw new WireError('an object identifier ends in the middle of a number');
  return dotted;
}

class PartCursor {
  at: number;

  constructor(at: number) {
    this.at = at;
  }

  next(bytes: Uint8Array, end: number): number {
    let part = 0;
    while (this.at < end) {
      const octet = bytes[this.at] as number;
      this.at += 1;
      part = part * 128 + (octet & 0x7f);
      // The first number is 40 times the top arc plus the second.
      if (part > MAX_PART + 80) break;
      if (octet < 0x80) return part;
    }
    throw new WireError('an object identifier ends in the middle of a number');
  }
}

/** Where the last number of the content octets begins. */
export function lastPartStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at > start && (bytes[at - 1] as number) >= 0x80) at -= 1;
  return at;
}
