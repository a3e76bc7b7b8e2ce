import { type BerReader, element, integerElement, TAG, WireError } from './ber.ts';
import { VERSION_3 } from './message-v2c.ts';

/** msgFlags of RFC 3412, section 6.4. */
export const FLAG = { auth: 0x01, priv: 0x02, reportable: 0x04 } as const;

const USM = 3;
/** The largest datagram that we take. */
const MAX_SIZE = 65_507;

/** The parts of a message under the User-based Security Model (RFC 3414, section 2.4). */
export interface V3Header {
  readonly msgId: number;
  readonly flags: number;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  readonly user: Uint8Array;
  /** msgPrivacyParameters: the salt. */
  readonly salt: Uint8Array;
}

export interface V3Message extends V3Header {
  /** msgAuthenticationParameters, a copy; in the packet it stands at `macAt`. */
  readonly mac: Buffer;
  readonly macAt: number;
  /** The encrypted scoped PDU; null where it is not encrypted. */
  readonly encrypted: Buffer | null;
  /** Stands at the scoped PDU where it is not encrypted. */
  readonly reader: BerReader;
}

/** Reads the rest of a v3 message; `reader` stands behind the version. @throws WireError */
export function openV3(reader: BerReader): V3Message {
  const headerEnd = reader.open(TAG.sequence);
  const msgId = reader.integer();
  reader.integer();
  const flags = reader.take(TAG.octets)[0] ?? 0;
  if (reader.integer() !== USM) throw new WireError('not the User-based Security Model');
  if (reader.at !== headerEnd) throw new WireError('a header of another form');
  const parametersEnd = reader.open(TAG.octets);
  reader.open(TAG.sequence);
  const engineId = copy(reader.take(TAG.octets));
  const boots = reader.integer();
  const time = reader.integer();
  const user = copy(reader.take(TAG.octets));
  const mac = copy(reader.take(TAG.octets));
  const macAt = reader.at - mac.length;
  const salt = copy(reader.take(TAG.octets));
  if (reader.at !== parametersEnd) throw new WireError('security parameters of another form');
  const encrypted = (flags & FLAG.priv) !== 0 ? reader.take(TAG.octets) : null;
  return { msgId, flags, engineId, boots, time, user, mac, macAt, salt, encrypted, reader };
}

function copy(bytes: Buffer): Buffer {
  return Buffer.from(bytes);
}

export interface ScopedPdu {
  readonly contextEngineId: Buffer;
  readonly contextName: Buffer;
}

/** Opens the scoped PDU at which the reader stands and leaves it at the PDU. @throws WireError */
export function openScopedPdu(reader: BerReader): ScopedPdu {
  reader.end = reader.open(TAG.sequence);
  return { contextEngineId: copy(reader.take(TAG.octets)), contextName: copy(reader.take(TAG.octets)) };
}

export function encodeScopedPdu(contextEngineId: Uint8Array, contextName: Uint8Array, pdu: Uint8Array): Buffer {
  return element(TAG.sequence, element(TAG.octets, contextEngineId), element(TAG.octets, contextName), pdu);
}

export interface SealedMessage {
  readonly packet: Buffer;
  /** Where the authentication code belongs; zeros stand there yet. */
  readonly macAt: number;
}

/** A whole message with room for `macBytes` of authentication code. `data` is the scoped PDU, encrypted or not. */
export function encodeV3(header: V3Header, data: Uint8Array, macBytes: number): SealedMessage {
  const salt = element(TAG.octets, header.salt);
  const message = element(
    TAG.sequence,
    integerElement(TAG.integer, VERSION_3),
    element(
      TAG.sequence,
      integerElement(TAG.integer, header.msgId),
      integerElement(TAG.integer, MAX_SIZE),
      element(TAG.octets, Uint8Array.of(header.flags)),
      integerElement(TAG.integer, USM),
    ),
    element(
      TAG.octets,
      element(
        TAG.sequence,
        element(TAG.octets, header.engineId),
        integerElement(TAG.integer, header.boots),
        integerElement(TAG.integer, header.time),
        element(TAG.octets, header.user),
        element(TAG.octets, Buffer.alloc(macBytes)),
        salt,
      ),
    ),
    data,
  );
  return { packet: message, macAt: message.length - data.length - salt.length - macBytes };
}
