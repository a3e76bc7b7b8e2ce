import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { binomial, drawSeconds, poisson } from '../../../src/telemetry/simulator/distributions.ts';

const DRAWS = 20_000;

function moments(draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1);
  return { mean, variance };
}

describe('poisson', () => {
  it.each([0.5, 5, 29, 31, 1e4])('has mean and variance %d', (mean) => {
    const rng = createRng(1);
    const found = moments(() => poisson(rng, mean));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / DRAWS));
    expect(found.variance / mean).toBeCloseTo(1, 1);
  });

  it('is 0 for nothing', () => {
    expect(poisson(createRng(1), 0)).toBe(0);
  });
});

describe('binomial', () => {
  it.each([
    [10, 0.3],
    [150, 0.95],
    [1000, 0.01],
    [1000, 0.05],
    [1_000_000, 0.5],
    [1_000_000, 1e-6],
  ])('of %d trials at %d has the right mean and variance, and stays within bounds', (trials, p) => {
    const rng = createRng(2);
    const draws: number[] = [];
    const found = moments(() => {
      const drawn = binomial(rng, trials, p);
      draws.push(drawn);
      return drawn;
    });
    const variance = trials * p * (1 - p);
    expect(Math.abs(found.mean - trials * p)).toBeLessThan(5 * Math.sqrt(variance / DRAWS));
    expect(found.variance / variance).toBeGreaterThan(0.9);
    expect(found.variance / variance).toBeLessThan(1.1);
    expect(draws.every((drawn) => Number.isInteger(drawn) && drawn >= 0 && drawn <= trials)).toBe(true);
  });

  it('is certain at the ends', () => {
    const rng = createRng(1);
    expect([binomial(rng, 7, 0), binomial(rng, 7, 1), binomial(rng, 0, 0.5)]).toEqual([0, 7, 0]);
  });
});

describe('drawSeconds', () => {
  it('draws within the range, and around the median up to the maximum', () => {
    const rng = createRng(3);
    const uniform = Array.from({ length: 1000 }, () => drawSeconds(rng, { between: [5, 7] }));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...uniform)).toBeLessThan(7);
    const lognormal = Array.from({ length: 1001 }, () => drawSeconds(rng, { median: 60, sigma: 1, max: 200 }));
    const sorted = lognormal.toSorted((x, y) => x - y);
    expect(sorted[500]).toBeGreaterThan(50);
    expect(sorted[500]).toBeLessThan(70);
    expect(sorted[1000]).toBe(200);
  });
});
