import type { LeaseStore } from '../store/store.ts';

/**
 * How many scorers or pollers are alive, told by leases alone: each holds a numbered seat, and a seat that cannot be had is
 * someone's. More of them than seats is fine; the rest stand by.
 */
export class Membership {
  readonly #leases: LeaseStore;
  readonly #holder: string;
  readonly #seats: number;
  readonly #ttlMs: number;
  readonly #kind: string;
  #seat: number | null = null;

  constructor(leases: LeaseStore, holder: string, seats: number, ttlMs: number, kind: 'scorer' | 'poller') {
    this.#leases = leases;
    this.#holder = holder;
    this.#seats = seats;
    this.#ttlMs = ttlMs;
    this.#kind = kind;
  }

  /** Renews or takes a seat and counts all of them, this one included. */
  async count(): Promise<number> {
    if (this.#seat !== null && !(await this.#take(this.#seat))) this.#seat = null;
    let others = 0;
    for (let seat = 0; seat < this.#seats; seat += 1) {
      if (seat === this.#seat) continue;
      if (!(await this.#take(seat))) others += 1;
      else if (this.#seat === null) this.#seat = seat;
      else await this.#leases.release(this.#lease(seat), this.#holder);
    }
    return others + 1;
  }

  async leave(): Promise<void> {
    const seat = this.#seat;
    this.#seat = null;
    if (seat !== null) await this.#leases.release(this.#lease(seat), this.#holder);
  }

  async #take(seat: number): Promise<boolean> {
    return (await this.#leases.acquire(this.#lease(seat), this.#holder, this.#ttlMs)) !== null;
  }

  #lease(seat: number): string {
    return `${this.#kind}-seat-${seat}`;
  }
}
