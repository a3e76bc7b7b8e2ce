import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CounterReadings, counterDeltas, packetsOf, unchanged } from '../../../src/telemetry/snmp/counters.ts';
import { COUNTER_NAMES, type CounterName } from '../../../src/telemetry/snmp/mib.ts';

const GIGABIT = 1e9;

function readings(values: Partial<Record<CounterName, [number | bigint, 32 | 64]>>): CounterReadings {
  return Object.fromEntries(
    COUNTER_NAMES.map((name) => {
      const entry = values[name];
      return [name, entry ? { value: BigInt(entry[0]), bits: entry[1] } : null];
    }),
  ) as CounterReadings;
}

describe('counterDeltas', () => {
  it('subtracts, and keeps what is missing unknown', () => {
    const deltas = counterDeltas(readings({ inOctets: [100, 64] }), readings({ inOctets: [350, 64] }), 10_000, null);
    expect(deltas?.inOctets).toBe(250);
    expect(deltas?.outOctets).toBeNull();
  });

  it('keeps the precision of counters above 2^53', () => {
    const before = 2n ** 63n;
    const deltas = counterDeltas(
      readings({ inOctets: [before, 64] }),
      readings({ inOctets: [before + 7n, 64] }),
      1e4,
      null,
    );
    expect(deltas?.inOctets).toBe(7);
  });

  it('takes a 64-bit counter that falls for a reset, and then trusts none of the interface', () => {
    const before = readings({ inOctets: [1000, 64], outOctets: [10, 64], inErrors: [3, 32] });
    const now = readings({ inOctets: [5, 64], outOctets: [900, 64], inErrors: [4, 32] });
    expect(counterDeltas(before, now, 10_000, GIGABIT)).toBeNull();
  });

  it('sees a 32-bit counter wrap only where line rate allows it', () => {
    const before = readings({ inOctets: [2 ** 32 - 100, 32] });
    const now = readings({ inOctets: [50, 32] });
    expect(counterDeltas(before, now, 10_000, GIGABIT)?.inOctets).toBe(150);
    // From 1,000 down to 50 would be 4.3 GB in 10 s, more than the line carries: a reset.
    expect(counterDeltas(readings({ inOctets: [1000, 32] }), now, 10_000, GIGABIT)).toBeNull();
    expect(counterDeltas(before, now, 10_000, null)).toBeNull();
  });

  it('does not guess when a 32-bit counter may have gone round more than once', () => {
    const before = readings({ inOctets: [100, 32], inErrors: [1, 32] });
    const now = readings({ inOctets: [200, 32], inErrors: [3, 32] });
    const deltas = counterDeltas(before, now, 10_000, 10 * GIGABIT);
    expect(deltas?.inOctets).toBeNull();
    expect(deltas?.inErrors).toBe(2);
  });

  it('does not compare counters of different widths', () => {
    const deltas = counterDeltas(readings({ inOctets: [5, 32] }), readings({ inOctets: [9, 64] }), 10_000, GIGABIT);
    expect(deltas?.inOctets).toBeNull();
  });

  it('agrees with a counter that is stepped through modulo 2^32, at any rate the line carries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: Math.floor((GIGABIT * 10) / 8) }),
        (start, steps) => {
          const before = readings({ inOctets: [start, 32] });
          const now = readings({ inOctets: [(start + steps) % 2 ** 32, 32] });
          expect(counterDeltas(before, now, 10_000, GIGABIT)?.inOctets).toBe(steps);
        },
      ),
    );
  });

  it('never answers with a negative amount or one that the line cannot carry after a fall', () => {
    const value = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(value, value, (from, to) => {
        const deltas = counterDeltas(
          readings({ inOctets: [from, 32] }),
          readings({ inOctets: [to, 32] }),
          10_000,
          GIGABIT,
        );
        if (deltas === null) {
          expect(to).toBeLessThan(from);
          return;
        }
        expect(deltas.inOctets).toBeGreaterThanOrEqual(0);
        if (to < from) expect(deltas.inOctets).toBeLessThanOrEqual((1.25 * GIGABIT * 10) / 8);
      }),
    );
  });
});

describe('packetsOf', () => {
  const none = counterDeltas(readings({}), readings({}), 1, null);
  if (none === null) throw new Error('no counters cannot be a reset');

  it('adds unicast, multicast and broadcast', () => {
    expect(packetsOf({ ...none, inUnicast: 5, inMulticast: 2, inBroadcast: 1 }, 'in')).toBe(8);
  });

  it('takes the deprecated sum where the two are missing, and is unknown without either', () => {
    expect(packetsOf({ ...none, outUnicast: 5, outNonUnicast: 4 }, 'out')).toBe(9);
    expect(packetsOf({ ...none, outUnicast: 5, outMulticast: 4 }, 'out')).toBeNull();
    expect(packetsOf({ ...none, inMulticast: 2, inBroadcast: 1 }, 'in')).toBeNull();
  });
});

describe('unchanged', () => {
  it('is true only when every counter stands still', () => {
    const before = readings({ inOctets: [5, 64], inErrors: [1, 32] });
    expect(unchanged(before, readings({ inOctets: [5, 64], inErrors: [1, 32] }))).toBe(true);
    expect(unchanged(before, readings({ inOctets: [5, 64], inErrors: [2, 32] }))).toBe(false);
  });
});
