import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { DetourError } from '../core/errors.ts';
import type { Event } from '../store/events.ts';
import type { EventLog } from '../store/store.ts';
import { compareStreamIds } from '../store/stream-id.ts';
import type { StreamLimits } from './deps.ts';
import { type Broadcast, EventClient, eventFrame } from './event-client.ts';
import { frame, KEEP_ALIVE, type StreamWriter } from './sse.ts';

const PAGE = 500;
const RETRY_MS = 1000;

/** What a client begins with, and the tick of the figures in it; null where later ones do not build on it. */
export interface Beginning {
  readonly content: unknown;
  readonly tick: number | null;
}

export interface Reader {
  /** Its Last-Event-ID. */
  readonly resumeAfter: string | null;
  readonly wantsFigures: boolean;
  /** Called when it has no such id, one from which not every later event is kept, or when it fell too far behind. */
  readonly snapshot: () => Promise<Beginning>;
}

/**
 * One follower of the event log for all clients. It runs while there are clients. A client gets a snapshot (or, when
 * it resumes, what it missed) and then every later event exactly once, in order; one that reads too slowly for that
 * gets a fresh snapshot, and one that does not read at all is cut.
 */
export class EventHub {
  readonly #events: EventLog;
  readonly #limits: StreamLimits;
  readonly #logger: FastifyBaseLogger;
  readonly #clients = new Set<EventClient>();
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
    return [...this.#clients].some(({ wantsFigures }) => wantsFigures);
  }

  /** Sends figures to all who want them and have read what they were sent. */
  broadcast(broadcast: Broadcast): void {
    const latest = once(broadcast.latest);
    const since = onceEach(broadcast.since);
    for (const client of this.#clients) client.figures({ tick: broadcast.tick, latest, since });
  }

  /** Sends this to all who want figures. */
  tell(text: string): void {
    for (const client of this.#clients) if (client.wantsFigures) client.tell(text);
  }

  /** Throws RATE_LIMITED when there is no room for another client. */
  assertRoom(): void {
    if (this.#clients.size < this.#limits.maxClients && !this.#stopping.signal.aborted) return;
    throw new DetourError('RATE_LIMITED', `${this.#limits.maxClients} event streams are open, which is the limit`, {
      hint: 'close one, or try again later',
    });
  }

  /** Serves a client until it leaves. */
  async serve(writer: StreamWriter, { resumeAfter, wantsFigures, snapshot }: Reader): Promise<void> {
    if (!writer.open) return;
    const { maxBufferedBytes: maxBytes, maxReplay: maxEvents } = this.#limits;
    const client = new EventClient(writer, wantsFigures, { maxBytes, maxEvents });
    this.#clients.add(client);
    writer.onClose(() => this.#clients.delete(client));
    writer.onDrain(() => {
      if (client.isLive && client.isOverrun) void this.#guarded(client, () => this.#sendSnapshot(client, snapshot));
      else client.flush();
    });
    await this.#guarded(client, async () => {
      await this.#follow();
      const missed = resumeAfter === null ? null : await this.#missedSince(resumeAfter);
      if (missed === null || resumeAfter === null) return this.#sendSnapshot(client, snapshot);
      const frames = missed.map(eventFrame);
      client.begin(frames.map(({ text }) => text).join(''), frames.at(-1)?.id ?? resumeAfter, null);
      client.goLive();
    });
  }

  /** Ends all streams and the follower; idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#keepAlive) clearInterval(this.#keepAlive);
    for (const { writer } of this.#clients) writer.end();
    this.#clients.clear();
    await this.#following;
  }

  async #guarded({ writer }: EventClient, run: () => Promise<void>): Promise<void> {
    await run().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'event stream ended early');
      writer.cut();
    });
  }

  async #sendSnapshot(client: EventClient, snapshot: () => Promise<Beginning>): Promise<void> {
    client.catchUp();
    // The id is taken first: an event that comes meanwhile is in the snapshot and sent again, never lost.
    const lastId = await this.#events.lastId();
    const { content, tick } = await snapshot();
    // Before it has begun it may have fallen behind again: what it missed is in no snapshot yet.
    if (client.isOverrun) return this.#sendSnapshot(client, snapshot);
    client.begin(frame('snapshot', lastId, content), lastId, tick);
    client.goLive();
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
      const frames = events.map(eventFrame);
      for (const client of this.#clients) for (const each of frames) client.event(each);
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
      const nowMs = performance.now();
      for (const client of this.#clients) {
        if (client.stalledMs(nowMs) > this.#limits.stallMs) client.writer.cut();
        else client.tell(KEEP_ALIVE);
      }
    }, this.#limits.keepAliveMs);
    this.#keepAlive.unref();
  }
}

/** Makes it when it is first asked for, and then no more. */
function once<T>(make: () => T): () => T {
  const each = onceEach(make);
  return () => each(undefined);
}

function onceEach<K, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as T;
  };
}
