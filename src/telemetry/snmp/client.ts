import { DetourError } from '../../core/errors.ts';
import type { Varbind } from './varbind.ts';

export interface SnmpAnswer {
  readonly varbinds: readonly Varbind[];
  /** When the request that was answered left (the last of several tries), ms since the epoch. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/**
 * One agent, as the poller and the walker see it; the only seam to the SNMP library, so that tests can stand in.
 * All methods reject with DetourError SNMP_TIMEOUT (no usable answer in `timeoutMs`, retries included),
 * SNMP_BAD_ANSWER, or SnmpStatusError. No error ever holds the credentials.
 */
export interface SnmpClient {
  /** One GET; the answer has one varbind per OID, in the order asked for. */
  get(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer>;
  /** One GETNEXT; the answer has one varbind per OID, unchecked for order. */
  getNext(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer>;
  /** One GETBULK without non-repeaters; varbinds come row by row as sent, unchecked for order. */
  getBulk(oids: readonly string[], maxRepetitions: number, timeoutMs: number): Promise<SnmpAnswer>;
  /** Frees the socket; what is under way is rejected. Idempotent; the next request opens a new one. */
  close(): void;
}

/** The agent answered with an error status (RFC 3416, section 3), such as `TooBig`. */
export class SnmpStatusError extends DetourError {
  readonly snmpStatus: string;

  constructor(snmpStatus: string, where: string) {
    super('SNMP_BAD_ANSWER', `${where} answered with the SNMP error ${snmpStatus}`);
    this.snmpStatus = snmpStatus;
  }
}

export function isTooBig(error: unknown): boolean {
  return error instanceof SnmpStatusError && error.snmpStatus === 'TooBig';
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DetourError && error.code === 'DETOUR_ERR_SNMP_TIMEOUT';
}
