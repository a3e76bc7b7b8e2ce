import type { Link } from '../../topology/model.ts';
import type { Clock } from '../core/clock.ts';
import { pause } from '../core/pause.ts';
import type { Thresholds } from '../health/thresholds.ts';
import type { Store } from '../store/store.ts';
import { PartitionScorer, type Scored } from './partition-scorer.ts';

export interface PartitionDeps {
  readonly store: Pick<Store, 'samples' | 'scoring' | 'links'>;
  readonly clock: Clock;
  readonly thresholds: Thresholds;
  readonly timing: PartitionTiming;
  /** Is told of every failure; the worker goes on by itself. */
  readonly onError: (error: unknown, partition: number) => void;
}

export interface PartitionTiming {
  /** Least distance between two reads: what comes meanwhile is written together. */
  readonly flushMs: number;
  /** Longest wait of one read; bounds how long stopping takes. */
  readonly blockMs: number;
  readonly maxBatches: number;
  /** Distance between searches for silent links. */
  readonly sweepMs: number;
  /** How long after taking a partition over silence is not judged: sources may be starting too. */
  readonly graceMs: number;
  /** First and longest wait after a failure. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

export const PARTITION_TIMING: PartitionTiming = {
  flushMs: 100,
  blockMs: 200,
  maxBatches: 64,
  sweepMs: 1000,
  graceMs: 5000,
  backoffMs: 100,
  maxBackoffMs: 5000,
};

/**
 * Scores one partition under the fence of its lease until the signal ends it (the batch under way is finished) or
 * another holder has fenced it off. After a failure it forgets everything and loads again, since nobody knows
 * whether the last write went through.
 */
export async function runPartition(
  deps: PartitionDeps,
  partition: number,
  links: readonly Link[],
  fence: number,
  signal: AbortSignal,
): Promise<'stopped' | 'fenced'> {
  const { timing } = deps;
  let backoffMs = timing.backoffMs;
  const worked = () => {
    backoffMs = timing.backoffMs;
  };
  while (!signal.aborted) {
    try {
      const run = new PartitionRun(deps, partition, fence);
      await run.load(links);
      return await run.loop(signal, worked);
    } catch (error) {
      deps.onError(error, partition);
      await pause(backoffMs, signal);
      backoffMs = Math.min(timing.maxBackoffMs, backoffMs * 2);
    }
  }
  return 'stopped';
}

class PartitionRun {
  readonly #deps: PartitionDeps;
  readonly #partition: number;
  readonly #fence: number;
  readonly #graceUntilMs: number;
  #scorer: PartitionScorer | null = null;
  #lastId = '0';
  #sweptMs = 0;

  constructor(deps: PartitionDeps, partition: number, fence: number) {
    this.#deps = deps;
    this.#partition = partition;
    this.#fence = fence;
    this.#graceUntilMs = deps.clock.nowMs() + deps.timing.graceMs;
  }

  async load(links: readonly Link[]): Promise<void> {
    const { store, thresholds } = this.#deps;
    const { lastId, memories } = await store.scoring.load(this.#partition);
    const states = await store.links.readAll();
    this.#scorer = new PartitionScorer(links, thresholds, { memories, states });
    this.#lastId = lastId;
    // The one before us may have died between writing and acknowledging.
    if (lastId !== '0') await store.samples.acknowledge(this.#partition, lastId);
  }

  async loop(signal: AbortSignal, worked: () => void): Promise<'stopped' | 'fenced'> {
    const { timing } = this.#deps;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const readBatches = await this.#step();
      if (readBatches === 'fenced') return 'fenced';
      worked();
      // A read that answers at once with nothing must not spin either.
      const restMs = Math.max(1, timing.flushMs - (performance.now() - startedMs));
      if (readBatches < timing.maxBatches) await pause(restMs, signal);
    }
    return 'stopped';
  }

  /** One read and what follows from it; answers how many batches there were. */
  async #step(): Promise<number | 'fenced'> {
    const { store, timing, clock } = this.#deps;
    const { maxBatches, blockMs } = timing;
    const scorer = this.#scorer as PartitionScorer;
    const batches = await store.samples.read(this.#partition, this.#lastId, { maxBatches, blockMs });
    if (batches.length > 0) {
      const scored = scorer.take(batches, clock.nowMs());
      if ((await this.#commit(scored)) === 'fenced') return 'fenced';
      this.#lastId = scored.lastId ?? this.#lastId;
      await store.samples.acknowledge(this.#partition, this.#lastId);
    }
    // While behind, the silence is ours and not the network's.
    const nowMs = clock.nowMs();
    const isDue = nowMs >= this.#graceUntilMs && nowMs - this.#sweptMs >= timing.sweepMs;
    if (!isDue || batches.length >= maxBatches) return batches.length;
    this.#sweptMs = nowMs;
    const stale = scorer.sweep(nowMs);
    if (stale && (await this.#commit(stale)) === 'fenced') return 'fenced';
    return batches.length;
  }

  #commit(scored: Scored): Promise<'committed' | 'fenced'> {
    return this.#deps.store.scoring.commit({ ...scored, partition: this.#partition, fence: this.#fence });
  }
}
