import { type BerReader, element, integerElement, TAG } from '../wire/ber.ts';
import { openPdu, PDU, type PduHead } from '../wire/pdu.ts';
import type { MibView } from './mib-view.ts';

const STATUS = { noError: 0, tooBig: 1, notWritable: 17 } as const;
/** RFC 3416 leaves the bound to the agent; ours must not be made to work for a minute by one packet. */
const MAX_NAMES = 512;
const MAX_REPETITIONS = 1000;

const NO_SUCH_INSTANCE = Buffer.from([TAG.noSuchInstance, 0]);
const END_OF_VIEW = Buffer.from([TAG.endOfMibView, 0]);
const NULL = Buffer.from([TAG.null, 0]);

/**
 * Answers one PDU (RFC 3416, section 4.2) from a view; null where nothing is to be answered. The answer has at most
 * `maxBytes`: a GETBULK is cut short, anything else is `tooBig`.
 * @throws WireError on a packet that breaks the rules
 */
export function respond(reader: BerReader, mib: MibView, maxBytes: number): Buffer | null {
  const head = openPdu(reader);
  const names = readNames(reader);
  if (head.type === PDU.get)
    return whole(
      head,
      names.map((name) => got(name, mib)),
      maxBytes,
    );
  if (head.type === PDU.getNext) {
    return whole(
      head,
      names.map((name) => nextOf(mib.placeAfter(name), mib, name)),
      maxBytes,
    );
  }
  if (head.type === PDU.getBulk) return response(head.requestId, STATUS.noError, 0, bulk(head, names, mib, maxBytes));
  if (head.type === PDU.set) return response(head.requestId, STATUS.notWritable, 1, names.map(unset));
  return null;
}

function readNames(reader: BerReader): Buffer[] {
  const listEnd = reader.open(TAG.sequence);
  const names: Buffer[] = [];
  while (reader.at < listEnd && names.length < MAX_NAMES) {
    const end = reader.open(TAG.sequence);
    names.push(reader.take(TAG.oid));
    reader.at = end;
  }
  return names;
}

function varbind(name: Buffer, value: Buffer): Buffer {
  return element(TAG.sequence, name, value);
}

function unset(name: Buffer): Buffer {
  return varbind(element(TAG.oid, name), NULL);
}

function got(name: Buffer, mib: MibView): Buffer {
  const entry = mib.get(name);
  return entry ? entry.varbind() : varbind(element(TAG.oid, name), NO_SUCH_INSTANCE);
}

function nextOf(place: number, mib: MibView, name: Buffer): Buffer {
  const entry = mib.at(place);
  return entry ? entry.varbind() : varbind(element(TAG.oid, name), END_OF_VIEW);
}

function whole(head: PduHead, varbinds: readonly Buffer[], maxBytes: number): Buffer {
  const answer = response(head.requestId, STATUS.noError, 0, varbinds);
  return answer.length <= maxBytes ? answer : response(head.requestId, STATUS.tooBig, 0, []);
}

interface Column {
  /** Encoded name of the last object; it stands again where the view ends. */
  name: Buffer;
  place: number;
}

/** RFC 3416, section 4.2.3; `status` of the request is non-repeaters, `index` maximum repetitions. */
function bulk(head: PduHead, names: readonly Buffer[], mib: MibView, maxBytes: number): Buffer[] {
  const single = Math.min(Math.max(0, head.status), names.length);
  const varbinds = names.slice(0, single).map((name) => nextOf(mib.placeAfter(name), mib, name));
  const columns = names.slice(single).map((name) => ({ name: element(TAG.oid, name), place: mib.placeAfter(name) }));
  const turns = columns.length === 0 ? 0 : Math.min(Math.max(0, head.index), MAX_REPETITIONS);
  // Room for the heads of PDU and list.
  let left = maxBytes - 40 - varbinds.reduce((sum, { length }) => sum + length, 0);
  for (let turn = 0; turn < turns; turn += 1) {
    if (columns.every(({ place }) => place >= mib.size) && turn > 0) break;
    for (const column of columns) {
      const encoded = step(column, mib);
      left -= encoded.length;
      if (left < 0 && varbinds.length > 0) return varbinds;
      varbinds.push(encoded);
    }
  }
  return varbinds;
}

function step(column: Column, mib: MibView): Buffer {
  const entry = mib.at(column.place);
  if (!entry) return varbind(column.name, END_OF_VIEW);
  column.name = entry.name;
  column.place += 1;
  return entry.varbind();
}

function response(id: number, status: number, index: number, varbinds: readonly Buffer[]): Buffer {
  return element(
    PDU.response,
    integerElement(TAG.integer, id),
    integerElement(TAG.integer, status),
    integerElement(TAG.integer, index),
    element(TAG.sequence, ...varbinds),
  );
}
