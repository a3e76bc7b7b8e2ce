import type { BenchNetwork } from '../../networks.ts';
import { LEVELS, type PlanBase } from '../base.ts';
import { ORACLE_NODES } from '../contest.ts';
import { failuresOfSeed } from '../failures.ts';
import { type CaseRecord, keyOf } from '../record.ts';
import { type Batch, batchesOf, SEEDS } from './batches.ts';

export interface ScheduleOptions {
  /** All cases of the seeds that every network has; else until somebody says stop. */
  readonly full: boolean;
  /** A network is done on a base when it has so many contested cases; null: never for that. */
  readonly contested: number | null;
}

/** How many contested cases a small network has at least in a full run. */
const ENOUGH_CONTESTED = 100;

/** One network on one base. */
class Stratum {
  readonly network: BenchNetwork;
  readonly base: PlanBase;
  contested = 0;
  spentMs = 0;
  done = false;
  readonly #batches: Generator<Batch>;

  constructor(network: BenchNetwork, base: PlanBase) {
    this.network = network;
    this.base = base;
    this.#batches = batchesOf(network.name, network.network, base);
  }

  next({ full, contested }: ScheduleOptions): Batch | null {
    const { value: batch, done } = this.#batches.next();
    const isSmall = this.network.network.nodes.length <= ORACLE_NODES;
    const wanted = contested ?? (full && isSmall ? ENOUGH_CONTESTED : 0);
    const isMore = batch !== undefined && batch.seed > SEEDS;
    const hasEnough = this.contested >= wanted && (contested !== null || isMore);
    if (done || hasEnough) {
      this.done = true;
      return null;
    }
    return batch as Batch;
  }
}

/** Which cases come next: every network and base gets the same time, until each is done. */
export class Schedule {
  readonly #strata: Stratum[];
  readonly #options: ScheduleOptions;
  readonly #done = new Set<string>();

  constructor(networks: readonly BenchNetwork[], options: ScheduleOptions) {
    this.#strata = networks.flatMap((network) =>
      (['igp', 'pinned'] as const).map((base) => new Stratum(network, base)),
    );
    this.#options = options;
  }

  /** The next batch with those of its cases that are done already; null when nothing is left to do. */
  next(): { batch: Batch; skip: string[] } | null {
    for (;;) {
      const open = this.#strata.filter(({ done }) => !done);
      if (open.length === 0) return null;
      const next = open.reduce((least, one) => (one.spentMs < least.spentMs ? one : least));
      const batch = next.next(this.#options);
      if (!batch) continue;
      const skip = keysOf(next.network, batch).filter((key) => this.#done.has(key));
      if (skip.length < batch.to - batch.from) return { batch, skip };
    }
  }

  /** Takes note of a finished case. */
  add(record: CaseRecord): void {
    this.#done.add(keyOf(record));
    if (record.outcome?.standing === 'contested') this.#of(record).contested += 1;
  }

  spent(batch: Pick<Batch, 'network' | 'base'>, ms: number): void {
    this.#of(batch).spentMs += ms;
  }

  /** For people who wait. */
  progress(): string {
    const open = this.#strata.filter(({ done }) => !done);
    const least = open.toSorted((x, y) => x.contested - y.contested)[0];
    const rest = least ? `; fewest contested: ${least.network.name} ${least.base} ${least.contested}` : '';
    return `${this.#done.size} cases, ${this.#strata.length - open.length} of ${this.#strata.length} networks done${rest}`;
  }

  #of({ network, base }: Pick<Batch, 'network' | 'base'>): Stratum {
    const found = this.#strata.find((one) => one.network.name === network && one.base === base);
    if (!found) throw new Error(`there is no network ${network} here`);
    return found;
  }
}

function keysOf({ network }: BenchNetwork, { network: name, base, seed, level, from, to }: Batch): string[] {
  const { mlu, limit } = LEVELS[level] as (typeof LEVELS)[number];
  return failuresOfSeed(network, seed)
    .slice(from, to)
    .map(({ name: failure }) => keyOf({ network: name, base, seed, mlu, limit, failure }));
}
