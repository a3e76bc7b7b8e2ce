const WINDOW_MS = 10_000;

/** The worst delay of the present and the last window of ten seconds. */
export class Lag {
  #worstMs = 0;
  #beforeMs = 0;
  #windowAtMs = Number.NEGATIVE_INFINITY;

  observe(delayMs: number, nowMs: number): void {
    this.#turn(nowMs);
    if (delayMs > this.#worstMs) this.#worstMs = delayMs;
  }

  worstMs(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#worstMs, this.#beforeMs);
  }

  #turn(nowMs: number): void {
    const sinceMs = nowMs - this.#windowAtMs;
    if (sinceMs < WINDOW_MS) return;
    this.#beforeMs = sinceMs < 2 * WINDOW_MS ? this.#worstMs : 0;
    this.#worstMs = 0;
    this.#windowAtMs = nowMs;
  }
}
