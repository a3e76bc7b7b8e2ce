import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { NetworkIndex } from '../../topology/model.ts';
import type { Clock } from '../core/clock.ts';
import type { LinkState } from '../health/link-state.ts';
import type { EventHub } from './event-hub.ts';
import { FigureBook } from './figure-book.ts';
import type { LinkView } from './schemas/links.ts';
import type { LinkChange, LinkChanges } from './schemas/screen.ts';
import { frame } from './sse.ts';
import type { Status } from './status.ts';

/** A change is on its way after at most this long, unless reading takes more than its share of it. */
const INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 10_000;
/** Reading all links may cost this share of the time; most of it is waiting for the store. */
const SHARE = 0.4;
/** The figures of everything are sent with every so many of the links. */
const STATUS_EVERY = 20;

export interface FigureReaders {
  /** Every link of the network, staleness applied. */
  states(): Promise<ReadonlyMap<string, LinkState>>;
  status(): Promise<Status>;
}

interface FeedDeps {
  readonly network: NetworkIndex;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

/** What the links of a snapshot are, and from which reading. */
export interface FigureSnapshot {
  readonly tick: number;
  readonly links: readonly LinkView[];
}

/**
 * Tells the streams what the event log does not: figures of links between changes of state. All links are read ten
 * times a second, once for all clients, and only while there are any. The latest figure of a link wins: what changes
 * more often than it is read, or than a client reads, is told once.
 */
export class FigureFeed {
  readonly #hub: EventHub;
  readonly #readers: FigureReaders;
  readonly #deps: FeedDeps;
  readonly #stopping = new AbortController();
  readonly #book: FigureBook;
  #running: Promise<void> | null = null;
  #reading: Promise<void> | null = null;

  constructor(hub: EventHub, readers: FigureReaders, deps: FeedDeps) {
    this.#hub = hub;
    this.#readers = readers;
    this.#deps = deps;
    this.#book = new FigureBook(deps.network);
  }

  /** Call when a client comes. */
  wake(): void {
    this.#running ??= this.#run();
  }

  /** The links as of a reading that began after this call: what later ticks tell fits on top of it. */
  async snapshot(): Promise<FigureSnapshot> {
    await this.#reading?.catch(() => undefined);
    await this.#read();
    return { tick: this.#book.tick, links: this.#book.links };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let intervalMs = INTERVAL_MS;
    for (let ticks = 0; await this.#pause(intervalMs); ticks += 1) {
      if (!this.#hub.wantsFigures) break;
      const began = this.#deps.clock.nowMs();
      await this.#tick(ticks).catch((error: unknown) =>
        this.#deps.logger.warn({ err: error }, 'figures cannot be read'),
      );
      const tookMs = this.#deps.clock.nowMs() - began;
      intervalMs = Math.min(LONGEST_INTERVAL_MS, Math.max(INTERVAL_MS - tookMs, tookMs / SHARE));
    }
    this.#running = null;
  }

  #pause(ms: number): Promise<boolean> {
    return delay(ms, undefined, { signal: this.#stopping.signal, ref: false }).then(
      () => true,
      () => false,
    );
  }

  async #tick(ticks: number): Promise<void> {
    await this.#read();
    if (ticks % STATUS_EVERY === 0) this.#hub.tell(frame('status', null, await this.#readers.status()));
  }

  /** One reading, whoever asks; its changes go to all who have the one before. */
  #read(): Promise<void> {
    this.#reading ??= this.#readers
      .states()
      .then((states) => {
        this.#book.turn(states);
        this.#hub.broadcast({
          tick: this.#book.tick,
          latest: () => this.#message(this.#book.latest()),
          since: (tick) => this.#message(this.#book.since(tick)),
        });
      })
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  #message(links: readonly LinkChange[]): string | null {
    const changes: LinkChanges = { atMs: this.#deps.clock.nowMs(), links };
    return links.length === 0 ? null : frame('links', null, changes);
  }
}
