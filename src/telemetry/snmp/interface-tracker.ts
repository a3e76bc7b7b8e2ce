import type { Measurement } from '../sample.ts';
import { type CounterDeltas, counterDeltas, type Doubt, packetsOf, unchanged } from './counters.ts';
import type { DeviceInstant } from './device-clock.ts';
import type { InterfaceReading } from './interface-plan.ts';

/** The measured part of a sample. */
export type Amounts = Pick<
  Measurement,
  | 'intervalMs'
  | 'inOctets'
  | 'outOctets'
  | 'inPackets'
  | 'outPackets'
  | 'inErrors'
  | 'outErrors'
  | 'inDiscards'
  | 'outDiscards'
  | 'inUnknownProtos'
  | 'unknown'
>;

/** Nothing is known, and why: first reading, reset, counters that may come from a cache. */
export function unknownAmounts(why: string): Amounts {
  return { ...NO_AMOUNTS, unknown: { intervalMs: why } };
}

const NO_AMOUNTS: Omit<Amounts, 'unknown'> = {
  intervalMs: null,
  inOctets: null,
  outOctets: null,
  inPackets: null,
  outPackets: null,
  inErrors: null,
  outErrors: null,
  inDiscards: null,
  outDiscards: null,
  inUnknownProtos: null,
};

const DAY_MS = 86_400_000;
/** net-snmp fills some counters only when it reloads its tables for the first time, 3 s after its start. */
const SETTLING_MS = 5_000;

/** Remembers an interface's last counters that count, and turns the next ones into amounts. */
export class InterfaceTracker {
  #baseline: { readonly reading: InterfaceReading; readonly uptimeMs: number } | null = null;

  /** The counters began anew, or belong to another interface now. */
  forget(): void {
    this.#baseline = null;
  }

  /**
   * True when the agent may have answered from a cache: no counter moved, and not for `holdMs` yet. Agents refresh
   * their tables every few seconds (net-snmp: 3), so equal counters are no sign of silence before that has passed.
   */
  mayBeCached(reading: InterfaceReading, instant: DeviceInstant, holdMs: number): boolean {
    const before = this.#baseline;
    return (
      before !== null &&
      instant.uptimeMs - before.uptimeMs < holdMs &&
      unchanged(before.reading.counters, reading.counters)
    );
  }

  /**
   * Amounts since the baseline, which moves here; all unknown on a first reading, after a
   * reset, twice a tick, and while the agent is still starting.
   */
  measure(reading: InterfaceReading, instant: DeviceInstant, speedBps: number | null): Amounts {
    const before = this.#baseline;
    if (instant.uptimeMs < SETTLING_MS) return unknownAmounts('the agent has only just started');
    const elapsedMs = before === null ? 0 : instant.uptimeMs - before.uptimeMs;
    if (before !== null && elapsedMs === 0) return unknownAmounts('the clock of the device has not moved on');
    this.#baseline = { reading, uptimeMs: instant.uptimeMs };
    if (before === null) return unknownAmounts('first reading of the counters');
    if (elapsedMs < 0 || elapsedMs > DAY_MS) return unknownAmounts('the reading before is too old to compare with');
    if (before.reading.discontinuityTicks !== reading.discontinuityTicks) {
      return unknownAmounts('the counters began anew (ifCounterDiscontinuityTime moved)');
    }
    const doubts: Partial<Record<keyof CounterDeltas, Doubt>> = {};
    const deltas = counterDeltas(before.reading.counters, reading.counters, elapsedMs, speedBps, (name, why) => {
      doubts[name] = why;
    });
    return deltas === null
      ? unknownAmounts('the counters began anew: one of them fell')
      : amounts(deltas, doubts, elapsedMs);
  }
}

type Doubts = Readonly<Partial<Record<keyof CounterDeltas, Doubt>>>;

function amounts(deltas: CounterDeltas, doubts: Doubts, intervalMs: number): Amounts {
  const known = {
    intervalMs,
    inOctets: deltas.inOctets,
    outOctets: deltas.outOctets,
    inPackets: packetsOf(deltas, 'in'),
    outPackets: packetsOf(deltas, 'out'),
    inErrors: deltas.inErrors,
    outErrors: deltas.outErrors,
    inDiscards: deltas.inDiscards,
    outDiscards: deltas.outDiscards,
    inUnknownProtos: deltas.inUnknownProtos,
  };
  return { ...known, unknown: reasons(known, doubts) };
}

/** Why an amount is null; packets are the sum of several counters, of which one is missing. */
function reasons(known: Omit<Amounts, 'unknown'>, doubts: Doubts): Record<string, string> {
  const unknown: Record<string, string> = {};
  for (const [name, value] of Object.entries(known)) {
    if (value !== null) continue;
    const parts = PARTS[name] ?? [name as keyof CounterDeltas];
    const doubt = parts.flatMap((part) => doubts[part] ?? [])[0];
    if (doubt !== undefined) unknown[name] = doubt;
  }
  return unknown;
}

const PARTS: Readonly<Record<string, readonly (keyof CounterDeltas)[]>> = {
  inPackets: ['inUnicast', 'inMulticast', 'inBroadcast', 'inNonUnicast'],
  outPackets: ['outUnicast', 'outMulticast', 'outBroadcast', 'outNonUnicast'],
};
