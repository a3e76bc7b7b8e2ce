import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { DetourError } from '../core/errors.ts';
import type { Event } from '../store/events.ts';
import type { EventLog } from '../store/store.ts';
import { compareStreamIds } from '../store/stream-id.ts';
import type { StreamLimits } from './deps.ts';
import { frame, KEEP_ALIVE, type StreamWriter } from './sse.ts';

const PAGE = 500;
const RETRY_MS = 1000;

/** A client: events wait in `pending` until its snapshot is out, then go straight to the writer. */
interface Client {
  readonly writer: StreamWriter;
  /** Id of the last event (or snapshot) that was sent. */
  lastId: string;
  /** Null once the client is live. */
  pending: Event[] | null;
  /** Whether it wants figures too, and whether it needs all of them because some did not reach it. */
  readonly figures: 'none' | 'wanted';
  isBehind: boolean;
}

/** What of a broadcast goes to whom. */
export interface Broadcast {
  /** What changed; null when nothing did. */
  readonly changes: string | null;
  /** Everything, for clients that missed changes. */
  readonly whole: () => string;
}

/**
 * One follower of the event log for all clients. It runs while there are clients. A client gets a snapshot (or, when
 * it resumes, what it missed) and then every later event exactly once, in order.
 */
export class EventHub {
  readonly #events: EventLog;
  readonly #limits: StreamLimits;
  readonly #logger: FastifyBaseLogger;
  readonly #clients = new Set<Client>();
  readonly #stopping = new AbortController();
  #following: Promise<void> | null = null;
  /** Resolves when the follower knows where it stands: only then may a snapshot be taken. */
  #positioned: Promise<string> | null = null;
  #keepAlive: NodeJS.Timeout | null = null;

