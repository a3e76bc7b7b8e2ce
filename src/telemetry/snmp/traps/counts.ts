import { TRAP_KINDS, type TrapKind } from './kinds.ts';

/** Why a packet at the trap port was not used. */
export const DROP_REASONS = [
  /** From an address that is no device's. */
  'unknownSender',
  /** Several devices have this address, and neither port nor credentials tell which one it was. */
  'ambiguousSender',
  /** More than one device may send. */
  'senderFlood',
  /** More than all devices together may send. */
  'totalFlood',
  /** More at once than are looked at. */
  'overload',
  /** Breaks the encoding rules. */
  'malformed',
  /** SNMP v1, or none that we know. */
  'version',
  /** No trap and no inform. */
  'notANotification',
  /** The device's credentials cannot be read. */
  'noCredentials',
  'wrongCommunity',
  'unknownUser',
  /** Less or more protected than the user is. */
  'wrongLevel',
  'notAuthentic',
  /** Cannot be decrypted. */
  'decryption',
  /** Outside the time window: late, or an old one played again. */
  'notTimely',
  /** An inform for another engine than ours; the sender is told ours, and sends again. */
  'unknownEngine',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What the trap receiver did since its start. */
export interface TrapCounts {
  readonly received: Record<TrapKind, number>;
  readonly dropped: Record<DropReason, number>;
  /** Informs that were acknowledged. */
  acknowledged: number;
  /** Traps that the device bore out when it was asked, and those it did not until its caches had passed. */
  confirmed: number;
  contradicted: number;
}

export function newTrapCounts(): TrapCounts {
  return {
    received: Object.fromEntries(TRAP_KINDS.map((kind) => [kind, 0])) as Record<TrapKind, number>,
    dropped: Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>,
    acknowledged: 0,
    confirmed: 0,
    contradicted: 0,
  };
}
