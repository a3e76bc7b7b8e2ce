import { COUNTER_NAMES, COUNTERS, type CounterName } from './mib.ts';

export interface CounterReading {
  readonly value: bigint;
  readonly bits: 32 | 64;
}

export type CounterReadings = Readonly<Record<CounterName, CounterReading | null>>;
export type CounterDeltas = Readonly<Record<CounterName, number | null>>;

const WRAP_32 = 1n << 32n;
/** Line rates are nominal, and bursts of a lower layer are counted at the end of a window. */
const HEADROOM = 1.25;

/**
 * Differences of all counters of an interface over `elapsedMs` of device time; null where a counter is unknown.
 * Returns null when the counters began anew in between: one of them fell in a way that no wrap explains, and then
 * none can be trusted, since the others fell with it without showing.
 * `speedBps` bounds what a 32-bit counter can have moved; without it a fall is a reset. `note` is told why a counter
 * is unknown.
 */
export function counterDeltas(
  before: CounterReadings,
  now: CounterReadings,
  elapsedMs: number,
  speedBps: number | null,
  note?: (name: CounterName, why: Doubt) => void,
): CounterDeltas | null {
  const deltas: Partial<Record<CounterName, number | null>> = {};
  for (const name of COUNTER_NAMES) {
    const delta = counterDelta(before[name], now[name], stepLimits(name, speedBps, elapsedMs));
    if (delta === 'reset') return null;
    deltas[name] = typeof delta === 'number' ? delta : null;
    if (typeof delta !== 'number') note?.(name, delta);
  }
  return deltas as CounterDeltas;
}

/** Why nothing is said about a counter. */
export const DOUBTS = {
  missing: 'the device has no such counter, or none that can be read',
  widened: 'the counter changed its width',
  ambiguous: 'a 32-bit counter may have gone round more than once at this speed',
  impossible: 'it moved by more than any line carries',
} as const;
export type Doubt = (typeof DOUBTS)[keyof typeof DOUBTS];

interface StepLimits {
  /** Most steps that the counter can make at line rate in this time; null where the speed is unknown. */
  readonly most: number | null;
  /** True when it may have gone round more than once unseen. */
  readonly ambiguous: boolean;
}

/** Errors and discards exist in 32 bits only and do not come at line rate, so they are never called ambiguous. */
function stepLimits(name: CounterName, speedBps: number | null, elapsedMs: number): StepLimits {
  const { bitsPerStep, wide } = COUNTERS[name];
  const most = speedBps === null ? null : (HEADROOM * speedBps * (elapsedMs / 1000)) / bitsPerStep;
  return { most, ambiguous: wide !== null && most !== null && most >= Number(WRAP_32) };
}

/**
 * One counter's difference. 64-bit counters do not wrap in the life of a device: a fall is a reset. A 32-bit counter
 * that falls has wrapped when the distance is possible at line rate, and is ambiguous (null) when it may have wrapped
 * more than once.
 */
function counterDelta(
  before: CounterReading | null,
  now: CounterReading | null,
  limits: StepLimits,
): number | Doubt | 'reset' {
  if (before === null || now === null) return DOUBTS.missing;
  if (before.bits !== now.bits) return DOUBTS.widened;
  const difference = now.value - before.value;
  if (now.bits === 64) return difference < 0n ? 'reset' : possible(difference, limits.most);
  if (limits.ambiguous) return DOUBTS.ambiguous;
  if (difference >= 0n) return possible(difference, limits.most);
  const wrapped = Number(difference + WRAP_32);
  return limits.most !== null && wrapped >= 0 && wrapped <= limits.most ? wrapped : 'reset';
}

/**
 * Far beyond line rate a jump is a fault of the agent, and would be a spike. Not at line rate itself: nominal speeds
 * can be too low, and agents that refresh their counters every ten seconds hand out ten seconds at once.
 */
const IMPOSSIBLE = 10;

function possible(difference: bigint, most: number | null): number | Doubt {
  const amount = asNumber(difference);
  return typeof amount === 'number' && most !== null && amount > IMPOSSIBLE * Math.max(most, 1)
    ? DOUBTS.impossible
    : amount;
}

/** Beyond 2^53 a difference is no measurement any more. */
function asNumber(difference: bigint): number | Doubt {
  return difference <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(difference) : DOUBTS.impossible;
}

/** True when no counter of the two readings differs. */
export function unchanged(before: CounterReadings, now: CounterReadings): boolean {
  return COUNTER_NAMES.every((name) => before[name]?.value === now[name]?.value);
}

/** Unicast, multicast and broadcast together; multicast and broadcast from the deprecated sum where needed. */
export function packetsOf(deltas: CounterDeltas, direction: 'in' | 'out'): number | null {
  const [unicast, multicast, broadcast, nonUnicast] =
    direction === 'in'
      ? [deltas.inUnicast, deltas.inMulticast, deltas.inBroadcast, deltas.inNonUnicast]
      : [deltas.outUnicast, deltas.outMulticast, deltas.outBroadcast, deltas.outNonUnicast];
  const rest = multicast === null || broadcast === null ? nonUnicast : multicast + broadcast;
  return unicast === null || rest === null ? null : unicast + rest;
}
