import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, rocArea } from '../../../src/predict/evaluation/ranking.ts';

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 2,
  maxLength: 40,
});

describe('ranking', () => {
  it('the ROC area is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const scoresOf = (wanted: number) => given.filter(([, label]) => label === wanted).map(([score]) => score);
        const pairs = scoresOf(1).flatMap((high) => scoresOf(0).map((low) => (Math.sign(high - low) + 1) / 2));
        fc.pre(pairs.length > 0);
        const share = pairs.reduce((sum, own) => sum + own, 0) / pairs.length;
        const [scores, labels] = [given.map(([score]) => score), given.map(([, label]) => label)];
        expect(rocArea(scores, labels)).toBeCloseTo(share, 9);
      }),
    );
  });

  it('average precision sums precision over the thresholds', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const total = given.filter(([, label]) => label === 1).length;
        fc.pre(total > 0);
        let [sum, before] = [0, 0];
        for (let threshold = 9; threshold >= 0; threshold -= 1) {
          const taken = given.filter(([score]) => score >= threshold);
          const found = taken.filter(([, label]) => label === 1).length;
          if (taken.length > 0) sum += ((found - before) / total) * (found / taken.length);
          before = found;
        }
        const [scores, labels] = [given.map(([score]) => score), given.map(([, label]) => label)];
        expect(averagePrecision(scores, labels)).toBeCloseTo(sum, 9);
      }),
    );
  });

  it('one score for all scores the prevalence', () => {
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
    expect(rocArea([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.5);
  });
});
