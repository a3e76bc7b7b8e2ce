import type { Link, NetworkIndex } from '../../topology/model.ts';
import type { Clock } from '../core/clock.ts';
import { partitionOf } from '../core/ids.ts';
import { pause } from '../core/pause.ts';
import type { Thresholds } from '../health/thresholds.ts';
import { type Store, scorerLease } from '../store/store.ts';
import { LeaseLoop } from './lease-loop.ts';
import { Membership } from './membership.ts';
import { PARTITION_TIMING, type PartitionDeps, type PartitionTiming, runPartition } from './partition-worker.ts';

/** A lease outlives two missed renewals; after a kill -9 another scorer takes over within this time. */
export const SCORER_LEASE_MS = 3000;
const RENEWALS_PER_LEASE = 3;
/** How often in a row too many partitions must be held before some are given up: a count may be off for a moment. */
const SURPLUS_TICKS = 2;

export interface ScoringServiceOptions {
  readonly store: Pick<Store, 'samples' | 'scoring' | 'links' | 'leases' | 'partitions'>;
  readonly network: NetworkIndex;
  readonly thresholds: Thresholds;
  readonly clock: Clock;
  /** Unique to this process and its run. */
  readonly holder: string;
  /** Is told of every failure; the service goes on by itself. `partition` is null for the leases. */
  readonly onError: (error: unknown, partition: number | null) => void;
  readonly leaseMs?: number;
  readonly timing?: Partial<PartitionTiming>;
}

export interface ScoringService {
  /** Takes what partitions it can get and begins; resolves after the first round. */
  start(): Promise<void>;
  /** Finishes what is under way and gives the leases back; idempotent. */
  stop(): Promise<void>;
  /** Waits until every queued sample is scored; false when that takes longer than `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>;
  /** Partitions this scorer holds. */
  partitions(): number[];
}

interface Holding {
  readonly fence: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function createScoringService(options: ScoringServiceOptions): ScoringService {
  return new Scoring(options);
}

class Scoring implements ScoringService {
  readonly #options: ScoringServiceOptions;
  readonly #leaseMs: number;
  readonly #membership: Membership;
  readonly #held = new Map<number, Holding>();
  readonly #linksOf: ReadonlyMap<number, Link[]>;
  readonly #loop: LeaseLoop;
  #surplusTicks = 0;

  constructor(options: ScoringServiceOptions) {
    const { store, holder, onError } = options;
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? SCORER_LEASE_MS;
    this.#membership = new Membership(store.leases, holder, store.partitions, this.#leaseMs, 'scorer');
    this.#linksOf = linksByPartition(options.network.network.links, store.partitions);
    this.#loop = new LeaseLoop({
      everyMs: this.#leaseMs / RENEWALS_PER_LEASE,
      round: () => this.#round(),
      giveBack: () => this.#giveBack(),
      onError: (error) => onError(error, null),
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async drain(timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while ((await this.#options.store.samples.backlog()) > 0) {
      if (performance.now() >= deadlineMs || this.#loop.signal.aborted) return false;
      await pause(20, this.#loop.signal);
    }
    return true;
  }

  partitions(): number[] {
    return [...this.#held.keys()].sort((x, y) => x - y);
  }

  async #round(): Promise<void> {
    // Renewing comes first: counting must not cost a lease.
    await Promise.all([...this.#held].map(([partition, holding]) => this.#renew(partition, holding)));
    const share = Math.ceil(this.#options.store.partitions / (await this.#membership.count()));
    await this.#shrinkTo(share);
    await this.#growTo(share);
  }

  async #giveBack(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((partition) => this.#giveUp(partition)));
    await this.#membership.leave();
  }

  async #renew(partition: number, holding: Holding): Promise<void> {
    const lease = await this.#acquire(partition);
    if (lease?.fence === holding.fence) return;
    holding.abort.abort();
    await holding.done;
    if (lease) await this.#options.store.leases.release(scorerLease(partition), this.#options.holder);
  }

  async #shrinkTo(share: number): Promise<void> {
    this.#surplusTicks = this.#held.size > share ? this.#surplusTicks + 1 : 0;
    if (this.#surplusTicks < SURPLUS_TICKS) return;
    this.#surplusTicks = 0;
    const surplus = [...this.#held.keys()].slice(share);
    await Promise.all(surplus.map((partition) => this.#giveUp(partition)));
  }

  async #growTo(share: number): Promise<void> {
    const { partitions } = this.#options.store;
    for (let partition = 0; partition < partitions && this.#held.size < share; partition += 1) {
      if (this.#loop.signal.aborted) return;
      if (this.#held.has(partition)) continue;
      const lease = await this.#acquire(partition);
      if (lease) this.#begin(partition, lease.fence);
    }
  }

  #acquire(partition: number) {
    const { store, holder } = this.#options;
    return store.leases.acquire(scorerLease(partition), holder, this.#leaseMs);
  }

  #begin(partition: number, fence: number): void {
    const { store, clock, thresholds, onError, timing } = this.#options;
    const deps: PartitionDeps = { store, clock, thresholds, onError, timing: { ...PARTITION_TIMING, ...timing } };
    const abort = new AbortController();
    const links = this.#linksOf.get(partition) ?? [];
    const done = runPartition(deps, partition, links, fence, abort.signal).then(() => {
      this.#held.delete(partition);
    });
    this.#held.set(partition, { fence, abort, done });
  }

  async #giveUp(partition: number): Promise<void> {
    const holding = this.#held.get(partition);
    holding?.abort.abort();
    await holding?.done;
    await this.#options.store.leases.release(scorerLease(partition), this.#options.holder);
  }
}

function linksByPartition(links: readonly Link[], partitions: number): Map<number, Link[]> {
  const groups = new Map<number, Link[]>();
  for (const link of links) {
    const partition = partitionOf(link.id, partitions);
    const group = groups.get(partition);
    if (group) group.push(link);
    else groups.set(partition, [link]);
  }
  return groups;
}
