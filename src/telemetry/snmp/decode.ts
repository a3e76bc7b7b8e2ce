import type { SnmpValue, Varbind } from './varbind.ts';

/** Tags of RFC 3416 and of BER. */
const TAG = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
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
type TypeName = keyof typeof TAG;

const NAMES = new Map<number, TypeName>(Object.entries(TAG).map(([name, tag]) => [tag, name as TypeName]));

/** A varbind as the library hands it over (tag, loosely typed value) as one of ours; never throws. */
export function decodeVarbind(oid: string, tag: number, value: unknown): Varbind {
  return { oid, ...decodeValue(NAMES.get(tag), value) };
}

function decodeValue(type: TypeName | undefined, value: unknown): SnmpValue {
  switch (type) {
    case 'integer':
    case 'counter32':
    case 'gauge32':
    case 'timeticks':
      return typeof value === 'number' && Number.isInteger(value) ? { type, value } : UNREADABLE;
    case 'counter64':
      return decodeCounter64(value);
    case 'octets':
    case 'opaque':
      return value instanceof Uint8Array ? { type, value } : UNREADABLE;
    case 'oid':
    case 'ip':
      return typeof value === 'string' ? { type, value } : UNREADABLE;
    case undefined:
      return UNREADABLE;
    default:
      return { type, value: null };
  }
}

const UNREADABLE: SnmpValue = { type: 'unreadable', value: null };

/** The octets of a BER integer, unsigned; some agents leave out the leading zero that would make it positive. */
function decodeCounter64(value: unknown): SnmpValue {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > 9) return UNREADABLE;
  if (value.length === 9 && value[0] !== 0) return UNREADABLE;
  let count = 0n;
  for (const octet of value) count = (count << 8n) | BigInt(octet);
  return { type: 'counter64', value: count };
}
