import { BerReader, element, integerElement, TAG, WireError } from './ber.ts';

/** The version field of SNMP v2c (RFC 1901) and v3 (RFC 3412). */
export const VERSION_2C = 1;
export const VERSION_3 = 3;

/** Everything of a v2c message before its PDU: the same in every message to one agent. */
export function v2cHead(community: Uint8Array): Buffer {
  return Buffer.concat([integerElement(TAG.integer, VERSION_2C), element(TAG.octets, community)]);
}

export function encodeV2c(head: Buffer, pdu: Buffer): Buffer {
  return element(TAG.sequence, head, pdu);
}

export interface V2cMessage {
  readonly version: number;
  /** A view into the packet. */
  readonly community: Buffer;
  /** Stands at the PDU. */
  readonly reader: BerReader;
}

/** Opens a message; one of another version has an empty community. @throws WireError */
export function openMessage(packet: Buffer): V2cMessage {
  const reader = new BerReader(packet);
  reader.end = reader.open(TAG.sequence);
  const version = reader.integer();
  if (version === VERSION_3) return { version, community: packet.subarray(0, 0), reader };
  if (version < 0 || version > VERSION_3) throw new WireError('no version of SNMP');
  return { version, community: reader.take(TAG.octets), reader };
}
