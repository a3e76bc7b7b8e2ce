import { type BerReader, element, integerElement, TAG } from '../wire/ber.ts';
import { openPdu, PDU } from '../wire/pdu.ts';
import { decodeVarbinds } from '../wire/varbinds.ts';
import { type Notification, notificationOf } from './kinds.ts';

export interface Opened {
  readonly notification: Notification;
  /** The response that acknowledges an inform (RFC 3416, section 4.2.7): its own varbinds; null for a trap. */
  readonly response: Buffer | null;
}

/** Reads a trap or inform; null when the PDU is neither. The reader stands at the PDU. @throws WireError */
export function openNotification(reader: BerReader): Opened | null {
  const { type, requestId } = openPdu(reader);
  if (type !== PDU.trap && type !== PDU.inform) return null;
  const list = reader.bytes.subarray(reader.at, reader.end);
  const notification = notificationOf(decodeVarbinds(reader, []));
  if (notification === null) return null;
  return { notification, response: type === PDU.inform ? responseTo(requestId, list) : null };
}

function responseTo(requestId: number, list: Uint8Array): Buffer {
  const zero = integerElement(TAG.integer, 0);
  return element(PDU.response, integerElement(TAG.integer, requestId), zero, zero, list);
}
