import { expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { probabilitiesOf, probabilityOf, stack } from '../../../src/predict/ensemble.ts';
import { logistic } from '../../../src/predict/logistic.ts';
import { BOOST_DEFAULTS, boost } from '../../../src/predict/trees/boost.ts';
import { FOREST_DEFAULTS, forest } from '../../../src/predict/trees/forest.ts';
import { LOGISTIC } from '../../../src/predict/trees/losses.ts';
import { joinTrees, marginsOf } from '../../../src/predict/trees/tree-ensemble.ts';
import { TreeWalk } from '../../../src/predict/trees/tree-walk.ts';
import { examplesOf } from '../examples.ts';

const train = examplesOf(1_500, 1);
// More rows than a block has, and not a whole number of blocks; a fifth of one feature is missing.
const { table } = examplesOf(333, 2);
const width = table.names.length;
const boosted = boost(train, LOGISTIC, { ...BOOST_DEFAULTS, treeCount: 30 }, createRng(1));
const shares = forest(train, { ...FOREST_DEFAULTS, treeCount: 10 }, createRng(2));

it('trees laid out for walking say exactly what they say one by one', () => {
  for (const trees of [boosted, shares, joinTrees([], 0.5, width)]) {
    const walk = new TreeWalk(trees);
    expect(walk.margins(table.values, table.rowCount, width)).toEqual(marginsOf(trees, table));
    expect(walk.margins(table.values, 1, width)).toEqual(marginsOf(trees, table).slice(0, 1));
    expect(walk.margins(table.values, 0, width)).toHaveLength(0);
  }
});

it('ensembles say of many rows what they say of each', () => {
  const ensemble = stack({ boosted, forest: shares, logistic: logistic(train) }, train.table, train.labels);
  const all = probabilitiesOf(ensemble, table.values, table.rowCount, width);
  all.forEach((chance, row) => {
    expect(chance).toBeCloseTo(probabilityOf(ensemble, table.values, row * width), 12);
  });
});
