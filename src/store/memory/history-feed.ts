import type { Clock } from '../../core/clock.ts';
import { chunks } from '../batches.ts';
import type { HistoryBatch, HistoryFeed, HistoryRecord } from '../history-record.ts';
import { LIMITS } from '../keys.ts';
import { MemoryLog } from './log.ts';

interface Entry {
  readonly number: number;
  readonly bytes: number;
  readonly text: string;
}

/** The feed as JSON texts, bounded in bytes as the one in Redis is. */
export class MemoryHistoryFeed implements HistoryFeed {
  readonly #log: MemoryLog<Entry>;
  readonly #bytesMax: number;
  #count = 0;
  #bytes = 0;

  constructor(clock: Clock, bytesMax: number = LIMITS.historyBytesMax) {
    this.#log = new MemoryLog(clock);
    this.#bytesMax = bytesMax;
  }

  async append(records: readonly HistoryRecord[]): Promise<void> {
    this.appendNow(records);
  }

  /** The same at once, for writers that write several things in one step. */
  appendNow(records: readonly HistoryRecord[]): void {
    for (const batch of chunks(records, LIMITS.historyPerBatch)) {
      const text = JSON.stringify(batch);
      this.#count += 1;
      this.#bytes += text.length;
      this.#log.append([{ number: this.#count, bytes: text.length, text }]);
    }
    while (this.#bytes > this.#bytesMax && this.#log.length > 1) this.#keep(Math.floor(this.#log.length * 0.9));
  }

  async read(afterId: string, options: { limit: number; blockMs: number }): Promise<HistoryBatch[]> {
    const entries = await this.#log.read(afterId, options.limit, options.blockMs);
    return entries.map(({ id, value }) => ({
      id,
      number: value.number,
      records: JSON.parse(value.text) as HistoryRecord[],
    }));
  }

  async acknowledge(upToId: string): Promise<void> {
    this.#bytes -= sizeOf(this.#log.dropUpTo(upToId).map(({ value }) => value));
  }

  close(): void {
    this.#log.close();
  }

  #keep(count: number): void {
    const kept = this.#log.latest(count).map(({ value }) => value);
    this.#log.keepNewest(count);
    this.#bytes = sizeOf(kept);
  }
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}
