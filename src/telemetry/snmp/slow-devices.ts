/** A device that takes long, or does not answer. */
export interface SlowDevice {
  readonly deviceId: string;
  /** How long its polls take, smoothed, ms. */
  readonly pollMs: number;
  readonly silent: boolean;
}

const SMOOTHING = 1 / 4;
/** A device is slow when its polls take this share of the time they may take. */
const SLOW_SHARE = 0.5;
/** How many are named where they are listed. */
export const MAX_LISTED = 50;

/** How long the polls of one device take. */
export class Pace {
  #pollMs: number | null = null;

  observe(elapsedMs: number): void {
    this.#pollMs = this.#pollMs === null ? elapsedMs : this.#pollMs + SMOOTHING * (elapsedMs - this.#pollMs);
  }

  /** Smoothed, ms; null before the first poll. */
  get pollMs(): number | null {
    return this.#pollMs;
  }
}

interface Candidate {
  readonly deviceId: string;
  readonly pace: Pace;
  readonly silent: boolean;
}

/** All slow ones by name, silent ones first, then the slowest. */
export function slowest(candidates: readonly Candidate[], deadlineMs: number): SlowDevice[] {
  return candidates
    .map(({ deviceId, pace, silent }) => ({ deviceId, pollMs: pace.pollMs ?? 0, silent }))
    .filter(({ pollMs, silent }) => silent || pollMs >= SLOW_SHARE * deadlineMs)
    .sort((x, y) => Number(y.silent) - Number(x.silent) || y.pollMs - x.pollMs);
}
