import { createHash } from 'node:crypto';
import type { AgentCredentials } from '../agent-credentials.ts';
import { decrypted, isAuthentic, seal } from '../usm/security.ts';
import { keysFor, type UsmKeys, type UsmUser } from '../usm/user.ts';
import { BerReader, element, integerElement, TAG } from '../wire/ber.ts';
import { encodeScopedPdu, FLAG, openScopedPdu, openV3, type V3Message } from '../wire/message-v3.ts';
import { encodeOid } from '../wire/object-id.ts';
import { openPdu, PDU } from '../wire/pdu.ts';
import type { MibView } from './mib-view.ts';
import { respond } from './responder.ts';

/** usmStats of RFC 3414, section 5, by the last number but one. */
const REPORT = {
  unsupportedLevel: 1,
  notInTimeWindow: 2,
  unknownUser: 3,
  unknownEngine: 4,
  wrongDigest: 5,
  decryption: 6,
};
type Report = (typeof REPORT)[keyof typeof REPORT];

const WINDOW_SECONDS = 150;
const NO_KEYS: UsmKeys = { auth: null, priv: null };

interface LocalUser {
  readonly name: Buffer;
  readonly context: Buffer;
  readonly keys: UsmKeys;
}

/** The authoritative engine of one simulated agent (RFC 3414, sections 3.2 and 4). */
export class LocalEngine {
  readonly id: Buffer;
  readonly #nowMs: () => number;
  #users: readonly LocalUser[] = [];
  #boots: number;
  #bootedAtMs: number;
  readonly #reports = new Map<Report, number>();

  /** The id is made of the name, so that it is the same after a restart of the process. */
  constructor(name: string, nowMs: () => number, boots = 1) {
    // RFC 3411, SnmpEngineID: first bit set, no enterprise of our own, format 5 (octets), 12 octets of a hash.
    const digest = createHash('sha256').update(name).digest().subarray(0, 12);
    this.id = Buffer.concat([Buffer.from([0x80, 0, 0, 0, 5]), digest]);
    this.#nowMs = nowMs;
    this.#boots = boots;
    this.#bootedAtMs = nowMs();
  }

  /** Computes the keys of the users; not before this resolves does anyone have access. */
  async allow(users: readonly UsmUser[]): Promise<void> {
    this.#users = await Promise.all(
      users.map(async (user) => ({
        name: Buffer.from(user.name),
        context: Buffer.from(user.context),
        keys: await keysFor(user, this.id),
      })),
    );
  }

  /** As after a restart: the boot count grows and time begins anew. */
  reboot(): void {
    this.#boots += 1;
    this.#bootedAtMs = this.#nowMs();
  }

  /** The answer to a packet; null where none is due. `reader` stands behind the version. @throws WireError */
  answer(packet: Buffer, reader: BerReader, mib: MibView, maxBytes: number): Buffer | null {
    const message = openV3(reader);
    if (!this.id.equals(message.engineId)) return this.#report(message, REPORT.unknownEngine, NO_KEYS);
    const user = this.#users.find(({ name }) => name.equals(message.user));
    if (!user) return this.#report(message, REPORT.unknownUser, NO_KEYS);
    const refusal = this.#refusal(packet, message, user.keys);
    if (refusal !== null) {
      const keys = refusal === REPORT.notInTimeWindow ? { auth: user.keys.auth, priv: null } : NO_KEYS;
      return this.#report(message, refusal, keys);
    }
    const scoped = message.encrypted === null ? message.reader : readerOf(decrypted(message, user.keys));
    if (!scoped) return this.#report(message, REPORT.decryption, NO_KEYS);
    const { contextName } = openScopedPdu(scoped);
    if (!contextName.equals(user.context)) return null;
    const pdu = respond(scoped, mib, maxBytes);
    return pdu && this.#seal(message, 0, contextName, pdu, user.keys);
  }

  #refusal(packet: Buffer, message: V3Message, keys: UsmKeys): Report | null {
    const [auth, priv] = [(message.flags & FLAG.auth) !== 0, (message.flags & FLAG.priv) !== 0];
    if (auth !== (keys.auth !== null) || priv !== (keys.priv !== null)) return REPORT.unsupportedLevel;
    if (!auth) return null;
    if (!isAuthentic(packet, message, keys)) return REPORT.wrongDigest;
    const { boots, time } = this.#now();
    const timely = message.boots === boots && Math.abs(message.time - time) <= WINDOW_SECONDS;
    return timely ? null : REPORT.notInTimeWindow;
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
    return this.#seal(message, 0, Buffer.alloc(0), pdu, keys);
  }

  #seal(message: V3Message, flags: number, context: Buffer, pdu: Buffer, keys: UsmKeys): Buffer {
    const header = { msgId: message.msgId, engineId: this.id, ...this.#now(), user: message.user };
    return seal(header, flags, encodeScopedPdu(this.id, context, pdu), keys);
  }

  #now(): { boots: number; time: number } {
    return { boots: this.#boots, time: Math.floor((this.#nowMs() - this.#bootedAtMs) / 1000) };
  }
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

/** Users among credentials. */
export function usersOf(credentials: readonly AgentCredentials[]): UsmUser[] {
  return credentials.flatMap((entry) => ('user' in entry ? [entry.user] : []));
}
