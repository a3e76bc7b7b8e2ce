import type { Rng } from '../../../core/rng.ts';

/** Values that wander around 0 with sd 1 and a memory (Ornstein-Uhlenbeck, exact for every step length). */
export class Wander {
  readonly values: Float64Array;
  readonly #memorySeconds: number;
  readonly #rng: Rng;

  constructor(count: number, memorySeconds: number, rng: Rng) {
    this.#memorySeconds = memorySeconds;
    this.#rng = rng;
    this.values = Float64Array.from({ length: count }, () => rng.normal());
  }

  advance(dtSeconds: number): void {
    const keep = Math.exp(-dtSeconds / this.#memorySeconds);
    const fresh = Math.sqrt(1 - keep * keep);
    const { values } = this;
    for (let at = 0; at < values.length; at += 1) {
      values[at] = keep * (values[at] as number) + fresh * this.#rng.normal();
    }
  }
}