  constructor(events: EventLog, limits: StreamLimits, logger: FastifyBaseLogger) {
    this.#events = events;
    this.#limits = limits;
    this.#logger = logger;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** True while someone wants figures. */
  get wantsFigures(): boolean {
    return [...this.#clients].some(({ figures }) => figures === 'wanted');
  }

  /**
   * Sends figures to all who want them. A client that has not read the last ones gets none: it is behind, and gets
   * everything once it has caught up, so that what waits for it stays bounded.
   */
  broadcast({ changes, whole }: Broadcast): void {
    let all: string | null = null;
    for (const client of this.#clients) {
      if (client.figures === 'none') continue;
      if (client.pending !== null || !client.writer.isDrained) {
        client.isBehind = true;
      } else if (client.isBehind) {
        client.isBehind = false;
        all ??= whole();
        client.writer.writeLarge(all);
      } else if (changes !== null) client.writer.writeLarge(changes);
    }
  }

  /** Throws RATE_LIMITED when there is no room for another client. */
  assertRoom(): void {
    if (this.#clients.size < this.#limits.maxClients && !this.#stopping.signal.aborted) return;
    throw new DetourError('RATE_LIMITED', `${this.#limits.maxClients} event streams are open, which is the limit`, {
      hint: 'close one, or try again later',
    });
  }

  /**
   * Serves a client until it leaves. `resumeAfter` is its Last-Event-ID; `snapshot` is called when it has none, or
   * one from which not every later event is kept any more.
   */
  async serve(
    writer: StreamWriter,
    resumeAfter: string | null,
    snapshot: () => Promise<unknown>,
    figures: Client['figures'] = 'none',
  ): Promise<void> {
    if (!writer.open) return;
    const client: Client = { writer, lastId: '0', pending: [], figures, isBehind: resumeAfter !== null };
    this.#clients.add(client);
    writer.onClose(() => this.#clients.delete(client));
    try {
      await this.#follow();
      const missed = resumeAfter === null ? null : await this.#missedSince(resumeAfter);
      if (missed === null) await this.#sendSnapshot(client, snapshot);
      else this.#sendMissed(client, resumeAfter as string, missed);
      this.#goLive(client);
    } catch (error) {
      this.#logger.warn({ err: error }, 'event stream ended early');
      writer.cut();
    }
  }

  /** Ends all streams and the follower; idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#keepAlive) clearInterval(this.#keepAlive);
    for (const { writer } of this.#clients) writer.end();
    this.#clients.clear();
    await this.#following;
  }

  async #sendSnapshot(client: Client, snapshot: () => Promise<unknown>): Promise<void> {
    // The id is taken first: an event that comes meanwhile is in the snapshot and sent again, never lost.
    client.lastId = await this.#events.lastId();
    client.writer.writeLarge(frame('snapshot', client.lastId, await snapshot()));
  }

  #sendMissed(client: Client, resumeAfter: string, missed: readonly Event[]): void {
    client.lastId = resumeAfter;
    this.#sendTogether(client, missed);
  }

  /** Sends what has gathered as one write, for which room is made as for a snapshot. */
  #sendTogether(client: Client, events: readonly Event[]): void {
    const later = events.filter((event) => compareStreamIds(event.id, client.lastId) > 0);
    if (later.length === 0) return;
    client.lastId = later.at(-1)?.id ?? client.lastId;
    client.writer.writeLarge(later.map((event) => frame(event.type, event.id, event)).join(''));
  }

  /** Events after this id; null when some are gone, the id is unknown, or there are too many. */
  async #missedSince(id: string): Promise<Event[] | null> {
    const [oldest] = await this.#events.read('0', { limit: 1, blockMs: 0 });
    if (oldest === undefined || compareStreamIds(oldest.id, id) > 0) return null;
    if (compareStreamIds(id, await this.#events.lastId()) > 0) return null;
    const missed: Event[] = [];
    for (;;) {
      const page = await this.#events.read(missed.at(-1)?.id ?? id, { limit: PAGE, blockMs: 0 });
      // Not "less than a page": what cannot be read any more is left out of a page.
      if (page.length === 0) return missed;
      missed.push(...page);
      if (missed.length > this.#limits.maxReplay) return null;
    }
  }

  #goLive(client: Client): void {
    const waiting = client.pending ?? [];
    client.pending = null;
    this.#sendTogether(client, waiting);
  }

  #deliver(client: Client, event: Event): void {
    if (client.pending) {
      client.pending.push(event);
      if (client.pending.length > this.#limits.maxReplay) client.writer.cut();
      return;
    }
    if (compareStreamIds(event.id, client.lastId) <= 0) return;
    client.lastId = event.id;
    client.writer.write(frame(event.type, event.id, event));
  }

  /** Starts the follower unless it runs; resolves when it knows its place in the log. */
  async #follow(): Promise<void> {
    if (!this.#following) {
      this.#positioned = this.#events.lastId();
      this.#following = this.#run(this.#positioned);
      this.#startKeepAlive();
    }
    await this.#positioned;
  }

  async #run(positioned: Promise<string>): Promise<void> {
    let position = await positioned.catch(() => null);
    while (position !== null && this.#clients.size > 0 && !this.#stopping.signal.aborted) {
      position = await this.#step(position);
    }
    // In the same tick as the last look at the clients, so that a new one finds either a follower or none.
    this.#following = null;
  }

  async #step(position: string): Promise<string> {
    try {
      const events = await this.#events.read(position, { limit: PAGE, blockMs: this.#limits.blockMs });
      for (const client of this.#clients) for (const event of events) this.#deliver(client, event);
      return events.at(-1)?.id ?? position;
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#logger.warn({ err: error }, 'events cannot be read; trying again');
        await delay(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
      return position;
    }
  }

  #startKeepAlive(): void {
    if (this.#keepAlive) return;
    this.#keepAlive = setInterval(() => {
      for (const { writer } of this.#clients) writer.write(KEEP_ALIVE);
    }, this.#limits.keepAliveMs);
    this.#keepAlive.unref();
  }
}
