import type { BenchNetwork } from '../../networks.ts';
import { LEVELS, PLAN_BASES, type PlanBase } from '../base.ts';
import { ORACLE_NODES } from '../contest.ts';
import { failuresOfSeed } from '../failures.ts';
import { type CaseRecord, keyOf } from '../record.ts';
import { type Batch, batchesOf, SEEDS } from './batches.ts';

export interface ScheduleOptions {
  /** All cases of the seeds that every network has; else until somebody says stop. */
  readonly full: boolean;
  /** A network is done when it has so many contested cases, those of both bases together; null: never for that. */
  readonly contested: number | null;
  /** The others are left out. */
  readonly bases?: readonly PlanBase[];
}

/** How many contested cases a small network has at least in a full run. */
const ENOUGH_CONTESTED = 100;

/** One network on one base. */
class Stratum {
  readonly network: BenchNetwork;
  readonly base: PlanBase;
  spentMs = 0;
  done = false;
  readonly #batches: Generator<Batch>;

  constructor(network: BenchNetwork, base: PlanBase) {
    this.network = network;
    this.base = base;
    this.#batches = batchesOf(network.name, network.network, base);
  }

  /** `hasContested`: cases of the network that are contested. */
  next({ full, contested }: ScheduleOptions, hasContested: number): Batch | null {
    const { value: batch, done } = this.#batches.next();
    const isSmall = this.network.network.nodes.length <= ORACLE_NODES;
    const wanted = contested ?? (full && isSmall ? ENOUGH_CONTESTED : 0);
    const isMore = batch !== undefined && batch.seed > SEEDS;
    const hasEnough = hasContested >= wanted && (contested !== null || isMore);
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
  /** Keys of the contested cases of each network. */
  readonly #contested = new Map<string, Set<string>>();

  constructor(networks: readonly BenchNetwork[], options: ScheduleOptions) {
    this.#strata = networks.flatMap((network) =>
      (options.bases ?? PLAN_BASES).map((base) => new Stratum(network, base)),
    );
    this.#options = options;
  }

  /** The next batch with those of its cases that are done already; null when nothing is left to do. */
  next(): { batch: Batch; skip: string[] } | null {
    for (;;) {
      const open = this.#strata.filter(({ done }) => !done);
      if (open.length === 0) return null;
      const next = open.reduce((least, one) => (one.spentMs < least.spentMs ? one : least));
      const batch = next.next(this.#options, this.#contestedOf(next.network.name));
      if (!batch) continue;
      const skip = keysOf(next.network, batch).filter((key) => this.#done.has(key));
      if (skip.length < batch.to - batch.from) return { batch, skip };
    }
  }

  /** Takes note of a finished case. */
  add(record: CaseRecord): void {
    this.#done.add(keyOf(record));
    if (record.outcome?.standing !== 'contested') return;
    const known = this.#contested.get(record.network);
    if (known) known.add(keyOf(record));
    else this.#contested.set(record.network, new Set([keyOf(record)]));
  }

  spent(batch: Pick<Batch, 'network' | 'base'>, ms: number): void {
    this.#of(batch).spentMs += ms;
  }

  /** For people who wait. */
  progress(): string {
    const open = this.#strata.filter(({ done }) => !done);
    const count = ({ network }: Stratum): number => this.#contestedOf(network.name);
    const least = open.toSorted((x, y) => count(x) - count(y))[0];
    const rest = least ? `; fewest contested: ${least.network.name} ${count(least)}` : '';
    return `${this.#done.size} cases, ${this.#strata.length - open.length} of ${this.#strata.length} networks done${rest}`;
  }

  #contestedOf(network: string): number {
    return this.#contested.get(network)?.size ?? 0;
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
