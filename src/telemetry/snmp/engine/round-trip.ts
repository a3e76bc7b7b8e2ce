/** RFC 6298: gains of the estimate, and how many deviations lie between it and the timeout. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
const DEVIATIONS = 4;
/** Agents answer from caches most of the time and are slow when they refill them; a loss costs little more. */
const LEAST_MS = 100;
const MAX_BACKOFF = 8;
/** A slow device gets this much more time than it usually takes, where its round trips vary too much for the estimate. */
const SLOWER = 1.25;

/**
 * How long to wait for an answer of one device before asking again, from its round trips as TCP does (Jacobson and
 * Karels 1988; RFC 6298). Every try has an id of its own, so that each answer tells the round trip of its own try and
 * Karn's restriction to first tries is not needed.
 */
export class RoundTrip {
  #smoothedMs: number | null = null;
  #deviationMs = 0;
  #backoff = 1;

  observe(roundTripMs: number): void {
    this.#backoff = 1;
    if (this.#smoothedMs === null) {
      this.#smoothedMs = roundTripMs;
      this.#deviationMs = roundTripMs / 2;
      return;
    }
    this.#deviationMs += BETA * (Math.abs(roundTripMs - this.#smoothedMs) - this.#deviationMs);
    this.#smoothedMs += ALPHA * (roundTripMs - this.#smoothedMs);
  }

  /** No answer to any try: the next request waits longer. */
  silence(): void {
    this.#backoff = Math.min(MAX_BACKOFF, this.#backoff * 2);
  }

  /** Smoothed round trip, ms; null before the first answer. */
  get smoothedMs(): number | null {
    return this.#smoothedMs;
  }

  /**
   * Wait before the second try, ms; the gaps double from there. Leaves room for four tries within `limitMs` unless
   * the device is truly slow, on first contact, when nothing is known, too: at 5 % loss six of a million requests stay
   * without an answer. Round trips that merely vary must not leave room for two: that would be one of 400.
   */
  firstGapMs(limitMs: number): number {
    if (this.#smoothedMs === null) return Math.max(limitMs / 15, Math.min(LEAST_MS, limitMs / 7));
    const estimateMs = Math.max(LEAST_MS, this.#smoothedMs + DEVIATIONS * this.#deviationMs);
    const patienceMs = Math.max(limitMs / 8, SLOWER * this.#smoothedMs);
    return Math.min(Math.min(estimateMs, patienceMs) * this.#backoff, limitMs / 3);
  }
}
