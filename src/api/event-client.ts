import type { Event } from '../store/events.ts';
import { compareStreamIds } from '../store/stream-id.ts';
import { frame, type StreamWriter } from './sse.ts';

/** An event as it is sent: made once for all clients. */
export interface EventFrame {
  readonly id: string;
  readonly text: string;
}

export function eventFrame(event: Event): EventFrame {
  return { id: event.id, text: frame(event.type, event.id, event) };
}

/** What of the figures goes to whom; null when nothing changed. */
export interface Broadcast {
  readonly tick: number;
  /** What changed since the tick before. */
  readonly latest: () => string | null;
  /** What changed since that tick. */
  readonly since: (tick: number) => string | null;
}

/** Nothing that this client was told counts: it needs all figures. */
const NEVER = -1;

/**
 * One reader of the event stream. What it cannot be given yet gathers here within a bound: events wait in order, of
 * figures only the latest. A reader that falls too far behind gets a fresh snapshot in place of what it missed.
 */
export class EventClient {
  readonly writer: StreamWriter;
  readonly wantsFigures: boolean;
  readonly #maxWaitingBytes: number;
  readonly #maxWaiting: number;
  /** Id of the last event (or snapshot) that was sent. */
  #lastId = '0';
  #tick = NEVER;
  #isLive = false;
  #waiting: EventFrame[] = [];
  #waitingBytes = 0;
  #isOverrun = false;
  /** Since when it does not read what it was sent; null while it does. */
  #stalledSinceMs: number | null = null;

  constructor(writer: StreamWriter, wantsFigures: boolean, bounds: { maxBytes: number; maxEvents: number }) {
    this.writer = writer;
    this.wantsFigures = wantsFigures;
    this.#maxWaitingBytes = bounds.maxBytes;
    this.#maxWaiting = bounds.maxEvents;
  }

  /** True when it missed so much that only a snapshot helps. */
  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** True once what it begins with is out. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get #isReady(): boolean {
    return this.#isLive && this.#waiting.length === 0 && this.writer.isDrained;
  }

  /** From now on everything waits, until it is live again. */
  catchUp(): void {
    this.#isLive = false;
    this.#isOverrun = false;
    this.#drop();
  }

  /** Sends what it begins with: everything up to that event and that tick. */
  begin(text: string, lastId: string, tick: number | null): void {
    this.#lastId = lastId;
    this.#tick = tick ?? NEVER;
    this.writer.write(text);
  }

  /** What gathered meanwhile goes out. */
  goLive(): void {
    this.#isLive = true;
    this.flush();
  }

  event(event: EventFrame): void {
    if (compareStreamIds(event.id, this.#lastId) <= 0 && this.#isLive) return;
    if (this.#isReady) {
      this.#send([event]);
      return;
    }
    this.#waiting.push(event);
    this.#waitingBytes += event.text.length;
    if (this.#waiting.length <= this.#maxWaiting && this.#waitingBytes <= this.#maxWaitingBytes) return;
    this.#isOverrun = true;
    this.#drop();
  }

  /** Figures wait for nobody: who is behind gets the latest once it has caught up. */
  figures({ tick, latest, since }: Broadcast): void {
    if (!this.wantsFigures || !this.#isReady) return;
    const text = this.#tick === tick - 1 ? latest() : since(this.#tick);
    this.#tick = tick;
    if (text !== null) this.writer.write(text);
  }

  /** Something that may as well be left out. */
  tell(text: string): void {
    if (this.#isReady) this.writer.write(text);
  }

  /** Sends what waits, as far as the client has read what it was sent before. */
  flush(): void {
    if (!this.#isLive || this.#isOverrun || !this.writer.isDrained) return;
    const waiting = this.#waiting;
    this.#drop();
    this.#send(waiting.filter(({ id }) => compareStreamIds(id, this.#lastId) > 0));
  }

  /** How long it has not read what it was sent, ms. */
  stalledMs(nowMs: number): number {
    if (this.writer.isDrained) this.#stalledSinceMs = null;
    else this.#stalledSinceMs ??= nowMs;
    return this.#stalledSinceMs === null ? 0 : nowMs - this.#stalledSinceMs;
  }

  #send(events: readonly EventFrame[]): void {
    if (events.length === 0) return;
    this.#lastId = events.at(-1)?.id ?? this.#lastId;
    this.writer.write(events.map(({ text }) => text).join(''));
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
