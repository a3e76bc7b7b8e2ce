/** Why a packet was not used. */
export const UNEXPECTED = [
  /** Breaks the encoding rules. */
  'malformed',
  /** From an address or port that nothing was asked of. */
  'stranger',
  /** Answers no request of ours. */
  'unknownId',
  /** Answers a request whose time was over. */
  'late',
  /** Answers a request that had its answer. */
  'duplicate',
  /** Another version, community or user than in the request, or not authentic. */
  'foreign',
  /** About other objects than the request. */
  'mismatch',
] as const;
export type Unexpected = (typeof UNEXPECTED)[number];

/** What the SNMP engine did since its start; plain numbers that grow, but for `inFlight`. */
export interface EngineCounts {
  /** Requests waiting for their answer now. */
  inFlight: number;
  requests: number;
  /** Requests that were sent another time. */
  retries: number;
  answers: number;
  /** Requests that ended without a usable answer. */
  timeouts: number;
  unexpected: Record<Unexpected, number>;
}

export function newCounts(): EngineCounts {
  const unexpected = Object.fromEntries(UNEXPECTED.map((reason) => [reason, 0])) as Record<Unexpected, number>;
  return { inFlight: 0, requests: 0, retries: 0, answers: 0, timeouts: 0, unexpected };
}
