import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrow, beginning, beside, distanceTo, isOutside, laneGap } from '../../../src/web/map/geometry.ts';

const coordinate = fc.double({ min: -2000, max: 2000, noNaN: true });
const segment = fc.record({ ax: coordinate, ay: coordinate, zx: coordinate, zy: coordinate });
const lengthOf = (at: readonly number[]) => {
  let length = 0;
  for (let i = 2; i + 1 < at.length; i += 2) {
    length += Math.hypot((at[i] as number) - (at[i - 2] as number), (at[i + 1] as number) - (at[i - 1] as number));
  }
  return length;
};

describe('parallel links', () => {
  it('stand beside each other whichever end is named first', () => {
    fc.assert(
      fc.property(segment, fc.double({ min: -20, max: 20, noNaN: true }), ({ ax, ay, zx, zy }, offset) => {
        const there = beside({ ax, ay, zx, zy }, offset, false);
        const back = beside({ ax: zx, ay: zy, zx: ax, zy: ay }, offset, true);
        expect(back.zx).toBeCloseTo(there.ax, 6);
        expect(back.zy).toBeCloseTo(there.ay, 6);
        const length = Math.hypot(zx - ax, zy - ay);
        if (length > 1e-3) expect(Math.hypot(there.ax - ax, there.ay - ay)).toBeCloseTo(Math.abs(offset), 5);
      }),
    );
  });

  it('never overlap a bundle of many with its neighbours', () => {
    expect(laneGap(1)).toBe(0);
    expect(laneGap(2)).toBeGreaterThanOrEqual(laneGap(6));
    expect(laneGap(50)).toBeGreaterThan(2);
  });
});

describe('a half-link', () => {
  it('has its arrow at the middle, pointing away from where it begins', () => {
    const [tipX, tipY, leftX, leftY, rightX, rightY] = arrow(0, 0, 100, 0, 5);
    expect([tipX, tipY]).toEqual([100, 0]);
    expect(leftX).toBeLessThan(100);
    expect(rightX).toBe(leftX);
    expect(leftY).toBe(-(rightY as number));
    expect(arrow(0, 0, 4, 0, 5)).toEqual([]);
  });
});

describe('pointing', () => {
  it('measures the distance to a line as a search along it does', () => {
    fc.assert(
      fc.property(segment, coordinate, coordinate, (line, x, y) => {
        let least = Infinity;
        for (let i = 0; i <= 2000; i += 1) {
          const t = i / 2000;
          const px = line.ax + (line.zx - line.ax) * t;
          const py = line.ay + (line.zy - line.ay) * t;
          least = Math.min(least, Math.hypot(px - x, py - y));
        }
        const found = distanceTo(line, x, y);
        expect(found).toBeLessThanOrEqual(least + 1e-6);
        expect(least - found).toBeLessThan(3);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves no line out that touches the screen', () => {
    fc.assert(
      fc.property(segment, fc.double({ min: 0, max: 1, noNaN: true }), (line, t) => {
        const x = line.ax + (line.zx - line.ax) * t;
        const y = line.ay + (line.zy - line.ay) * t;
        if (x >= 0 && y >= 0 && x <= 1000 && y <= 600) expect(isOutside(line, 1000, 600)).toBe(false);
      }),
    );
    expect(isOutside({ ax: -50, ay: 0, zx: -30, zy: 500 }, 1000, 600)).toBe(true);
  });
});

describe('the beginning of a path', () => {
  it('has that share of its length, and begins where the path begins', () => {
    fc.assert(
      fc.property(
        fc.array(coordinate, { minLength: 4, maxLength: 20 }).map((all) => all.slice(0, all.length - (all.length % 2))),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (points, share) => {
          const part = beginning(points, share);
          expect(part.slice(0, 2)).toEqual(points.slice(0, 2));
          expect(lengthOf(part)).toBeCloseTo(lengthOf(points) * share, 3);
        },
      ),
    );
  });
});
