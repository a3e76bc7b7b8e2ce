import type { Clock } from '../../../core/clock.ts';
import { DetourError } from '../../../core/errors.ts';
import { type SnmpAnswer, type SnmpClient, SnmpStatusError } from '../client.ts';
import { type EncodedQuestion, ERROR_STATUS, encodeQuestion, PDU } from '../wire/pdu.ts';
import type { EngineCounts } from './counts.ts';
import { Exchange } from './exchange.ts';
import type { Incoming, Protocol } from './protocol.ts';
import { EndedIds, requestIds } from './request-ids.ts';
import { RoundTrip } from './round-trip.ts';
import type { Endpoint, EndpointListener, Transport } from './transport.ts';
import { answerFits, NETWORK_ERRORS } from './verdicts.ts';

export interface WireClientParts {
  readonly address: string;
  readonly port: number;
  /** `address:port`, for messages. */
  readonly where: string;
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly counts: EngineCounts;
  readonly clock: Clock;
}

/** Upper bound of one request. */
const MAX_TIMEOUT_MS = 15_000;
/** Questions kept in their encoded form: the groups of a poll, asked again every few seconds. */
const QUESTIONS_KEPT = 8;
/** How often the agent may ask for another form of one request (engine id, then clock, then a reboot between). */
const MAX_AGAIN = 4;

/** Our own SNMP client: one agent, any number of requests at a time, each with as many tries as its time allows. */
export class WireClient implements SnmpClient, EndpointListener {
  readonly #parts: WireClientParts;
  readonly #open = new Map<number, Exchange>();
  readonly #ended = new EndedIds();
  readonly #roundTrip = new RoundTrip();
  #questions: { readonly key: readonly string[]; readonly question: EncodedQuestion }[] = [];
  #endpoint: Endpoint | null = null;

  constructor(parts: WireClientParts) {
    this.#parts = parts;
  }

