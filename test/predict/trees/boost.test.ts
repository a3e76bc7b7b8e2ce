import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { averagePrecision, rocArea } from '../../../src/predict/evaluation/ranking.ts';
import { BOOST_DEFAULTS, boost } from '../../../src/predict/trees/boost.ts';
import { FOREST_DEFAULTS, forest } from '../../../src/predict/trees/forest.ts';
import { LOGISTIC, quantileLoss, SQUARED } from '../../../src/predict/trees/losses.ts';
import { importanceOf, marginsOf } from '../../../src/predict/trees/tree-ensemble.ts';
import { examplesOf } from '../examples.ts';

const SETTINGS = { ...BOOST_DEFAULTS, treeCount: 60, learningRate: 0.15 };

describe('boosted trees', () => {
  const train = examplesOf(6_000, 1);
  const test = examplesOf(4_000, 2);

  it('learn a rule with an interaction and a meaning of what is missing, close to the best possible', () => {
    const trees = boost(train, LOGISTIC, SETTINGS, createRng(1));
    const ours = rocArea(marginsOf(trees, test.table), test.labels);
    const best = rocArea(test.odds, test.labels);
    expect(best - ours).toBeLessThan(0.03);
    expect(ours).toBeGreaterThan(0.75);
  });

  it('name the features that matter', () => {
    const share = importanceOf(boost(train, LOGISTIC, SETTINGS, createRng(1)));
    const [useful, noise] = [share.slice(0, 4), share.slice(4)];
    expect(Math.min(...useful)).toBeGreaterThan(Math.max(...noise));
    expect(share.reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 9);
  });

  it('learn nothing from shuffled labels: early stopping leaves next to no tree', () => {
    const rng = createRng(5);
    const labels = train.labels.map(() => (rng.next() < 0.3 ? 1 : 0));
    const validation = { table: test.table, labels: test.labels.map(() => (rng.next() < 0.3 ? 1 : 0)) };
    const trees = boost({ table: train.table, labels }, LOGISTIC, SETTINGS, createRng(1), { validation });
    expect(trees.roots.length).toBeLessThan(10);
  });

  it('stop early where more trees would only learn noise, and keep the trees up to the best', () => {
    const settings = { ...SETTINGS, treeCount: 500, learningRate: 0.4, patience: 10 };
    const losses: number[] = [];
    const trees = boost(train, LOGISTIC, settings, createRng(1), {
      validation: test,
      onTree: (_, loss) => losses.push(loss as number),
    });
    expect(trees.roots.length).toBeLessThan(200);
    expect(losses[trees.roots.length - 1]).toBe(Math.min(...losses));
    expect(LOGISTIC.mean(marginsOf(trees, test.table), test.labels, new Float32Array(4_000).fill(1))).toBeCloseTo(
      Math.min(...losses),
      6,
    );
  });

  it('keep what helps on the validation set, whether anybody listens or not', () => {
    const trees = boost(train, LOGISTIC, SETTINGS, createRng(1), { validation: test });
    expect(trees.roots.length).toBeGreaterThan(20);
  });

  it('the same seed makes the same trees', () => {
    const [one, other] = [1, 1].map((seed) => boost(train, LOGISTIC, { ...SETTINGS, treeCount: 5 }, createRng(seed)));
    expect(one).toEqual(other);
  });

  it('fits values with squared error', () => {
    const labels = Float32Array.from(train.odds);
    const trees = boost({ table: train.table, labels }, SQUARED, { ...SETTINGS, treeCount: 100 }, createRng(1));
    const margins = marginsOf(trees, test.table);
    const error = margins.reduce((sum, margin, row) => sum + (margin - (test.odds[row] as number)) ** 2, 0) / 4_000;
    const mean = test.odds.reduce((sum, odds) => sum + odds, 0) / 4_000;
    const spread = test.odds.reduce((sum, odds) => sum + (odds - mean) ** 2, 0) / 4_000;
    expect(error / spread).toBeLessThan(0.1);
  });

  it.each([0.1, 0.5, 0.9])('the %d quantile is exceeded as often as it should be', (share) => {
    const rng = createRng(9);
    const noisy = (odds: Float64Array) => Float32Array.from(odds, (value) => value + rng.normal());
    const examples = { table: train.table, labels: noisy(train.odds) };
    const trees = boost(
      examples,
      quantileLoss(share),
      { ...SETTINGS, maxDepth: 4, minLeafWeight: 100, learningRate: 0.1 },
      createRng(1),
    );
    const truth = noisy(test.odds);
    const below = marginsOf(trees, test.table).filter((margin, row) => (truth[row] as number) <= margin).length;
    expect(Math.abs(below / 4_000 - share)).toBeLessThan(0.04);
  });

  it('end with the reason of the signal that aborts them', () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(() => boost(train, LOGISTIC, SETTINGS, createRng(1), { signal })).toThrow('enough');
  });
});

describe('a random forest', () => {
  it('answers shares between 0 and 1 that rank nearly as well as the truth', () => {
    const [train, test] = [examplesOf(6_000, 1), examplesOf(4_000, 2)];
    const shares = marginsOf(forest(train, { ...FOREST_DEFAULTS, treeCount: 60 }, createRng(1)), test.table);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1 + 1e-6);
    expect(averagePrecision(test.odds, test.labels) - averagePrecision(shares, test.labels)).toBeLessThan(0.06);
  });
});
