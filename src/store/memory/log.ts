import type { Clock } from '../../core/clock.ts';
import { storeClosed } from '../rules.ts';
import { requireStreamId } from '../stream-id.ts';
import { Signal } from './signal.ts';

export interface LogEntry<T> {
  readonly id: string;
  readonly value: T;
}

/** A list that only grows at its end, with ids that grow, bounded: what a Redis stream does. */
export class MemoryLog<T> {
  readonly #clock: Clock;
  readonly #signal = new Signal();
  #entries: LogEntry<T>[] = [];
  #lastMs = 0;
  #sequence = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#entries.length;
  }

  get lastId(): string {
    return this.#lastMs === 0 && this.#sequence === 0 ? '0' : `${this.#lastMs}-${this.#sequence}`;
  }

  append(values: readonly T[]): void {
    for (const value of values) this.#entries.push({ id: this.#nextId(), value });
    if (values.length > 0) this.#signal.notify();
  }

  /** Entries after the id, oldest first; waits up to `blockMs` of real time for the first one. */
  async read(afterId: string, limit: number, blockMs: number): Promise<LogEntry<T>[]> {
    requireStreamId(afterId, 'afterId');
    const deadlineMs = performance.now() + blockMs;
    for (;;) {
      if (this.#closed) throw storeClosed();
      const start = this.#indexAfter(afterId);
      const leftMs = deadlineMs - performance.now();
      if (start < this.#entries.length || leftMs <= 0) return this.#entries.slice(start, start + limit);
      await this.#signal.wait(leftMs);
      if (this.#closed) return [];
    }
  }

  /** The newest entries, older than `beforeId` where it is given, newest first. */
  latest(limit: number, beforeId?: string): LogEntry<T>[] {
    if (limit <= 0) return [];
    const end = beforeId === undefined ? this.#entries.length : this.#indexFrom(beforeId);
    return this.#entries.slice(Math.max(0, end - limit), end).reverse();
  }

  /** Forgets everything up to and including the id; answers what it forgot. */
  dropUpTo(id: string): LogEntry<T>[] {
    requireStreamId(id, 'upToId');
    return this.#entries.splice(0, this.#indexAfter(id));
  }

  keepNewest(count: number): void {
    if (this.#entries.length > count) this.#entries = this.#entries.slice(-count);
  }

  close(): void {
    this.#closed = true;
    this.#signal.notify();
  }

  #nextId(): string {
    const nowMs = Math.max(1, Math.floor(this.#clock.nowMs()));
    this.#sequence = nowMs > this.#lastMs ? 0 : this.#sequence + 1;
    this.#lastMs = Math.max(nowMs, this.#lastMs);
    return this.lastId;
  }

  /** Index of the first entry that is newer than the id. */
  #indexAfter(id: string): number {
    const [ms, sequence] = requireStreamId(id, 'id');
    return this.#indexOf(ms, sequence + 1n);
  }

  /** Index of the first entry that is not older than the id. */
  #indexFrom(id: string): number {
    return this.#indexOf(...requireStreamId(id, 'before'));
  }

  /** Index of the first entry from `ms-sequence` on (binary search). */
  #indexOf(ms: bigint, sequence: bigint): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const [entryMs, entrySequence] = requireStreamId((this.#entries[middle] as LogEntry<T>).id, 'id');
      if (entryMs < ms || (entryMs === ms && entrySequence < sequence)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
