import type { AgentCredentials } from '../agent-credentials.ts';
import {
  isLevelOf,
  type LocalAnswer,
  type LocalEngine,
  type LocalUser,
  localUsers,
  WINDOW_SECONDS,
} from '../usm/local-engine.ts';
import { decrypted, isAuthentic } from '../usm/security.ts';
import { BerReader } from '../wire/ber.ts';
import { FLAG, openScopedPdu, type V3Message } from '../wire/message-v3.ts';
import type { DropReason } from './counts.ts';
import { type Opened, openNotification } from './open-notification.ts';
import { dropped, type Incoming } from './open-v2c.ts';

const COMPLAINTS: Readonly<Record<Extract<LocalAnswer, { kind: 'refused' }>['complaint'], DropReason>> = {
  unknownEngine: 'unknownEngine',
  unknownUser: 'unknownUser',
  unsupportedLevel: 'wrongLevel',
  wrongDigest: 'notAuthentic',
  notInTimeWindow: 'notTimely',
  decryption: 'decryption',
};

/** Clocks of engines that are remembered at most: one a device, and a few for devices that were replaced. */
const MAX_ENGINES = 20_000;

/** Takes v3 notifications: of traps the sender is the authority, of informs we are (RFC 3412, section 6.1). */
export class V3Notifications {
  readonly #engine: LocalEngine;
  readonly #clocks = new Map<string, { boots: number; time: number; atMs: number }>();
  readonly #nowMs: () => number;

  /** `nowMs` is monotonic. */
  constructor(engine: LocalEngine, nowMs: () => number) {
    this.#engine = engine;
    this.#nowMs = nowMs;
  }

  /** @throws WireError */
  async open(packet: Buffer, message: V3Message, credentials: readonly AgentCredentials[]): Promise<Incoming> {
    const users = credentials.flatMap((entry) => ('user' in entry ? [entry.user] : []));
    // Traps are never reportable, informs and what finds out our engine always are (RFC 3412, section 6.4).
    if ((message.flags & FLAG.reportable) !== 0) {
      return this.#inform(packet, message, await localUsers(users, this.#engine.id));
    }
    if (message.engineId.length < 5 || message.engineId.length > 32) return dropped('unknownEngine');
    const named = users.filter(({ name }) => Buffer.from(name).equals(Buffer.from(message.user)));
    return this.#trap(packet, message, await localUsers(named, Buffer.from(message.engineId)));
  }

  #inform(packet: Buffer, message: V3Message, users: readonly LocalUser[]): Incoming {
    let opened: Opened | null = null;
    const answer = this.#engine.answer(packet, message, users, (pdu) => {
      opened = openNotification(pdu);
      return opened?.response ?? null;
    });
    if (answer.kind === 'refused') return dropped(COMPLAINTS[answer.complaint], answer.packet);
    return taken(opened, answer.packet);
  }

  /** One name may belong to several users: the device's own, and the one that all may use. */
  #trap(packet: Buffer, message: V3Message, users: readonly LocalUser[]): Incoming {
    if (users.length === 0) return dropped('unknownUser');
    const fitting = users.filter(({ keys }) => isLevelOf(message, keys));
    if (fitting.length === 0) return dropped('wrongLevel');
    const user = fitting.find(({ keys }) => keys.auth === null || isAuthentic(packet, message, keys));
    if (user === undefined) return dropped('notAuthentic');
    if (user.keys.auth !== null && !this.#isTimely(message)) return dropped('notTimely');
    const scoped = message.encrypted === null ? message.reader : readerOf(decrypted(message, user.keys));
    if (scoped === null) return dropped('decryption');
    openScopedPdu(scoped);
    return taken(openNotification(scoped), null);
  }

  /**
   * RFC 3414, section 3.2, step 7b, for an engine that is not ours: neither an earlier boot nor more than the window
   * behind what it said last. The first authentic word of an engine is believed.
   */
  #isTimely({ engineId, boots, time }: V3Message): boolean {
    const key = Buffer.from(engineId).toString('hex');
    const known = this.#clocks.get(key);
    const nowMs = this.#nowMs();
    if (known) {
      const expected = known.time + (nowMs - known.atMs) / 1000;
      if (boots < known.boots || (boots === known.boots && time < expected - WINDOW_SECONDS)) return false;
      this.#clocks.delete(key);
    }
    if (this.#clocks.size >= MAX_ENGINES) this.#clocks.delete(this.#clocks.keys().next().value ?? '');
    this.#clocks.set(key, { boots, time, atMs: nowMs });
    return true;
  }
}

function taken(opened: Opened | null, answer: Buffer | null): Incoming {
  return opened === null
    ? dropped('notANotification')
    : { kind: 'notification', notification: opened.notification, answer };
}

function readerOf(scoped: Buffer | null): BerReader | null {
  return scoped && new BerReader(scoped);
}
