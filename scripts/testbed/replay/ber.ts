/**
 * The little of BER (X.690) that an SNMP v2c agent needs; tests play their agents with it too. Shares nothing with the
 * poller on purpose. Written for speed: cells are encoded once.
 */

export const PDU = { get: 0xa0, getNext: 0xa1, response: 0xa2, getBulk: 0xa5 } as const;

export interface Request {
  readonly version: number;
  readonly community: string;
  readonly type: number;
  readonly id: number;
  /** GETBULK only: non-repeaters and maximum repetitions. */
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  readonly oids: readonly (readonly number[])[];
}

/** One tag, its length, its content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), ...parts]);
}

/** Two's complement in as few octets as it takes. */
export function integerBytes(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest !== 0n && rest !== -1n);
  const top = (bytes[0] ?? 0) >= 0x80;
  if (value >= 0n && top) bytes.unshift(0);
  if (value < 0n && !top) bytes.unshift(0xff);
  return Buffer.from(bytes);
}

export function oidBytes(arcs: readonly number[]): Buffer {
  const [first = 0, second = 0, ...rest] = arcs;
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

/** The whole answer; `varbinds` are encoded already. */
export function encodeResponse(community: string, id: number, varbinds: readonly Uint8Array[]): Buffer {
  const int = (value: number): Buffer => tlv(0x02, integerBytes(BigInt(value)));
  const pdu = tlv(PDU.response, int(id), int(0), int(0), tlv(0x30, ...varbinds));
  return tlv(0x30, int(1), tlv(0x04, Buffer.from(community, 'latin1')), pdu);
}

/** Throws RangeError on anything that is no v2c request. */
export function decodeRequest(packet: Buffer): Request {
  const request = decodeAnyRequest(packet);
  if (request.version !== 1) throw new RangeError('not SNMP v2c');
  return request;
}

/** A request of any version that has a community. @throws RangeError on anything else */
export function decodeAnyRequest(packet: Buffer): Request {
  const message = new Reader(packet).inside(0x30);
  const version = message.integer();
  const community = message.take(0x04).toString('latin1');
  const type = message.peek();
  const pdu = message.inside(type);
  const [id, nonRepeaters, maxRepetitions] = [pdu.integer(), pdu.integer(), pdu.integer()];
  const list = pdu.inside(0x30);
  const oids: number[][] = [];
  while (!list.done) oids.push(arcsOf(list.inside(0x30).take(0x06)));
  return { version, community, type, id, nonRepeaters, maxRepetitions, oids };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    return this.#bytes.readUInt8(this.#at);
  }

  take(tag: number): Buffer {
    if (this.peek() !== tag) throw new RangeError(`expected tag ${tag}, got ${this.peek()}`);
    let length = this.#bytes.readUInt8(this.#at + 1);
    this.#at += 2;
    if (length >= 0x80) {
      const octetCount = length & 0x7f;
      length = this.#bytes.readUIntBE(this.#at, octetCount);
      this.#at += octetCount;
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  inside(tag: number): Reader {
    return new Reader(this.take(tag));
  }

  integer(): number {
    const bytes = this.take(0x02);
    return bytes.readIntBE(0, bytes.length);
  }
}

function arcsOf(bytes: Buffer): number[] {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs;
}
