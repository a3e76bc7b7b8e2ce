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
    if (known && known.holder !== holder && nowMs < known.untilMs) return null;
    const fence = known?.holder === holder ? known.fence : (known?.fence ?? 0) + 1;
    this.#leases.set(name, { holder, fence, untilMs: nowMs + ttlMs });
    return { fence };
  }

  async release(name: string, holder: string): Promise<void> {
    const known = this.#leases.get(name);
    if (known?.holder === holder) known.untilMs = Number.NEGATIVE_INFINITY;
  }

  async nowMs(): Promise<number> {
    return this.#clock.nowMs();
  }

  async once(name: string, ttlMs: number): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    if (nowMs < (this.#once.get(name) ?? Number.NEGATIVE_INFINITY)) return false;
    this.#once.set(name, nowMs + ttlMs);
    return true;
  }
}
