import { isIPv6 } from 'node:net';
import { createSession, ErrorStatus, ObjectType, type Varbind as RawVarbind, type Session, Version2c } from 'net-snmp';
import type { Clock } from '../../core/clock.ts';
import { DetourError } from '../../core/errors.ts';
import { type SnmpAnswer, type SnmpClient, SnmpStatusError } from './client.ts';
import type { Secret } from './credentials.ts';
import { decodeVarbind } from './decode.ts';
import { GuardedSocket } from './socket.ts';
import type { Varbind } from './varbind.ts';

export interface SnmpTarget {
  readonly address: string;
  readonly port: number;
  readonly community: Secret;
}

/** When the tries of one request leave, as shares of its time: the gaps double (1/7, 2/7, 4/7). */
const TRY_AT = [0, 1 / 7, 3 / 7] as const;
/** Upper bound of one request; net-snmp's own timer lies behind it and never fires. */
const MAX_TIMEOUT_MS = 15_000;

type RawCallback = (error: Error | null, varbinds?: readonly (RawVarbind | readonly RawVarbind[])[]) => void;
type RawSend = (session: Session, done: RawCallback) => void;

/** An SNMP v2c client for one agent; opens its socket with the first request. */
export function createSnmpClient(target: SnmpTarget, clock: Clock): SnmpClient {
  return new NetSnmpClient(target, clock);
}

class NetSnmpClient implements SnmpClient {
  readonly #target: SnmpTarget;
  readonly #clock: Clock;
  readonly #where: string;
  #session: Session | null = null;
  /** Ends what is under way, with a reason. */
  readonly #pending = new Set<(error: DetourError) => void>();
  #badPackets = 0;

  constructor(target: SnmpTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    this.#where = isIPv6(target.address) ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
  }

  get(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(timeoutMs, (session, done) => session.get([...oids], done));
  }

  getNext(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(timeoutMs, (session, done) => session.getNext([...oids], done));
  }

  getBulk(oids: readonly string[], maxRepetitions: number, timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(timeoutMs, (session, done) => session.getBulk([...oids], 0, maxRepetitions, done));
  }

  close(): void {
    const session = this.#session;
    this.#session = null;
    for (const fail of [...this.#pending]) fail(this.#timedOut('the connection was closed'));
    session?.close();
  }

  /** Sends up to three tries and takes the first answer to any of them, with that try's own times. */
  #request(timeoutMs: number, send: RawSend): Promise<SnmpAnswer> {
    const limitMs = Math.min(timeoutMs, MAX_TIMEOUT_MS);
    this.#badPackets = 0;
    return new Promise((resolve, reject) => {
      const timers: NodeJS.Timeout[] = [];
      const finish = (settle: () => void): void => {
        if (!this.#pending.delete(fail)) return;
        for (const timer of timers) clearTimeout(timer);
        // Cancels all of the session, so only when no other request waits; the rest end by their own timers.
        if (this.#pending.size === 0) this.#session?.cancelRequests(new Error('done'));
        settle();
      };
      const fail = (error: DetourError): void => finish(() => reject(error));
      const attempt = (): void => {
        const sentAtMs = this.#clock.nowMs();
        send(this.#open(), (error, raw) =>
          error
            ? fail(this.#explain(error))
            : finish(() => resolve(toAnswer(raw ?? [], sentAtMs, this.#clock.nowMs()))),
        );
      };
      this.#pending.add(fail);
      for (const share of TRY_AT.slice(1)) timers.push(setTimeout(attempt, share * limitMs));
      timers.push(setTimeout(() => fail(this.#silence(limitMs)), limitMs));
      attempt();
    });
  }

  #open(): Session {
    if (this.#session) return this.#session;
    const { address, port, community } = this.#target;
    const socket = (type: 'udp4' | 'udp6') =>
      new GuardedSocket(type, address, port, {
        onBadPacket: () => this.#countBadPacket(),
        onNetworkError: (code) => this.#onNetworkError(code),
      });
    const session = createSession(address, community.reveal(), {
      port,
      version: Version2c,
      transport: isIPv6(address) ? 'udp6' : 'udp4',
      retries: 0,
      timeout: MAX_TIMEOUT_MS + 5_000,
      reportOidMismatchErrors: true,
      dgramModule: { createSocket: socket },
    });
    // Undecodable packets; without a listener they would end the process.
    session.on('error', () => this.#countBadPacket());
    this.#session = session;
    return session;
  }

  #countBadPacket(): void {
    this.#badPackets += 1;
  }

  #onNetworkError(code: string): void {
    const session = this.#session;
    this.#session = null;
    const reason = NETWORK_ERRORS[code] ?? `network error ${code}`;
    for (const fail of [...this.#pending]) fail(this.#timedOut(reason));
    session?.close();
  }

  #silence(limitMs: number): DetourError {
    return this.#badPackets > 0
      ? new DetourError(
          'SNMP_BAD_ANSWER',
          `${this.#where} sent ${this.#badPackets} packets that are not valid SNMP v2c`,
        )
      : this.#timedOut(`no answer within ${Math.round(limitMs)} ms`);
  }

  #timedOut(reason: string): DetourError {
    return new DetourError('SNMP_TIMEOUT', `${this.#where} did not answer: ${reason}`, {
      field: 'address',
      value: this.#where,
      hint: 'check address, port and credentials: agents stay silent when the community is wrong',
    });
  }

  /** What net-snmp says, in our words: its messages and causes can hold the community. */
  #explain(error: Error): DetourError {
    if (error.name === 'RequestFailedError') return new SnmpStatusError(statusName(error), this.#where);
    if (error.name === 'RequestTimedOutError') return this.#silence(MAX_TIMEOUT_MS);
    const code = 'code' in error && typeof error.code === 'number' ? error.code : 0;
    return new DetourError('SNMP_BAD_ANSWER', `${this.#where}: ${BAD_ANSWERS[code] ?? 'the answer cannot be used'}`);
  }
}

const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on this UDP port',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no route to the network',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  EMSGSIZE: 'the request is too large for a datagram',
};

/** By net-snmp's ResponseInvalidCode. */
const BAD_ANSWERS: Readonly<Record<number, string>> = {
  6: 'the answer is about other objects than the request',
  9: 'the answer is of another SNMP version than the request',
  10: 'the answer carries another community than the request',
  11: 'the answer is a report, which v2c does not have',
  12: 'the answer is not a response',
  13: 'the answer is not a response',
};

function statusName(error: Error): string {
  const status = 'status' in error && typeof error.status === 'number' ? error.status : ErrorStatus.GeneralError;
  return ErrorStatus[status] ?? 'GeneralError';
}

/** net-snmp returns the varbinds of a GETBULK by column; here they are put back row by row. */
function toAnswer(
  raw: readonly (RawVarbind | readonly RawVarbind[])[],
  sentAtMs: number,
  receivedAtMs: number,
): SnmpAnswer {
  const columns = raw.map((entry) => (Array.isArray(entry) ? (entry as readonly RawVarbind[]) : [entry as RawVarbind]));
  const rows = Math.max(0, ...columns.map((column) => column.length));
  const varbinds: Varbind[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const column of columns) {
      const cell = column[row];
      if (cell) varbinds.push(decodeVarbind(cell.oid, cell.type ?? ObjectType.Null, cell.value));
    }
  }
  return { varbinds, sentAtMs, receivedAtMs: Math.max(sentAtMs, receivedAtMs) };
}
