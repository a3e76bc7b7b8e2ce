import { type BerReader, element, integerElement, TAG, WireError } from './ber.ts';
import { encodeOid } from './object-id.ts';
import type { EncodedOid } from './varbinds.ts';

/** RFC 3416, section 3. */
export const PDU = {
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  getBulk: 0xa5,
  inform: 0xa6,
  trap: 0xa7,
  report: 0xa8,
} as const;

/** Error statuses of RFC 3416, section 3, by number. */
export const ERROR_STATUS = [
  'NoError',
  'TooBig',
  'NoSuchName',
  'BadValue',
  'ReadOnly',
  'GeneralError',
  'NoAccess',
  'WrongType',
  'WrongLength',
  'WrongEncoding',
  'WrongValue',
  'NoCreation',
  'InconsistentValue',
  'ResourceUnavailable',
  'CommitFailed',
  'UndoFailed',
  'AuthorizationError',
  'NotWritable',
  'InconsistentName',
] as const;

/** What is asked, encoded once for all tries. */
export interface EncodedQuestion {
  readonly type: number;
  readonly oids: readonly EncodedOid[];
  readonly maxRepetitions: number;
  /** Everything behind the request id. */
  readonly tail: Buffer;
}

const NULL_VALUE = Buffer.from([TAG.null, 0]);

export function encodeQuestion(type: number, oids: readonly string[], maxRepetitions: number): EncodedQuestion {
  const encoded = oids.map((text) => ({ text, bytes: encodeOid(text) }));
  const list = element(
    TAG.sequence,
    ...encoded.map(({ bytes }) => element(TAG.sequence, element(TAG.oid, bytes), NULL_VALUE)),
  );
  const tail = Buffer.concat([
    integerElement(TAG.integer, 0),
    integerElement(TAG.integer, type === PDU.getBulk ? maxRepetitions : 0),
    list,
  ]);
  return { type, oids: encoded, maxRepetitions, tail };
}

export function encodeRequest(question: EncodedQuestion, requestId: number): Buffer {
  return element(question.type, integerElement(TAG.integer, requestId), question.tail);
}

/** The head of a PDU: enough to find the request that it answers. Leaves the reader at the varbinds. */
export interface PduHead {
  readonly type: number;
  readonly requestId: number;
  readonly status: number;
  readonly index: number;
}

/** Opens the PDU at which the reader stands. @throws WireError */
export function openPdu(reader: BerReader): PduHead {
  const type = reader.peek();
  if (type < PDU.get || type > PDU.report) throw new WireError('no PDU');
  reader.end = reader.openAny();
  return { type, requestId: reader.integer(), status: reader.integer(), index: reader.integer() };
}
