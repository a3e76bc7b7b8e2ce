/** Failures in a row after which a device is taken for dead. */
const PATIENCE = 3;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Circuit breaker of one device: after three polls in vain the pauses between polls double, up to a minute (or one
 * interval, where that is longer), so that dead devices cost next to nothing. One answer closes it.
 */
export class Breaker {
  readonly #intervalMs: number;
  #failures = 0;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get isOpen(): boolean {
    return this.#failures >= PATIENCE;
  }

  isDue(nowMs: number): boolean {
    // A clock that was set back must not lengthen the pause.
    return nowMs >= this.#quietUntilMs || this.#quietUntilMs - nowMs > LONGEST_PAUSE_MS;
  }

  success(): void {
    this.#failures = 0;
    this.#quietUntilMs = Number.NEGATIVE_INFINITY;
  }

  failure(nowMs: number): void {
    this.#failures += 1;
    if (!this.isOpen) return;
    const doublings = Math.min(16, this.#failures - PATIENCE + 1);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, this.#intervalMs * 2 ** doublings);
    // Half an interval less: polls fall due on the device's own grid, and rounding must not cost a whole interval.
    this.#quietUntilMs = nowMs + pauseMs - this.#intervalMs / 2;
  }
}
