import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { ArcState } from '../health/link-state.ts';
import type { EventHub } from './event-hub.ts';
import type { LinkView } from './schemas/links.ts';
import type { LinkChanges } from './schemas/screen.ts';
import { frame } from './sse.ts';
import type { Status } from './status.ts';

/** A change is on its way after at most this long, unless reading takes more than its share of it. */
const INTERVAL_MS = 200;
const LONGEST_INTERVAL_MS = 10_000;
/** Reading all links may cost this share of the time. */
const SHARE = 0.2;
/** The figures of everything are sent with every so many of the links. */
const STATUS_EVERY = 10;

export interface FigureReaders {
  links(): Promise<readonly LinkView[]>;
  status(): Promise<Status>;
}

interface FeedDeps {
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

/**
 * Tells the streams what the event log does not: figures of links between changes of state. All links are read five
 * times a second, once for all clients, and only while there are any.
 */
export class FigureFeed {
  readonly #hub: EventHub;
  readonly #readers: FigureReaders;
  readonly #deps: FeedDeps;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #sent = new Map<string, string>();
  #ticks = 0;

  constructor(hub: EventHub, readers: FigureReaders, deps: FeedDeps) {
    this.#hub = hub;
    this.#readers = readers;
    this.#deps = deps;
  }

  /** Call when a client comes. */
  wake(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let intervalMs = INTERVAL_MS;
    while (await this.#pause(intervalMs)) {
      if (!this.#hub.wantsFigures) break;
      const began = this.#deps.clock.nowMs();
      await this.#tick().catch((error: unknown) => this.#deps.logger.warn({ err: error }, 'figures cannot be read'));
      const tookMs = this.#deps.clock.nowMs() - began;
      intervalMs = Math.min(LONGEST_INTERVAL_MS, Math.max(INTERVAL_MS, tookMs / SHARE));
    }
    this.#running = null;
  }

  #pause(ms: number): Promise<boolean> {
    return delay(ms, undefined, { signal: this.#stopping.signal, ref: false }).then(
      () => true,
      () => false,
    );
  }

  async #tick(): Promise<void> {
    const links = await this.#readers.links();
    const changed = links.filter((link) => this.#isNews(link));
    const message = (some: readonly LinkView[]) => frame('links', null, changesOf(some, this.#deps.clock.nowMs()));
    this.#ticks += 1;
    const status = this.#ticks % STATUS_EVERY === 1 ? frame('status', null, await this.#readers.status()) : '';
    const changes = (changed.length > 0 ? message(changed) : '') + status;
    this.#hub.broadcast({ changes: changes === '' ? null : changes, whole: () => message(links) + status });
  }

  #isNews(link: LinkView): boolean {
    const look = lookOf(link);
    if (this.#sent.get(link.id) === look) return false;
    this.#sent.set(link.id, look);
    return true;
  }
}

/** What of a link can be told apart on a screen; finer changes are not sent. */
function lookOf({ state, score, sinceMs, adminDown, arcs }: LinkView): string {
  const arc = ({ utilisation, lossRatio, latencyMs }: ArcState) => [
    utilisation === null ? null : Math.round(utilisation * 200),
    lossRatio === null ? null : Number(lossRatio.toPrecision(2)),
    latencyMs === null ? null : Math.round(latencyMs * 5),
  ];
  return JSON.stringify([
    state,
    score === null ? null : Math.round(score),
    sinceMs,
    adminDown,
    arc(arcs.az),
    arc(arcs.za),
  ]);
}

/** What may have changed; what is on file about a link does not. */
function changesOf(links: readonly LinkView[], atMs: number): LinkChanges {
  return {
    atMs,
    links: links.map(
      ({ id, state, score, sinceMs, atMs: measuredMs, receivedAtMs, adminDown, parts, arcs, reason }) => ({
        ...{ id, state, score, sinceMs, atMs: measuredMs, receivedAtMs, adminDown, parts, reason },
        arcs: { az: rounded(arcs.az), za: rounded(arcs.za) },
      }),
    ),
  };
}

/** Five digits: a measurement has no more, and a message of thousands of links is half as long. */
function rounded(arc: ArcState): ArcState {
  const { unknown, ...figures } = arc;
  const shorter = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  ]);
  return { ...(Object.fromEntries(shorter) as Omit<ArcState, 'unknown'>), unknown };
}
