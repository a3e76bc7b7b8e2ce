import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Moment } from '../../../src/api/schemas/studies.ts';
import { barsOf, keyTarget, nearest } from '../../../src/web/screens/replay/time-slider.tsx';

const times = fc
  .uniqueArray(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 20 })
  .map((list) => list.sort((x, y) => x - y));
const at = (atMs: number, links: Partial<Moment['links']> = {}) =>
  ({
    planId: `p${atMs}`,
    atMs,
    links: { healthy: 10, degraded: 0, unhealthy: 0, down: 0, stale: 0, ...links },
  }) as Moment;

describe('the slider over the last day', () => {
  it('finds the moment that is closest in time', () => {
    fc.assert(
      fc.property(times, fc.nat({ max: 12_000 }), (list, wanted) => {
        const found = list[
          nearest(
            list.map((atMs) => ({ atMs })),
            wanted,
          )
        ] as number;
        expect(Math.abs(found - wanted)).toBe(Math.min(...list.map((atMs) => Math.abs(atMs - wanted))));
      }),
    );
  });

  it('draws moments in order of time, all within the track', () => {
    fc.assert(
      fc.property(times, (list) => {
        const xs = barsOf(list.map((atMs) => at(atMs))).map(({ x }) => x);
        expect(xs).toEqual(xs.toSorted((x, y) => x - y));
        expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...xs)).toBeLessThan(1000);
      }),
    );
  });

  it('tells by height and colour how bad it was', () => {
    const bars = barsOf([at(0), at(1, { degraded: 1 }), at(2, { stale: 2 }), at(3, { down: 3, degraded: 1 })]);
    expect(bars.map(({ tone }) => tone)).toEqual(['good', 'warn', 'unknown', 'bad']);
    const heights = bars.map(({ height }) => height);
    expect(heights).toEqual(heights.toSorted((x, y) => x - y));
  });

  it.each([
    ['ArrowLeft', 5, 4],
    ['ArrowLeft', 0, 0],
    ['ArrowRight', 9, 9],
    ['PageDown', 5, 0],
    ['Home', 5, 0],
    ['End', 5, 9],
    ['Tab', 5, null],
  ])('goes on %s from %i to %s', (key, from, to) => {
    expect(keyTarget(key, from, 10)).toBe(to);
  });
});
