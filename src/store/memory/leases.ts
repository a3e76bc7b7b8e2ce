import type { Clock } from '../../core/clock.ts';
import type { Lease, LeaseStore } from '../store.ts';

interface LeaseRecord {
  holder: string;
  fence: number;
  untilMs: number;
}

export class MemoryLeases implements LeaseStore {
  readonly #clock: Clock;
  readonly #leases = new Map<string, LeaseRecord>();
  readonly #once = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The fence the lease has reached; 0 when it was never held. */
  fenceOf(name: string): number {
    return this.#leases.get(name)?.fence ?? 0;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<Lease | null> {
    const nowMs = this.#clock.nowMs();
    const known = this.#leases.get(name);
    // As Redis does: a clock that was set back does not make a lease last longer than its time.
    if (known) known.untilMs = Math.min(known.untilMs, nowMs + ttlMs);
    if (known && known.holder !== holder && nowMs < known.untilMs) return null;
    const fence = known?.holder === holder ? known.fence : (known?.fence ?? 0) + 1;
    this.#leases.set(name, { holder, fence, untilMs: nowMs + ttlMs });
    return { fence };
  }

  async release(name: string, holder: string): Promise<void> {
    const known = this.#leases.get(name);
    if (known?.holder === holder) known.untilMs = Number.NEGATIVE_INFINITY;
  }

  async holderOf(name: string): Promise<string | null> {
    const known = this.#leases.get(name);
    return known && this.#clock.nowMs() < known.untilMs ? known.holder : null;
  }

  async nowMs(): Promise<number> {
    return this.wallMs();
  }

  wallMs(): number {
    return this.#clock.nowMs();
  }

  async once(name: string, ttlMs: number): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const untilMs = Math.min(this.#once.get(name) ?? Number.NEGATIVE_INFINITY, nowMs + ttlMs);
    this.#once.set(name, nowMs < untilMs ? untilMs : nowMs + ttlMs);
    if (nowMs < untilMs) return false;
    return true;
  }
}
