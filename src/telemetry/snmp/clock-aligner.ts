export interface TimedReading {
  /** Device time, ms since some start of its own. */
  readonly uptimeMs: number;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

interface Offset {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** Answers kept; at 10 s between polls the drift of two crystals over this window is about 10 ms. */
const WINDOW = 16;
/** How far an answer may lie outside what the estimate allows before our clock must have been set. */
const STEP_MS = 250;

/**
 * Maps a device's uptime to our wall clock, so that windows of both ends of a link can be laid over each other
 * without the jitter of the management network. As in NTP's clock filter (RFC 5905, section 10) the answer with the
 * shortest round trip of the recent ones tells the offset: its error is at most half that round trip.
 */
export class ClockAligner {
  #offsets: readonly Offset[] = [];
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** The device was restarted: its uptime has a new zero. */
  restart(): void {
    this.#offsets = [];
  }

  /** Wall time of the reading, ms; never after its receipt, and later than the reading before. */
  align(reading: TimedReading): number {
    const { uptimeMs, sentAtMs, receivedAtMs } = reading;
    const present = { offsetMs: (sentAtMs + receivedAtMs) / 2 - uptimeMs, roundTripMs: receivedAtMs - sentAtMs };
    const known = this.#best();
    if (known && this.#contradicts(known.offsetMs + uptimeMs, reading)) {
      this.#offsets = [];
      this.#lastAtMs = Number.NEGATIVE_INFINITY;
    }
    this.#offsets = [...this.#offsets.slice(1 - WINDOW), present];
    const offsetMs = (this.#best() ?? present).offsetMs;
    this.#lastAtMs = Math.max(this.#lastAtMs + 1, Math.min(offsetMs + uptimeMs, receivedAtMs));
    return Math.max(0, this.#lastAtMs);
  }

  #best(): Offset | null {
    return this.#offsets.reduce<Offset | null>(
      (best, offset) => (best === null || offset.roundTripMs < best.roundTripMs ? offset : best),
      null,
    );
  }

  #contradicts(atMs: number, { sentAtMs, receivedAtMs }: TimedReading): boolean {
    return atMs < sentAtMs - STEP_MS || atMs > receivedAtMs + STEP_MS;
  }
}
