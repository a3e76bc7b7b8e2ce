import type { Rng } from '../../core/rng.ts';
import type { FeatureTable } from '../feature-table.ts';
import { binned, quantileCuts } from './bins.ts';
import { createGradients, ditherOf, type Gradients, pack } from './gradients.ts';
import { type GrowRules, TreeGrower } from './grow.ts';
import { sampleFeatures, sampleRows } from './sampling.ts';
import { joinTrees, marginOf, type TreeEnsemble } from './tree-ensemble.ts';

/** What the trees are to say of a row. */
export interface Loss {
  /** The constant margin that fits best. */
  start(labels: Float32Array, weights: Float32Array): number;
  /** Gradient and hessian of the loss of one row in its margin. */
  derive(margins: Float64Array, labels: Float32Array, weights: Float32Array, into: Gradients): void;
  /** The best step for rows that share a leaf, where a Newton step is not: from the labels less the margins. */
  readonly leaf?: (residuals: Float64Array) => number;
  /** Mean loss. */
  mean(margins: Float64Array, labels: Float32Array, weights: Float32Array): number;
}

/** Rows with what is to be learnt of them. */
export interface Examples {
  readonly table: FeatureTable;
  readonly labels: Float32Array;
  /** All 1 where missing. */
  readonly weights?: Float32Array;
}

export interface BoostSettings extends GrowRules {
  readonly treeCount: number;
  /** Share of the rows that each tree sees, 0..1. */
  readonly rowShare: number;
  /** Share of the features that each tree may split on, 0..1. */
  readonly featureShare: number;
  /** Training ends when the validation loss has not improved for so many trees. */
  readonly patience: number;
}

export const BOOST_DEFAULTS: BoostSettings = {
  treeCount: 400,
  maxDepth: 6,
  learningRate: 0.06,
  rowShare: 0.8,
  featureShare: 0.8,
  minLeafWeight: 5,
  l2: 1,
  minGain: 0,
  patience: 30,
};

export interface BoostOptions {
  /** Decides when to stop; never trained on. */
  readonly validation?: Examples;
  readonly onTree?: (done: number, validationLoss: number | null) => void;
  readonly signal?: AbortSignal;
}

/**
 * Gradient-boosted trees on histograms (Friedman 2001; Ke et al., NIPS 2017). Stops early by the validation set and
 * then keeps the trees up to its lowest loss.
 *
 * @throws what `signal` holds as its reason when it is aborted
 */
export function boost(
  examples: Examples,
  loss: Loss,
  settings: BoostSettings,
  rng: Rng,
  options: BoostOptions = {},
): TreeEnsemble {
  const { table, labels, weights = ones(labels) } = examples;
  const cuts = quantileCuts(table);
  const gradients = createGradients(table.rowCount);
  const base = Math.fround(loss.start(labels, weights));
  const margins = new Float64Array(table.rowCount).fill(base);
  const rules = { ...settings, ...leafRule(loss, labels, margins) };
  const grower = new TreeGrower(binned(table, cuts), cuts, gradients, rules);
  const watch = options.validation === undefined ? null : new ValidationWatch(options.validation, loss, base);
  const dither = ditherOf(rng.fork('rounding'));
  const trees: TreeEnsemble[] = [];
  while (trees.length < settings.treeCount && (watch === null || watch.idleFor < settings.patience)) {
    options.signal?.throwIfAborted();
    loss.derive(margins, labels, weights, gradients);
    pack(gradients, dither, rng.below(dither.length));
    const tree = growOne(grower, table, margins, settings, rng);
    trees.push(tree);
    const validationLoss = watch === null ? null : watch.see(tree);
    options.onTree?.(trees.length, validationLoss);
  }
  return joinTrees(watch === null ? trees : trees.slice(0, watch.bestCount), base, table.names.length);
}

function leafRule({ leaf }: Loss, labels: Float32Array, margins: Float64Array): Pick<GrowRules, 'leafOf'> {
  if (leaf === undefined) return {};
  const residual = (row: number) => (labels[row] as number) - (margins[row] as number);
  return { leafOf: (rows) => leaf(Float64Array.from(rows, residual)) };
}

/** One more tree, whose leaves are added to the margins of all rows, those it did not see included. */
function growOne(
  grower: TreeGrower,
  table: FeatureTable,
  margins: Float64Array,
  { rowShare, featureShare }: BoostSettings,
  rng: Rng,
): TreeEnsemble {
  const width = table.names.length;
  const { chosen, rest } = sampleRows(table.rowCount, rowShare, rng);
  const features = sampleFeatures(width, featureShare, rng);
  const tree = grower.grow(
    chosen,
    () => features,
    (value, rows) => {
      for (const row of rows) margins[row] = (margins[row] as number) + value;
    },
  );
  for (const row of rest) {
    margins[row] = (margins[row] as number) + marginOf(tree, table.values, row * width);
  }
  return tree;
}

/** The loss on rows that are not trained on, tree by tree. */
class ValidationWatch {
  bestCount = 0;
  idleFor = 0;
  readonly #examples: Required<Examples>;
  readonly #loss: Loss;
  readonly #margins: Float64Array;
  #bestLoss: number;
  #count = 0;

  constructor(examples: Examples, loss: Loss, base: number) {
    this.#examples = { weights: ones(examples.labels), ...examples };
    this.#loss = loss;
    this.#margins = new Float64Array(examples.labels.length).fill(base);
    this.#bestLoss = this.#mean();
  }

  /** Adds a tree; answers the loss with it. */
  see(tree: TreeEnsemble): number {
    const { table } = this.#examples;
    for (let row = 0; row < table.rowCount; row += 1) {
      this.#margins[row] = (this.#margins[row] as number) + marginOf(tree, table.values, row * table.names.length);
    }
    this.#count += 1;
    this.idleFor += 1;
    const mean = this.#mean();
    if (mean < this.#bestLoss) {
      this.#bestLoss = mean;
      this.bestCount = this.#count;
      this.idleFor = 0;
    }
    return mean;
  }

  #mean(): number {
    return this.#loss.mean(this.#margins, this.#examples.labels, this.#examples.weights);
  }
}

function ones(labels: Float32Array): Float32Array {
  return new Float32Array(labels.length).fill(1);
}
