/** sysUpTime counts hundredths of a second in 32 bits: it wraps after 497 days. */
const WRAP_TICKS = 2 ** 32;
const MS_PER_TICK = 10;

export interface UptimeReading {
  readonly ticks: number;
  /** When the answer arrived, by our clock. */
  readonly receivedAtMs: number;
}

export type UptimeStep =
  /** `elapsedMs` of device time passed since the reading before, without a break. */
  | { readonly kind: 'continuous'; readonly elapsedMs: number }
  /** The same instant was read again, or the agent's clock stands still. */
  | { readonly kind: 'same' }
  /** The agent started anew in between: its counters may have too, and its interfaces may be numbered anew. */
  | { readonly kind: 'restart' };

/**
 * What happened between two readings of sysUpTime. A smaller value is a wrap only where our own clock agrees with
 * that; a larger one is a restart that was missed (a long silence) where it does not.
 */
export function uptimeStep(before: UptimeReading, now: UptimeReading): UptimeStep {
  const wallMs = now.receivedAtMs - before.receivedAtMs;
  const toleranceMs = 2_000 + 0.05 * Math.abs(wallMs);
  const ticks = now.ticks >= before.ticks ? now.ticks - before.ticks : now.ticks + WRAP_TICKS - before.ticks;
  const elapsedMs = ticks * MS_PER_TICK;
  if (elapsedMs === 0) return { kind: 'same' };
  return Math.abs(elapsedMs - wallMs) > toleranceMs ? { kind: 'restart' } : { kind: 'continuous', elapsedMs };
}
