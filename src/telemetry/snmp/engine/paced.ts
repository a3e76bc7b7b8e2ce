/** Lets something happen at most so often, however many ask for it: what is refused asks again later. */
export class Paced {
  readonly #gapMs: number;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** True when it may happen now; `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    if (nowMs < this.#nextAtMs) return false;
    this.#nextAtMs = nowMs + this.#gapMs;
    return true;
  }
}
