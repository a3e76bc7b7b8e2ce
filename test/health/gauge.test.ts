import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GaugeLimits, gaugeLevel, newGauge, skipGauge, turnGauge } from '../../src/health/gauge.ts';

const LIMITS: GaugeLimits = { degraded: 10, unhealthy: 20, clearFactor: 0.8, rise: 3, clear: 5 };

/** Levels after each value, by the definition: runs of values in a row, looked up in the whole history. */
function bruteForce(
  values: readonly number[],
  { degraded, unhealthy, clearFactor, rise, clear }: GaugeLimits,
): number[] {
  const latch = (threshold: number): boolean[] => {
    let isOn = false;
    let since = 0;
    return values.map((_, index) => {
      const needed = isOn ? clear : rise;
      const recent = values.slice(Math.max(since, index + 1 - needed), index + 1);
      const turns = recent.every((value) => (isOn ? value < threshold * clearFactor : value >= threshold));
      if (recent.length === needed && turns) {
        isOn = !isOn;
        since = index + 1;
      }
      return isOn;
    });
  };
  const upper = latch(unhealthy);
  return latch(degraded).map((isDegraded, index) => (upper[index] ? 2 : isDegraded ? 1 : 0));
}

describe('a gauge', () => {
  test('turns as its definition says', () => {
    const values = fc.array(fc.constantFrom(0, 7.9, 8, 9, 10, 15.9, 16, 19, 20, 30), { maxLength: 60 });
    const limits = fc.record({
      degraded: fc.constant(10),
      unhealthy: fc.constant(20),
      clearFactor: fc.constantFrom(0.5, 0.8, 1),
      rise: fc.integer({ min: 1, max: 4 }),
      clear: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(values, limits, (history, chosen) => {
        const gauge = newGauge();
        const levels = history.map((value, index) => {
          turnGauge(gauge, value, chosen, index);
          return gaugeLevel(gauge);
        });
        expect(levels).toEqual(bruteForce(history, chosen));
      }),
    );
  });

  test('never turns on values that alternate around a threshold', () => {
    const gauge = newGauge();
    for (let index = 0; index < 100; index += 1) {
      turnGauge(gauge, index % 2 === 0 ? 10.1 : 9.9, LIMITS, index);
      expect(gaugeLevel(gauge)).toBe(0);
    }
  });

  test('is not cleared by a lower bound', () => {
    const gauge = newGauge();
    for (let index = 0; index < 3; index += 1) turnGauge(gauge, 25, LIMITS, index, false);
    expect(gaugeLevel(gauge)).toBe(2);
    for (let index = 3; index < 50; index += 1) turnGauge(gauge, 0, LIMITS, index, false);
    expect(gaugeLevel(gauge)).toBe(2);
  });

  test('forgets a level only after its figure was unknown for long', () => {
    const gauge = newGauge();
    for (let index = 0; index < 3; index += 1) turnGauge(gauge, 25, LIMITS, 1000);
    skipGauge(gauge, 1500, 500);
    expect(gaugeLevel(gauge)).toBe(2);
    skipGauge(gauge, 1501, 500);
    expect(gaugeLevel(gauge)).toBe(0);
    expect(gauge.sinceMs).toBe(1501);
  });
});
