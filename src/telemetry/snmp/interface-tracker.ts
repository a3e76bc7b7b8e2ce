import type { Measurement } from '../sample.ts';
import { type CounterDeltas, counterDeltas, packetsOf, unchanged } from './counters.ts';
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
>;

/** Nothing is known: first reading, reset, counters that may come from a cache. */
export const UNKNOWN_AMOUNTS: Amounts = {
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
    if (instant.uptimeMs < SETTLING_MS) return UNKNOWN_AMOUNTS;
    const elapsedMs = before === null ? 0 : instant.uptimeMs - before.uptimeMs;
    if (before !== null && elapsedMs === 0) return UNKNOWN_AMOUNTS;
    this.#baseline = { reading, uptimeMs: instant.uptimeMs };
    if (before === null || elapsedMs < 0 || elapsedMs > DAY_MS) return UNKNOWN_AMOUNTS;
    if (before.reading.discontinuityTicks !== reading.discontinuityTicks) return UNKNOWN_AMOUNTS;
    const deltas = counterDeltas(before.reading.counters, reading.counters, elapsedMs, speedBps);
    return deltas === null ? UNKNOWN_AMOUNTS : amounts(deltas, elapsedMs);
  }
}

function amounts(deltas: CounterDeltas, intervalMs: number): Amounts {
  return {
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
}