  get(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(this.#question(PDU.get, oids, 0), timeoutMs);
  }

  getNext(oids: readonly string[], timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(encodeQuestion(PDU.getNext, oids, 0), timeoutMs);
  }

  getBulk(oids: readonly string[], maxRepetitions: number, timeoutMs: number): Promise<SnmpAnswer> {
    return this.#request(encodeQuestion(PDU.getBulk, oids, maxRepetitions), timeoutMs);
  }

  close(): void {
    for (const exchange of this.#exchanges()) exchange.fail(this.#timedOut('the connection was closed'));
    this.#endpoint?.close();
    this.#endpoint = null;
  }

  onPacket(packet: Buffer): void {
    const incoming = this.#parts.protocol.decode(packet, (id) => this.#open.get(id)?.question ?? null);
    if (incoming.kind === 'unexpected') {
      this.#onUnexpected(incoming);
      return;
    }
    const exchange = this.#open.get(incoming.id);
    if (exchange) this.#onReply(exchange, incoming);
  }

  onNetworkError(code: string): void {
    const reason = NETWORK_ERRORS[code] ?? `network error ${code}`;
    for (const exchange of this.#exchanges()) exchange.fail(this.#timedOut(reason));
  }

  /** GETs of a poll are asked again and again: their encoded form is kept. */
  #question(type: number, oids: readonly string[], maxRepetitions: number): EncodedQuestion {
    const known = this.#questions.find(({ key }) => sameOids(key, oids));
    if (known) return known.question;
    const question = encodeQuestion(type, oids, maxRepetitions);
    this.#questions = [{ key: [...oids], question }, ...this.#questions.slice(0, QUESTIONS_KEPT - 1)];
    return question;
  }

  #request(question: EncodedQuestion, timeoutMs: number): Promise<SnmpAnswer> {
    const { counts } = this.#parts;
    const limitMs = Math.max(1, Math.min(timeoutMs, MAX_TIMEOUT_MS));
    counts.requests += 1;
    counts.inFlight += 1;
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(question, limitMs, this.#roundTrip.firstGapMs(limitMs), {
        send: () => this.#send(exchange),
        retry: () => {
          counts.retries += 1;
        },
        expire: () => this.#expire(exchange),
        settled: (ids, answered) => this.#forget(ids, answered),
        resolve,
        reject,
      });
      exchange.start();
    });
  }

  #send(exchange: Exchange): void {
    const { address, port, protocol, transport, clock } = this.#parts;
    this.#endpoint ??= transport.open(address, port, this);
    const id = requestIds.next();
    const packet = protocol.encode(exchange.question, id);
    exchange.sent(id, clock.nowMs());
    this.#open.set(id, exchange);
    this.#endpoint.send(packet);
  }

  #onReply(exchange: Exchange, incoming: Exclude<Incoming, { kind: 'unexpected' }>): void {
    if (incoming.kind === 'answer') this.#onAnswer(exchange, incoming);
    else if (incoming.kind === 'refused') exchange.fail(this.#refused(incoming.reason));
    else if (exchange.countAgain() > MAX_AGAIN)
      exchange.blame('the agent asks for another form of the request for ever');
    else this.#again(exchange, incoming.ready);
  }

  #again(exchange: Exchange, ready: Promise<void> | null): void {
    if (ready === null) {
      exchange.sendNow();
      return;
    }
    ready.then(
      () => exchange.sendNow(),
      () => exchange.fail(this.#refused('no keys can be made of these credentials')),
    );
  }

  #onAnswer(exchange: Exchange, answer: Extract<Incoming, { kind: 'answer' }>): void {
    const { counts, clock, where } = this.#parts;
    const roundTripMs = exchange.roundTripMs(answer.id);
    if (answer.status !== 0) {
      this.#roundTrip.observe(roundTripMs);
      counts.answers += 1;
      exchange.fail(this.#statusError(ERROR_STATUS[answer.status] ?? 'GeneralError'), true);
      return;
    }
    if (!answerFits(exchange.question, answer.varbinds)) {
      counts.unexpected.mismatch += 1;
      exchange.blame(`${where}: the answer is about other objects than the request`);
      return;
    }
    this.#roundTrip.observe(roundTripMs);
    counts.answers += 1;
    exchange.succeed(answer.id, answer.varbinds, clock.nowMs());
  }

  #onUnexpected(incoming: Extract<Incoming, { kind: 'unexpected' }>): void {
    const { unexpected } = this.#parts.counts;
    const { reason, id, detail } = incoming;
    if (reason === 'unknownId') {
      const ended = id === null ? null : this.#ended.find(id);
      unexpected[ended === null ? 'unknownId' : ended === 'answered' ? 'duplicate' : 'late'] += 1;
      return;
    }
    unexpected[reason] += 1;
    const complaint = reason === 'malformed' ? `sent packets that are not valid SNMP (${detail})` : `: ${detail}`;
    const text = `${this.#parts.where}${reason === 'malformed' ? ' ' : ''}${complaint}`;
    // A packet without an id that can be read may be meant for any request under way.
    const blamed = id === null ? this.#exchanges() : [this.#open.get(id)];
    for (const exchange of blamed) exchange?.blame(text);
  }

  #expire(exchange: Exchange): void {
    const { counts, protocol } = this.#parts;
    counts.timeouts += 1;
    this.#roundTrip.silence();
    const heard = protocol.reachable;
    protocol.onSilence();
    if (exchange.complaint) exchange.fail(new DetourError('SNMP_BAD_ANSWER', exchange.complaint));
    else if (heard) exchange.fail(this.#refused('it tells its engine id, but stays silent on authenticated requests'));
    else exchange.fail(this.#timedOut(`no answer within ${Math.round(exchange.limitMs)} ms`));
  }

  #forget(ids: readonly number[], answered: boolean): void {
    this.#parts.counts.inFlight -= 1;
    for (const id of ids) {
      this.#open.delete(id);
      this.#ended.add(id, answered);
    }
  }

  /** Requests under way, each once. */
  #exchanges(): Set<Exchange> {
    return new Set(this.#open.values());
  }

  #statusError(status: string): DetourError {
    if (status === 'AuthorizationError' || status === 'NoAccess') return this.#refused(`it answers ${status}`);
    return new SnmpStatusError(status, this.#parts.where);
  }

  #timedOut(reason: string): DetourError {
    const { where, protocol } = this.#parts;
    const secret = protocol.version === 'v3' ? 'user' : 'community';
    return new DetourError('SNMP_TIMEOUT', `${where} did not answer: ${reason}`, {
      field: 'address',
      value: where,
      hint: `check address, port and credentials: agents stay silent when the ${secret} is wrong`,
    });
  }

  #refused(reason: string): DetourError {
    const { where } = this.#parts;
    return new DetourError('SNMP_REFUSED', `${where} does not accept these credentials: ${reason}`, {
      field: 'credentials',
      hint: 'possible credentials problem: check user, passwords, protocols and community',
    });
  }
}

function sameOids(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = left.length - 1; at >= 0; at -= 1) if (left[at] !== right[at]) return false;
  return true;
}
