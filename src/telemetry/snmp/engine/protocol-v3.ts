import { decrypted, isAuthentic, seal } from '../usm/security.ts';
import type { UsmKeys, UsmUser } from '../usm/user.ts';
import { BerReader, WireError } from '../wire/ber.ts';
import { openMessage, VERSION_3 } from '../wire/message-v2c.ts';
import { encodeScopedPdu, FLAG, openScopedPdu, openV3, type V3Message } from '../wire/message-v3.ts';
import { type EncodedQuestion, encodeQuestion, encodeRequest, openPdu, PDU, type PduHead } from '../wire/pdu.ts';
import { decodeVarbinds } from '../wire/varbinds.ts';
import type { Incoming, Protocol } from './protocol.ts';
import { RemoteEngine } from './remote-engine.ts';

/** usmStats of RFC 3414, section 5: what a report complains about. */
const USM_STATS = '1.3.6.1.6.3.15.1.1.';
const REPORT = {
  unsupportedLevel: `${USM_STATS}1.0`,
  notInTimeWindow: `${USM_STATS}2.0`,
  unknownUser: `${USM_STATS}3.0`,
  unknownEngine: `${USM_STATS}4.0`,
  wrongDigest: `${USM_STATS}5.0`,
  decryptionError: `${USM_STATS}6.0`,
} as const;

const REFUSALS: Readonly<Record<string, string>> = {
  [REPORT.unsupportedLevel]: 'it does not take this security level of the user',
  [REPORT.unknownUser]: 'it does not know this user',
  [REPORT.wrongDigest]: 'the authentication password or protocol is wrong',
  [REPORT.decryptionError]: 'the privacy password or protocol is wrong',
};

const NO_KEYS: UsmKeys = { auth: null, priv: null };
const NOTHING = Buffer.alloc(0);
const DISCOVERY = encodeQuestion(PDU.get, [], 0);

/**
 * SNMP v3 under the User-based Security Model (RFC 3414): finds out the agent's engine by the first report, keeps its
 * clock, and follows it through reboots. Message id and request id are the same random number.
 */
export class V3Protocol implements Protocol {
  readonly version = 'v3';
  readonly #user: UsmUser;
  readonly #userName: Buffer;
  readonly #context: Buffer;
  readonly #nowMs: () => number;
  #engine: RemoteEngine | null = null;
  #accepted = false;

  constructor(user: UsmUser, nowMs: () => number) {
    this.#user = user;
    this.#userName = Buffer.from(user.name);
    this.#context = Buffer.from(user.context);
    this.#nowMs = nowMs;
  }

  get reachable(): boolean {
    return this.#engine !== null && !this.#accepted;
  }

  encode(question: EncodedQuestion, id: number): Buffer {
    const engine = this.#engine;
    const keys = engine?.keys;
    if (!engine || !keys) return discovery(id);
    const scoped = encodeScopedPdu(engine.id, this.#context, encodeRequest(question, id));
    const header = { msgId: id, engineId: engine.id, ...engine.now(), user: this.#userName };
    return seal(header, FLAG.reportable, scoped, keys);
  }

  decode(packet: Buffer, asked: (id: number) => EncodedQuestion | null): Incoming {
    try {
      return this.#decode(packet, asked);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return { kind: 'unexpected', reason: 'malformed', id: null, detail: error.message };
    }
  }

  /** The device may have been replaced by one with another engine: the next request looks anew. */
  onSilence(): void {
    this.#engine = null;
    this.#accepted = false;
  }

  #decode(packet: Buffer, asked: (id: number) => EncodedQuestion | null): Incoming {
    const { version, reader } = openMessage(packet);
    if (version !== VERSION_3) return foreign(null, 'the answer is of another SNMP version than the request');
    const message = openV3(reader);
    const question = asked(message.msgId);
    if (!question) return { kind: 'unexpected', reason: 'unknownId', id: message.msgId, detail: '' };
    const keys = this.#engine?.keys ?? NO_KEYS;
    const authentic = (message.flags & FLAG.auth) !== 0;
    if (authentic && !this.#isOurs(packet, message, keys)) {
      return foreign(message.msgId, 'the answer is not authentic');
    }
    const pduReader = message.encrypted === null ? message.reader : readerOf(decrypted(message, keys));
    if (!pduReader) return foreign(message.msgId, 'the answer cannot be decrypted');
    openScopedPdu(pduReader);
    const head = openPdu(pduReader);
    if (head.type === PDU.report) {
      const [complaint] = decodeVarbinds(pduReader, []);
      return this.#onReport(message, authentic, complaint?.oid ?? '');
    }
    const complaint = this.#complaintAbout(message, head);
    if (complaint) return foreign(message.msgId, complaint);
    if (authentic) this.#engine?.sync(message);
    this.#accepted = true;
    const varbinds = decodeVarbinds(pduReader, question.oids);
    return { kind: 'answer', id: message.msgId, status: head.status, varbinds };
  }

  /** What is wrong with a message that carries no report; null when nothing is. */
  #complaintAbout(message: V3Message, head: PduHead): string | null {
    if (head.type !== PDU.response || head.requestId !== message.msgId) return 'the answer is not a response';
    const keys = this.#engine?.keys;
    if (!keys) return 'the answer comes before the engine is known';
    const isOpen = (message.flags & FLAG.auth) === 0;
    if ((keys.auth && isOpen) || (keys.priv && message.encrypted === null)) {
      return 'the answer is less protected than the request';
    }
    return null;
  }

  #isOurs(packet: Buffer, message: V3Message, keys: UsmKeys): boolean {
    const engine = this.#engine;
    return engine?.id.equals(message.engineId) === true && isAuthentic(packet, message, keys);
  }

  #onReport(message: V3Message, authentic: boolean, complaint: string): Incoming {
    const id = message.msgId;
    if (complaint === REPORT.unknownEngine) return this.#onUnknownEngine(message);
    if (complaint === REPORT.notInTimeWindow && this.#engine) {
      // Only an authentic clock is believed; a user without authentication has no clock to be out of.
      if (!authentic) return foreign(id, 'the report about the time window is not authentic');
      this.#engine.sync(message);
      return { kind: 'again', id, ready: null };
    }
    const refusal = REFUSALS[complaint];
    if (refusal && this.#engine) return { kind: 'refused', id, reason: refusal };
    return foreign(id, 'the agent sent a report that means nothing here');
  }

  #onUnknownEngine(message: V3Message): Incoming {
    const id = message.msgId;
    const engineId = Buffer.from(message.engineId);
    if (engineId.length < 5 || engineId.length > 32) return foreign(id, 'the agent has no valid engine id');
    if (!this.#engine?.id.equals(engineId)) {
      this.#engine = new RemoteEngine(engineId, this.#user, message, this.#nowMs);
    }
    return { kind: 'again', id, ready: this.#engine.ready };
  }
}

/** RFC 3414, section 4: a request for nothing by nobody, which the engine answers with its id. */
function discovery(id: number): Buffer {
  const scoped = encodeScopedPdu(NOTHING, NOTHING, encodeRequest(DISCOVERY, id));
  return seal({ msgId: id, engineId: NOTHING, boots: 0, time: 0, user: NOTHING }, FLAG.reportable, scoped, NO_KEYS);
}

function readerOf(scoped: Buffer | null): BerReader | null {
  return scoped && new BerReader(scoped);
}

function foreign(id: number | null, detail: string): Incoming {
  return { kind: 'unexpected', reason: 'foreign', id, detail };
}
