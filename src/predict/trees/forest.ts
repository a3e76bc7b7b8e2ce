import type { Rng } from '../../core/rng.ts';
import { binned, quantileCuts } from './bins.ts';
import type { Examples } from './boost.ts';
import { createGradients, ditherOf, pack } from './gradients.ts';
import { type GrowRules, TreeGrower } from './grow.ts';
import { bootstrapRows, sampleFeatures } from './sampling.ts';
import { joinTrees, type TreeEnsemble } from './tree-ensemble.ts';

export interface ForestSettings extends Pick<GrowRules, 'maxDepth' | 'minLeafWeight'> {
  readonly treeCount: number;
  /** Share of the features that each node may be split on, 0..1. */
  readonly featureShare: number;
}

export const FOREST_DEFAULTS: ForestSettings = { treeCount: 100, maxDepth: 10, minLeafWeight: 10, featureShare: 0.4 };

/**
 * A random forest (Breiman 2001) whose margin is the mean label of the leaves a row ends in: with labels 0 and 1 the
 * probability. It grows on the same histograms as boosting does: least squares on 0 and 1 splits as the Gini index.
 */
export function forest(
  { table, labels, weights }: Examples,
  settings: ForestSettings,
  rng: Rng,
  onTree?: (done: number) => void,
): TreeEnsemble {
  const gradients = createGradients(table.rowCount);
  gradients.gradient.set(labels.map((label, row) => -label * (weights?.[row] ?? 1)));
  gradients.hessian.set(weights ?? new Float32Array(table.rowCount).fill(1));
  pack(gradients, ditherOf(rng.fork('rounding')), 0);
  const cuts = quantileCuts(table);
  const rules: GrowRules = { ...settings, learningRate: 1 / settings.treeCount, l2: 0, minGain: 0 };
  const grower = new TreeGrower(binned(table, cuts), cuts, gradients, rules);
  const trees = Array.from({ length: settings.treeCount }, (_, done) => {
    const featuresOf = () => sampleFeatures(table.names.length, settings.featureShare, rng);
    const tree = grower.grow(bootstrapRows(table.rowCount, rng), featuresOf, () => {});
    onTree?.(done + 1);
    return tree;
  });
  return joinTrees(trees, 0, table.names.length);
}
