/** Distance between two samples of an interface, wall clock. */
export const TICK_MS = 1000;

/** Most steps of the engine per second of wall clock; beyond this speed the steps get longer instead. */
const MAX_STEPS_PER_SECOND = 50;
/** Wall-clock time that is caught up on after a pause; more is let go, and simulated time stands still meanwhile. */
const MAX_CATCH_UP_SECONDS = 3;

/** Length of one step in simulated seconds: 1, shorter in slow motion, longer beyond 50 steps a second. */
export function stepSeconds(speed: number): number {
  return speed <= 1 ? speed : Math.max(1, speed / MAX_STEPS_PER_SECOND);
}

/** Says how many steps are due. Bounded: a pause of the process, or a jump of the clock, never builds up a backlog. */
export class Pacing {
  readonly #stepMs: number;
  #doneMs: number;
  #slippedMs = 0;

  /** The steps of the first second are due at once, so that the first sample covers as much as any other. */
  constructor(speed: number, nowMs: number) {
    this.#stepMs = (stepSeconds(speed) * 1000) / speed;
    this.#doneMs = nowMs - TICK_MS;
  }

  /** Wall-clock time up to which steps were handed out. */
  get doneMs(): number {
    return this.#doneMs;
  }

  /** Wall-clock time that was let go, ms. */
  get slippedMs(): number {
    return this.#slippedMs;
  }

  /** Steps that are due now; they count as done. */
  due(nowMs: number): number {
    // The clock was set back (by more than the slack below): begin anew from there.
    if (nowMs < this.#doneMs - this.#stepMs) this.#doneMs = nowMs - TICK_MS;
    const lateMs = nowMs - this.#doneMs - MAX_CATCH_UP_SECONDS * 1000;
    if (lateMs > 0) {
      this.#slippedMs += lateMs;
      this.#doneMs += lateMs;
    }
    // A little slack, because timers fire a fraction of a millisecond early and steps need not divide a second.
    const steps = Math.floor((nowMs - this.#doneMs) / this.#stepMs + 0.01);
    this.#doneMs += steps * this.#stepMs;
    return steps;
  }
}
