/** SNMP v2c agents for tests, honest or not. Their encoding shares nothing with the poller. */
import { decodeAnyRequest, integerBytes, oidBytes, tlv } from '../../../scripts/testbed/replay/ber.ts';

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
  const varbinds = rows.map(({ oid, cell }) => tlv(0x30, tlv(0x06, encodeOid(oid)), encodeCell(cell)));
  const pdu = tlv(type, int(id), int(errorStatus), int(errorIndex), tlv(0x30, ...varbinds));
  return tlv(0x30, int(version), tlv(0x04, Buffer.from(community)), pdu);
}

function encodeCell(cell: Cell): Buffer {
  return tlv(cell.tag, 'number' in cell ? integerBytes(BigInt(cell.number)) : cell.bytes);
}

function int(value: number): Buffer {
  return tlv(0x02, integerBytes(BigInt(value)));
}

export function encodeOid(oid: string): Buffer {
  return oidBytes(oid.split('.').map(Number));
}

/** A request as the poller sends it; throws RangeError on anything else. */
export function decodeRequest(packet: Buffer): Request {
  const { nonRepeaters: first, maxRepetitions: second, oids, ...rest } = decodeAnyRequest(packet);
  return { ...rest, first, second, oids: oids.map((arcs) => arcs.join('.')) };
}
