import { createHash } from 'node:crypto';
import { BerReader, element, integerElement, TAG } from '../wire/ber.ts';
import { encodeScopedPdu, FLAG, openScopedPdu, type ScopedPdu, type V3Message } from '../wire/message-v3.ts';
import { encodeOid } from '../wire/object-id.ts';
import { openPdu, PDU } from '../wire/pdu.ts';
import { decrypted, isAuthentic, seal } from './security.ts';
import { keysFor, type UsmKeys, type UsmUser } from './user.ts';

/** usmStats of RFC 3414, section 5, by the last number but one. */
const REPORT = {
  unsupportedLevel: 1,
  notInTimeWindow: 2,
  unknownUser: 3,
  unknownEngine: 4,
  wrongDigest: 5,
  decryption: 6,
} as const;
type Report = (typeof REPORT)[keyof typeof REPORT];

/** RFC 3414, section 2.2.3: seconds by which a message may be off. */
export const WINDOW_SECONDS = 150;
const NO_KEYS: UsmKeys = { auth: null, priv: null };

/** A user with the keys of one engine. */
export interface LocalUser {
  readonly name: Buffer;
  readonly context: Buffer;
  readonly keys: UsmKeys;
}

/** Computes the keys of users for an engine. */
export function localUsers(users: readonly UsmUser[], engineId: Buffer): Promise<LocalUser[]> {
  return Promise.all(
    users.map(async (user) => ({
      name: Buffer.from(user.name),
      context: Buffer.from(user.context),
      keys: await keysFor(user, engineId),
    })),
  );
}

/**
 * An engine id that is made of a name, so that it is the same after a restart. RFC 3411, SnmpEngineID: first bit set,
 * no enterprise of our own, format 5 (octets), 12 octets of a hash.
 */
export function engineIdOf(name: string): Buffer {
  const digest = createHash('sha256').update(name).digest().subarray(0, 12);
  return Buffer.concat([Buffer.from([0x80, 0, 0, 0, 5]), digest]);
}

/** Answers a PDU that was let in; null where none is due. The reader stands at the PDU. @throws WireError */
export type HandlePdu = (pdu: BerReader, contextName: Buffer, user: LocalUser) => Buffer | null;

export type LocalAnswer =
  | { readonly kind: 'answered'; readonly packet: Buffer | null }
  /** Not let in; the packet is the report about it, where the sender wants one. */
  | { readonly kind: 'refused'; readonly complaint: keyof typeof REPORT; readonly packet: Buffer | null };

/** An authoritative engine of ours (RFC 3414, sections 3.2 and 4): of a simulated agent, or of the trap receiver. */
export class LocalEngine {
  readonly id: Buffer;
  readonly #nowMs: () => number;
  #boots: number;
  #bootedAtMs: number;
  readonly #reports = new Map<Report, number>();

  /** `nowMs` is monotonic. */
  constructor(id: Buffer, nowMs: () => number, boots = 1) {
    this.id = id;
    this.#nowMs = nowMs;
    this.#boots = boots;
    this.#bootedAtMs = nowMs();
  }

  /** As after a restart: the boot count grows and time begins anew. */
  reboot(): void {
    this.#boots += 1;
    this.#bootedAtMs = this.#nowMs();
  }

  /** Lets a message of one of the users in, or reports why not. @throws WireError */
  answer(packet: Buffer, message: V3Message, users: readonly LocalUser[], handle: HandlePdu): LocalAnswer {
    if (!this.id.equals(message.engineId)) return this.#refuse(message, 'unknownEngine', NO_KEYS);
    const user = users.find(({ name }) => name.equals(message.user));
    if (!user) return this.#refuse(message, 'unknownUser', NO_KEYS);
    const refusal = this.#refusal(packet, message, user.keys);
    if (refusal !== null) {
      const keys = refusal === 'notInTimeWindow' ? { auth: user.keys.auth, priv: null } : NO_KEYS;
      return this.#refuse(message, refusal, keys);
    }
    const scoped = message.encrypted === null ? message.reader : readerOf(decrypted(message, user.keys));
    if (!scoped) return this.#refuse(message, 'decryption', NO_KEYS);
    const context = openScopedPdu(scoped);
    const pdu = handle(scoped, context.contextName, user);
    // The context of the request, whosever it is: net-snmp asks in its own, and takes no answer in another.
    return { kind: 'answered', packet: pdu && this.#seal(message, context, pdu, user.keys) };
  }

  /** A message that nobody asked for: a trap, of which the sender is the authority. */
  notification(user: LocalUser, pdu: Buffer, msgId: number): Buffer {
    const header = { msgId, engineId: this.id, ...this.#now(), user: user.name };
    return seal(header, 0, encodeScopedPdu(this.id, user.context, pdu), user.keys);
  }

  #refusal(packet: Buffer, message: V3Message, keys: UsmKeys): keyof typeof REPORT | null {
    if (!isLevelOf(message, keys)) return 'unsupportedLevel';
    if (keys.auth === null) return null;
    if (!isAuthentic(packet, message, keys)) return 'wrongDigest';
    const { boots, time } = this.#now();
    const timely = message.boots === boots && Math.abs(message.time - time) <= WINDOW_SECONDS;
    return timely ? null : 'notInTimeWindow';
  }

  #refuse(message: V3Message, complaint: keyof typeof REPORT, keys: UsmKeys): LocalAnswer {
    return { kind: 'refused', complaint, packet: this.#report(message, REPORT[complaint], keys) };
  }

  #report(message: V3Message, complaint: Report, keys: UsmKeys): Buffer | null {
    if ((message.flags & FLAG.reportable) === 0) return null;
    const count = (this.#reports.get(complaint) ?? 0) + 1;
    this.#reports.set(complaint, count);
    const name = element(TAG.oid, encodeOid(`1.3.6.1.6.3.15.1.1.${complaint}.0`));
    const zero = integerElement(TAG.integer, 0);
    const pdu = element(
      PDU.report,
      integerElement(TAG.integer, requestIdOf(message)),
      zero,
      zero,
      element(TAG.sequence, element(TAG.sequence, name, integerElement(TAG.counter32, count))),
    );
    return this.#seal(message, { contextEngineId: this.id, contextName: Buffer.alloc(0) }, pdu, keys);
  }

  #seal(message: V3Message, { contextEngineId, contextName }: ScopedPdu, pdu: Buffer, keys: UsmKeys): Buffer {
    const header = { msgId: message.msgId, engineId: this.id, ...this.#now(), user: message.user };
    return seal(header, 0, encodeScopedPdu(contextEngineId, contextName, pdu), keys);
  }

  #now(): { boots: number; time: number } {
    return { boots: this.#boots, time: Math.floor((this.#nowMs() - this.#bootedAtMs) / 1000) };
  }
}

/** True when the message is protected as the user's keys want it, neither less nor more. */
export function isLevelOf(message: V3Message, keys: UsmKeys): boolean {
  const [auth, priv] = [(message.flags & FLAG.auth) !== 0, (message.flags & FLAG.priv) !== 0];
  return auth === (keys.auth !== null) && priv === (keys.priv !== null);
}

/** The request id where it can be read, which a report repeats (RFC 3412, section 7.1). */
function requestIdOf(message: V3Message): number {
  if (message.encrypted !== null) return 0;
  const reader = new BerReader(message.reader.bytes, message.reader.at, message.reader.end);
  openScopedPdu(reader);
  return openPdu(reader).requestId;
}

function readerOf(scoped: Buffer | null): BerReader | null {
  return scoped && new BerReader(scoped);
}
