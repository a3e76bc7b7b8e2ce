import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wireLoss } from '../../src/health/loss.ts';
import { addToSeries, COLUMN, newSeries, pointBefore, type Series, sumAt } from '../../src/health/series.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import { START_MS, sampleAt } from './samples.ts';

const WINDOW_MS = 5000;

interface Interval {
  readonly atMs: number;
  readonly intervalMs: number;
  readonly packets: number;
}

function seriesOf(intervals: readonly Interval[]): Series {
  const series = newSeries();
  for (const { atMs, intervalMs, packets } of intervals) {
    const changes = { atMs, receivedAtMs: atMs, intervalMs, inPackets: packets, outPackets: packets };
    addToSeries(series, sampleAt(0, 'a', changes), WINDOW_MS);
  }
  return series;
}

/** Packets between two times, each interval's spread evenly over it. */
function packetsBetween(intervals: readonly Interval[], fromMs: number, toMs: number): number {
  return intervals.reduce((sum, { atMs, intervalMs, packets }) => {
    const overlapMs = Math.min(atMs, toMs) - Math.max(atMs - intervalMs, fromMs);
    return sum + (overlapMs > 0 ? (packets * overlapMs) / intervalMs : 0);
  }, 0);
}

const intervals = (startMs: number) =>
  fc
    .array(
      fc.record({ intervalMs: fc.integer({ min: 600, max: 1500 }), packets: fc.integer({ min: 0, max: 100_000 }) }),
      {
        minLength: 12,
        maxLength: 30,
      },
    )
    .map((steps) => {
      let atMs = startMs;
      return steps.map(({ intervalMs, packets }) => {
        atMs += intervalMs;
        return { atMs, intervalMs, packets };
      });
    });

describe('sums over time', () => {
  test('between any two times are what a count by hand gives', () => {
    fc.assert(
      fc.property(intervals(START_MS), fc.double({ min: 0, max: 1, noNaN: true }), (list, place) => {
        const series = seriesOf(list);
        const lastMs = list.at(-1)?.atMs as number;
        const fromMs = lastMs - place * WINDOW_MS;
        const got = sumAt(series, COLUMN.in, COLUMN.inOther, lastMs) - sumAt(series, COLUMN.in, COLUMN.inOther, fromMs);
        expect(got).toBeCloseTo(packetsBetween(list, fromMs, lastMs), 3);
      }),
    );
  });

  test('start anew after a gap, an overlap and a first reading', () => {
    const calm = [1, 2, 3].map((second) => ({ atMs: START_MS + second * 1000, intervalMs: 1000, packets: 10 }));
    expect(seriesOf(calm).points).toHaveLength(4);
    expect(seriesOf([...calm, { atMs: START_MS + 5000, intervalMs: 1000, packets: 10 }]).points).toHaveLength(2);
    expect(seriesOf([...calm, { atMs: START_MS + 3100, intervalMs: 1000, packets: 10 }]).points).toHaveLength(2);
    const series = seriesOf(calm);
    addToSeries(series, sampleAt(9, 'a', { intervalMs: null }), WINDOW_MS);
    expect(series.points).toHaveLength(1);
  });
});

describe('loss on the wire', () => {
  test('is that of a count by hand over the window both ends cover, or is left to the error counter', () => {
    let compared = 0;
    fc.assert(
      fc.property(intervals(START_MS), intervals(START_MS + 137), (sent, received) => {
        const sender = seriesOf(sent);
        const receiver = seriesOf(received);
        const { value } = wireLoss({ sender, receiver, latencyMs: 0 }, WINDOW_MS, DEFAULT_THRESHOLDS);
        const toMs = sender.points[pointBefore(sender, received.at(-1)?.atMs as number)]?.[0];
        if (toMs === undefined || value === null || value === 0) return;
        const fromMs = sender.points[pointBefore(sender, toMs - 0.95 * WINDOW_MS)]?.[0] as number;
        const out = packetsBetween(sent, fromMs, toMs);
        const arrived = packetsBetween(received, fromMs, toMs);
        expect(value).toBeCloseTo((out - arrived) / out, 6);
        expect(value).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.loss.skewFloor);
        compared += 1;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(0);
  });

  test('is found at 2 % however the two ends are shifted against each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), (shiftMs) => {
        const ofEnd = (offsetMs: number, packets: number) =>
          Array.from({ length: 12 }, (_, index) => ({
            atMs: START_MS + offsetMs + (index + 1) * 1000,
            intervalMs: 1000,
            packets,
          }));
        const ends = { sender: seriesOf(ofEnd(0, 50_000)), receiver: seriesOf(ofEnd(shiftMs, 49_000)), latencyMs: 30 };
        expect(wireLoss(ends, WINDOW_MS, DEFAULT_THRESHOLDS).value).toBeCloseTo(0.02, 9);
      }),
    );
  });

  test('is unknown while the window is not full and when there is next to no traffic', () => {
    const few = (count: number, packets: number) =>
      seriesOf(
        Array.from({ length: count }, (_, index) => ({ atMs: START_MS + index * 1000, intervalMs: 1000, packets })),
      );
    const loss = (count: number, packets: number) =>
      wireLoss(
        { sender: few(count, packets), receiver: few(count, packets), latencyMs: 0 },
        WINDOW_MS,
        DEFAULT_THRESHOLDS,
      );
    expect(loss(3, 1000)).toEqual({ value: null, why: 'the window of measurement is not full yet' });
    expect(loss(10, 3)).toEqual({ value: null, why: 'too few packets for a ratio' });
    expect(loss(10, 1000)).toEqual({ value: 0, why: '' });
  });
});
