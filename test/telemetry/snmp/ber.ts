/** Just enough BER (X.690) to play an SNMP v2c agent in tests, honest or not. Shares nothing with the poller. */

export type Cell =
  | { readonly tag: number; readonly number: number | bigint }
  | { readonly tag: number; readonly bytes: Uint8Array };

export const integer = (number: number): Cell => ({ tag: 0x02, number });
export const counter32 = (number: number): Cell => ({ tag: 0x41, number });
export const gauge32 = (number: number): Cell => ({ tag: 0x42, number });
export const timeticks = (number: number): Cell => ({ tag: 0x43, number });
export const counter64 = (number: number | bigint): Cell => ({ tag: 0x46, number });
export const octets = (text: string | Buffer): Cell => ({ tag: 0x04, bytes: Buffer.from(text as string) });
export const ipAddress = (text: string): Cell => ({ tag: 0x40, bytes: Buffer.from(text.split('.').map(Number)) });
export const objectId = (oid: string): Cell => ({ tag: 0x06, bytes: encodeOid(oid) });
export const noSuchInstance: Cell = { tag: 0x81, bytes: Buffer.alloc(0) };
export const endOfMibView: Cell = { tag: 0x82, bytes: Buffer.alloc(0) };

export interface Row {
  readonly oid: string;
  readonly cell: Cell;
}

export const PDU = { get: 0xa0, getNext: 0xa1, response: 0xa2, getBulk: 0xa5, report: 0xa8 } as const;

export interface Request {
  readonly version: number;
  readonly community: string;
  readonly type: number;
  readonly id: number;
  /** GETBULK: non-repeaters and maximum repetitions; else 0. */
  readonly first: number;
  readonly second: number;
  readonly oids: readonly string[];
}

export interface Response {
  readonly version?: number;
  readonly community: string;
  readonly type?: number;
  readonly id: number;
  readonly errorStatus?: number;
  readonly errorIndex?: number;
  readonly rows: readonly Row[];
}

export function encodeResponse(response: Response): Buffer {
  const { version = 1, community, type = PDU.response, id, errorStatus = 0, errorIndex = 0, rows } = response;
  const varbinds = rows.map(({ oid, cell }) => tlv(0x30, [tlv(0x06, encodeOid(oid)), encodeCell(cell)]));
  const pdu = tlv(type, [int(id), int(errorStatus), int(errorIndex), tlv(0x30, varbinds)]);
  return tlv(0x30, [int(version), tlv(0x04, Buffer.from(community)), pdu]);
}

function encodeCell(cell: Cell): Buffer {
  return tlv(cell.tag, 'number' in cell ? encodeInteger(BigInt(cell.number)) : cell.bytes);
}

function int(value: number): Buffer {
  return tlv(0x02, encodeInteger(BigInt(value)));
}

function encodeInteger(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest !== 0n && rest !== -1n);
  if (value >= 0n && (bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  if (value < 0n && (bytes[0] ?? 0) < 0x80) bytes.unshift(0xff);
  return Buffer.from(bytes);
}

export function encodeOid(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(part: number): number[] {
  const bytes = [part % 128];
  for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) + 128);
  return bytes;
}

function tlv(tag: number, content: Uint8Array | readonly Buffer[]): Buffer {
  const body = content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat(content);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** A request as the poller sends it; throws RangeError on anything else. */
export function decodeRequest(packet: Buffer): Request {
  const message = new Reader(packet).inside(0x30);
  const version = message.integer();
  const community = message.take(0x04).toString();
  const type = message.peek();
  const pdu = message.inside(type);
  const [id, first, second] = [pdu.integer(), pdu.integer(), pdu.integer()];
  const list = pdu.inside(0x30);
  const oids: string[] = [];
  while (!list.done) oids.push(decodeOid(list.inside(0x30).take(0x06)));
  return { version, community, type, id, first, second, oids };
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

function decodeOid(bytes: Buffer): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of bytes) {
    part = part * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(part);
      part = 0;
    }
  }
  const head = parts[0] ?? 0;
  return [Math.min(2, Math.floor(head / 40)), head - 40 * Math.min(2, Math.floor(head / 40)), ...parts.slice(1)].join(
    '.',
  );
}
