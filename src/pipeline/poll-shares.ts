import { fnv1a } from '../core/rng.ts';
import type { LeaseStore } from '../store/store.ts';
import { LeaseLoop } from './lease-loop.ts';
import { Membership } from './membership.ts';

/** Devices are leased in groups: few enough leases for thousands of devices, enough groups to share fairly. */
const SHARDS = 128;
/** Pollers beyond this stand by. */
const MAX_POLLERS = 16;
/** Lease and distance between renewals as shares of the poll interval: together less than one, so that at most one poll of a device is left out when its poller dies. */
const LEASE_SHARE = 0.7;
const RENEWALS_PER_LEASE = 4;
const LONGEST_LEASE_MS = 10_000;
/** Of a lease that is about to end no use is made: our timer may be late, and Redis' clock is not ours. */
const MARGIN_SHARE = 0.1;
/** How often in a row too much must be held before some is given up: a count may be off for a moment. */
const SURPLUS_TICKS = 2;

export interface PollSharesOptions {
  readonly leases: LeaseStore;
  readonly deviceIds: readonly string[];
  readonly intervalMs: number;
  /** Unique to this process and its run. */
  readonly holder: string;
  /** Is told of every failure; sharing goes on by itself. */
  readonly onError: (error: unknown) => void;
}

interface Held {
  /** Fence of the lease; another one means that someone had it in between. */
  fence: number;
  /** By the shared clock: polls that were due before are someone else's. */
  sinceMs: number;
  /** Monotonic; from then on it may be someone else's. */
  untilMs: number;
}

/**
 * This poller's fair share of the devices among all pollers of a network. Every device falls due on one grid of the
 * shared clock, and each due time belongs to whoever holds the device's lease then: no device is polled twice in an
 * interval, whoever dies, stalls, or comes back.
 */
export class PollShares {
  readonly #options: PollSharesOptions;
  readonly #leaseMs: number;
  readonly #membership: Membership;
  /** Devices by shard; shards without any are nobody's business. */
  readonly #weights: ReadonlyMap<number, number>;
  readonly #held = new Map<number, Held>();
  readonly #loop: LeaseLoop;
  #surplusTicks = 0;
  /** Shared clock minus ours. */
  #aheadMs = 0;

  constructor(options: PollSharesOptions) {
    const { leases, holder, intervalMs, deviceIds, onError } = options;
    this.#options = options;
    this.#leaseMs = Math.min(LONGEST_LEASE_MS, LEASE_SHARE * intervalMs);
    this.#membership = new Membership(leases, holder, MAX_POLLERS, this.#leaseMs, 'poller');
    this.#weights = weightsOf(deviceIds);
    this.#loop = new LeaseLoop({
      everyMs: this.#leaseMs / RENEWALS_PER_LEASE,
      round: () => this.#round(),
      giveBack: () => this.#giveBack(),
      onError,
    });
  }

  /** Takes what it can get; resolves after the first round. */
  start(): Promise<void> {
    return this.#loop.start();
  }

  /** Gives everything back; idempotent. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Whether a poll of this device that is due then (shared clock, ms) is ours to make now. */
  isMine(deviceId: string, dueMs: number): boolean {
    const held = this.#held.get(shardOf(deviceId));
    return held !== undefined && performance.now() < held.untilMs && dueMs >= held.sinceMs;
  }

  /** The shared clock, ms since the epoch. */
  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Leases held now. */
  get leases(): number {
    return this.#held.size;
  }

  async #round(): Promise<void> {
    await this.#readClock();
    // The seat first: it must not outlive the leases, or the others would leave a dead poller its share.
    const members = await this.#membership.count();
    await Promise.all([...this.#held.keys()].map((shard) => this.#take(shard)));
    const target = Math.ceil(this.#options.deviceIds.length / members);
    await this.#shrinkTo(target);
    await this.#growTo(target);
  }

  async #giveBack(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((shard) => this.#giveUp(shard)));
    await this.#membership.leave();
  }

  /** Half the round trip is what the answer is old; a slow answer says nothing new. */
  async #readClock(): Promise<void> {
    const beganMs = performance.now();
    const thenMs = await this.#options.leases.nowMs();
    const tripMs = performance.now() - beganMs;
    if (tripMs < this.#leaseMs * MARGIN_SHARE) this.#aheadMs = thenMs + tripMs / 2 - Date.now();
  }

  async #shrinkTo(target: number): Promise<void> {
    const surplus: number[] = [];
    let devices = this.#devices();
    for (const shard of this.#held.keys()) {
      const weight = this.#weights.get(shard) ?? 0;
      if (devices - weight < target) continue;
      devices -= weight;
      surplus.push(shard);
    }
    this.#surplusTicks = surplus.length > 0 ? this.#surplusTicks + 1 : 0;
    if (this.#surplusTicks < SURPLUS_TICKS) return;
    this.#surplusTicks = 0;
    await Promise.all(surplus.map((shard) => this.#giveUp(shard)));
  }

  /** From a place of its own, so that pollers that start together do not all ask for the same. */
  async #growTo(target: number): Promise<void> {
    const first = fnv1a(this.#options.holder) % SHARDS;
    for (let step = 0; step < SHARDS && this.#devices() < target; step += 1) {
      const shard = (first + step) % SHARDS;
      if (this.#loop.signal.aborted) return;
      if (this.#weights.has(shard) && !this.#held.has(shard)) await this.#take(shard);
    }
  }

  /** Takes or renews. */
  async #take(shard: number): Promise<void> {
    const { leases, holder } = this.#options;
    const askedMs = performance.now();
    const lease = await leases.acquire(leaseOf(shard), holder, this.#leaseMs);
    if (lease === null) {
      this.#held.delete(shard);
      return;
    }
    const untilMs = askedMs + this.#leaseMs * (1 - MARGIN_SHARE);
    const held = this.#held.get(shard);
    if (held?.fence === lease.fence) held.untilMs = untilMs;
    else this.#held.set(shard, { fence: lease.fence, sinceMs: this.nowMs(), untilMs });
  }

  async #giveUp(shard: number): Promise<void> {
    this.#held.delete(shard);
    await this.#options.leases.release(leaseOf(shard), this.#options.holder);
  }

  #devices(): number {
    return [...this.#held.keys()].reduce((sum, shard) => sum + (this.#weights.get(shard) ?? 0), 0);
  }
}

function leaseOf(shard: number): string {
  return `poll-${shard}`;
}

function shardOf(deviceId: string): number {
  return fnv1a(deviceId) % SHARDS;
}

function weightsOf(deviceIds: readonly string[]): Map<number, number> {
  const weights = new Map<number, number>();
  for (const id of deviceIds) weights.set(shardOf(id), (weights.get(shardOf(id)) ?? 0) + 1);
  return weights;
}
