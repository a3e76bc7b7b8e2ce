import { describe, expect, it } from 'vitest';
import { type Failure, precursorStrength } from '../../../src/telemetry/simulator/failures/failure.ts';

const [FROM, ONSET] = [1000, 11_000];
const failure = (more: Partial<Failure>): Failure => ({
  ...{ id: 'f', kind: 'optical-decay', links: [0], node: null, onsetAt: ONSET, endsAt: [20_000], planned: false },
  ...{ precursor: { startsAt: FROM, shape: 2.5 }, isFailure: true, severity: 1, side: 0 },
  ...more,
});
const grow = (of: Failure) => Array.from({ length: 10 }, (_, at) => precursorStrength(of, FROM + at * 1000));
const steps = (values: readonly number[]) => values.slice(1).map((value, before) => value - (values[before] as number));
const isGrowing = (values: readonly number[]) => steps(values).every((step) => step > 0);

describe('a precursor', () => {
  it('of a failure starts at nothing, grows ever faster up to 1, and is over with the onset', () => {
    const strengths = grow(failure({}));
    expect(strengths[0]).toBe(0);
    expect(isGrowing(strengths)).toBe(true);
    expect(isGrowing(steps(strengths))).toBe(true);
    expect(precursorStrength(failure({}), ONSET - 1)).toBeCloseTo(1, 3);
    expect(precursorStrength(failure({}), ONSET)).toBe(0);
  });

  it('that comes to nothing grows ever slower, never reaches what fails, and recedes', () => {
    const miss = failure({ isFailure: false });
    const strengths = grow(miss);
    expect(isGrowing(strengths)).toBe(true);
    expect(isGrowing(steps(strengths).map((step) => -step))).toBe(true);
    expect(precursorStrength(miss, ONSET)).toBeCloseTo(0.9, 6);
    expect(precursorStrength(miss, ONSET + 1250)).toBeCloseTo(0.45, 6);
    expect(precursorStrength(miss, ONSET + 2500)).toBe(0);
  });

  it('that is stopped at once cannot be told from a failure until then', () => {
    const [miss, real] = [failure({ isFailure: false, isAbrupt: true }), failure({})].map(grow);
    miss?.forEach((strength, at) => {
      expect(strength).toBeCloseTo(0.9 * (real?.[at] as number), 9);
    });
  });
});
