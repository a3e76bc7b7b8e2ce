import { describe, expect, it } from 'vitest';
import { logisticMargin } from '../../../src/predict/logistic.ts';
import { contributionsOf } from '../../../src/predict/risk/attribution.ts';
import { topFactors, wordsOf } from '../../../src/predict/risk/explain.ts';
import type { HorizonRisk } from '../../../src/predict/risk/model.ts';
import type { TreeEnsemble } from '../../../src/predict/trees/tree-ensemble.ts';
import { smallDataset, smallModel } from '../live/risk-model.ts';

const model = smallModel();
const { table } = smallDataset(200, 9);
const width = table.names.length;
const longest = model.horizons[2] as HorizonRisk;

/** What the means change by along the paths, step by step as the definition has it. */
function slowly(trees: TreeEnsemble, mean: Float32Array, at: number): Float64Array {
  const into = new Float64Array(width);
  for (const root of trees.roots) {
    for (let node = root; (trees.feature[node] as number) >= 0; ) {
      const feature = trees.feature[node] as number;
      const value = table.values[at + feature] as number;
      const isLeft = Number.isNaN(value) ? trees.missingLeft[node] === 1 : value <= (trees.threshold[node] as number);
      const next = (isLeft ? trees.left[node] : trees.right[node]) as number;
      into[feature] = (into[feature] as number) + (mean[next] as number) - (mean[node] as number);
      node = next;
    }
  }
  return into;
}

/** The same row with one feature missing: what a linear model loses by it is what the feature gave. */
function withoutFeature(at: number, feature: number): Float32Array {
  const row = table.values.slice(at, at + width);
  row[feature] = Number.NaN;
  return row;
}

describe('what each feature contributes', () => {
  it('is the sum over the members of what their paths and weights say, missing values included', () => {
    const { members } = longest.ensemble;
    for (const [boosted, forest, linear] of [
      [1, 0, 0],
      [0.3, 0, 2],
    ] as const) {
      const own = { ...longest, ensemble: { ...longest.ensemble, weights: [boosted, forest, linear] } };
      for (let row = 0; row < table.rowCount; row += 1) {
        const at = row * width;
        const ofTrees = slowly(members.boosted, longest.boosted.mean, at);
        const margin = logisticMargin(members.logistic, table.values, at);
        contributionsOf(own, table.values, at).forEach((found, feature) => {
          const ofLinear = margin - logisticMargin(members.logistic, withoutFeature(at, feature));
          expect(found).toBeCloseTo(boosted * (ofTrees[feature] as number) + linear * ofLinear, 9);
        });
      }
    }
  });

  it('is shared by the features of the forest as its paths are', () => {
    const own = { ...longest, ensemble: { ...longest.ensemble, weights: [0, 1, 0] } };
    let shared = 0;
    for (let row = 0; row < table.rowCount; row += 1) {
      const expected = slowly(longest.ensemble.members.forest, longest.forest.mean, row * width);
      const found = contributionsOf(own, table.values, row * width);
      const scale = (found.at(expected.findIndex((each) => each !== 0)) as number) / (expected.find(Boolean) as number);
      found.forEach((each, feature) => {
        expect(each).toBeCloseTo(scale * (expected[feature] as number), 9);
      });
      shared += expected.filter(Boolean).length;
    }
    expect(shared).toBeGreaterThan(table.rowCount);
  });
});

describe('the features that are told', () => {
  it('are the five that weigh most, in order, as a sort of all would have them', () => {
    let told = 0;
    for (let row = 0; row < table.rowCount; row += 1) {
      const weights = contributionsOf(longest, table.values, row * width);
      const sorted = Array.from(weights.keys()).sort((x, y) => (weights[y] as number) - (weights[x] as number));
      const expected = sorted.filter((feature) => (weights[feature] as number) >= 0.05).slice(0, 5);
      const factors = topFactors(longest, table.values, row * width);
      expect(factors.map(({ feature }) => feature)).toEqual(expected.map((feature) => table.names[feature]));
      told += factors.length;
    }
    expect(told).toBeGreaterThan(table.rowCount);
  });

  it('go by their names where there are no words for them', () => {
    const [known, unknown] = wordsOf([table.names[0] as string, 'ofAnotherTime']);
    expect(known?.words).not.toBe(known?.name);
    expect(unknown).toMatchObject({ name: 'ofAnotherTime', words: 'ofAnotherTime', unit: '' });
  });
});
