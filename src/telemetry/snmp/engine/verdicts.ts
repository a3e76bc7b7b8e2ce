import type { Varbind } from '../varbind.ts';
import { type EncodedQuestion, PDU } from '../wire/pdu.ts';

/**
 * Is this an answer to the question? A GET names each object asked for, in order; a GETNEXT has one varbind for each;
 * a GETBULK may leave out what did not fit, and never has more than was asked for.
 */
export function answerFits(question: EncodedQuestion, varbinds: readonly Varbind[]): boolean {
  const { type, oids, maxRepetitions } = question;
  if (type === PDU.getBulk) return varbinds.length <= oids.length * Math.max(1, maxRepetitions);
  if (varbinds.length !== oids.length) return false;
  return type !== PDU.get || oids.every(({ text }, at) => varbinds[at]?.oid === text);
}

/** What the network says, in words. */
export const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on this UDP port',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no route to the network',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  EMSGSIZE: 'the request is too large for a datagram',
};
