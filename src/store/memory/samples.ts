import type { Clock } from '../../core/clock.ts';
import type { InterfaceSample } from '../../telemetry/sample.ts';
import { byPartition, chunks } from '../batches.ts';
import { LIMITS } from '../keys.ts';
import { backlogFull } from '../rules.ts';
import type { QueuedBatch, SampleQueue } from '../store.ts';
import { MemoryLog } from './log.ts';

/** Keeps the samples themselves, not copies: they are read-only from the moment they are queued. */
export class MemorySamples implements SampleQueue {
  readonly #logs: readonly MemoryLog<readonly InterfaceSample[]>[];
  readonly #queued: number[];
  readonly #maxSamples: number;
  readonly #partitionOf = new Map<string, number>();

  constructor(partitions: number, maxSamples: number, clock: Clock) {
    this.#logs = Array.from({ length: partitions }, () => new MemoryLog<readonly InterfaceSample[]>(clock));
    this.#queued = new Array<number>(partitions).fill(0);
    this.#maxSamples = maxSamples;
  }

  async append(samples: readonly InterfaceSample[]): Promise<void> {
    const groups = byPartition(samples, this.#logs.length, this.#partitionOf);
    for (const [partition, group] of groups) {
      const queued = this.#queued[partition] ?? 0;
      if (queued + group.length > this.#maxSamples) throw backlogFull(partition, queued);
    }
    for (const [partition, group] of groups) {
      this.#queued[partition] = (this.#queued[partition] ?? 0) + group.length;
      this.#log(partition).append(chunks(group, LIMITS.samplesPerBatch));
    }
  }

  async read(
    partition: number,
    afterId: string,
    { maxBatches, blockMs }: { maxBatches: number; blockMs: number },
  ): Promise<QueuedBatch[]> {
    const entries = await this.#log(partition).read(afterId, maxBatches, blockMs);
    return entries.map(({ id, value }) => ({ id, samples: value }));
  }

  async acknowledge(partition: number, upToId: string): Promise<void> {
    const dropped = this.#log(partition).dropUpTo(upToId);
    const samples = dropped.reduce((sum, entry) => sum + entry.value.length, 0);
    this.#queued[partition] = (this.#queued[partition] ?? 0) - samples;
  }

  async backlog(): Promise<number> {
    return this.#logs.reduce((sum, log) => sum + log.length, 0);
  }

  close(): void {
    for (const log of this.#logs) log.close();
  }

  #log(partition: number): MemoryLog<readonly InterfaceSample[]> {
    const log = this.#logs[partition];
    if (!log) throw new RangeError(`there is no partition ${partition}`);
    return log;
  }
}
