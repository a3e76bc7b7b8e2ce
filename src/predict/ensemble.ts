import type { FeatureTable } from './feature-table.ts';
import { LOGISTIC_DEFAULTS, type LogisticModel, logistic, logisticMargin } from './logistic.ts';
import { logit, sigmoid } from './trees/losses.ts';
import { marginOf, type TreeEnsemble } from './trees/tree-ensemble.ts';
import { walkOf } from './trees/tree-walk.ts';

/** Forests answer 0 for what they never saw; nothing is that certain, and its log odds would drown the other members. */
export const FOREST_FLOOR = 1e-4;

/**
 * Enough to keep members that say the same apart. The penalty counts per unit of weight, and nearly all of the weight lies on
 * calm rows: that of a regression on features (1e-3) outweighed the few rows before failures, and made high chances too low by
 * half.
 */
const STACK_L2 = 1e-6;

/** The single models of an ensemble, each with log odds of its own. */
export interface Members {
  readonly boosted: TreeEnsemble;
  readonly forest: TreeEnsemble;
  readonly logistic: LogisticModel;
}

export const MEMBER_NAMES = ['boosted', 'forest', 'logistic'] as const satisfies (keyof Members)[];

/** Members, and how their log odds are weighed: probability = sigmoid(bias + sum of weight x log odds). */
export interface Ensemble {
  readonly members: Members;
  readonly weights: readonly number[];
  readonly bias: number;
}

/** Log odds of each member for the row that begins at `at` of `values`. */
export function memberMargins({ boosted, forest, logistic: linear }: Members, values: Float32Array, at = 0): number[] {
  const share = marginOf(forest, values, at);
  return [marginOf(boosted, values, at), shareLogit(share), logisticMargin(linear, values, at)];
}

function shareLogit(share: number): number {
  return logit(Math.min(1 - FOREST_FLOOR, Math.max(FOREST_FLOOR, share)));
}

/** Probability (0..1) of the row that begins at `at` of `values`. */
export function probabilityOf({ members, weights, bias }: Ensemble, values: Float32Array, at = 0): number {
  const margins = memberMargins(members, values, at);
  return sigmoid(margins.reduce((sum, margin, member) => sum + (weights[member] as number) * margin, bias));
}

/** The same for rows of `width` values each, one after the other: several times as quick a row. */
export function probabilitiesOf(
  { members, weights, bias }: Ensemble,
  values: Float32Array,
  rowCount: number,
  width: number,
): Float64Array {
  const [boosted, forest, linear] = weights as [number, number, number];
  const margins = walkOf(members.boosted).margins(values, rowCount, width);
  const shares = walkOf(members.forest).margins(values, rowCount, width);
  // A member that weighs nothing is not asked: often the regression, whose rows cost as much as dozens of trees.
  const linearAt = (row: number) => (linear === 0 ? 0 : linear * logisticMargin(members.logistic, values, row * width));
  return margins.map((margin, row) => {
    const own = bias + boosted * margin + forest * shareLogit(shares[row] as number);
    return sigmoid(own + linearAt(row));
  });
}

/**
 * Weighs members and calibrates the whole in one fit on rows that none of them was trained on: a logistic regression
 * on their log odds (stacking, Wolpert 1992; with one member it is Platt's scaling, 1999). Members that would weigh
 * less than nothing are left out: their sign would only mend another's overfitting. Rows that stand for more than
 * themselves, because others like them were left out, say so by their weights.
 */
export function stack(
  members: Members,
  table: FeatureTable,
  labels: Float32Array,
  rowWeights?: Float32Array,
): Ensemble {
  let used = MEMBER_NAMES.map((_, member) => member);
  const margins = marginTable(members, table);
  for (;;) {
    const { weights, bias } = fitted(margins, labels, used, rowWeights);
    const kept = used.filter((_, at) => (weights[at] as number) > 0);
    if (kept.length === used.length || kept.length === 0) {
      return { members, weights: MEMBER_NAMES.map((_, member) => weights[used.indexOf(member)] ?? 0), bias };
    }
    used = kept;
  }
}

function marginTable(members: Members, table: FeatureTable): FeatureTable {
  const width = table.names.length;
  const values = new Float32Array(table.rowCount * MEMBER_NAMES.length);
  for (let row = 0; row < table.rowCount; row += 1) {
    values.set(memberMargins(members, table.values, row * width), row * MEMBER_NAMES.length);
  }
  return { names: MEMBER_NAMES, rowCount: table.rowCount, values };
}

function fitted(
  margins: FeatureTable,
  labels: Float32Array,
  used: readonly number[],
  rowWeights: Float32Array | undefined,
) {
  const values = new Float32Array(margins.rowCount * used.length);
  for (let row = 0; row < margins.rowCount; row += 1) {
    used.forEach((member, at) => {
      values[row * used.length + at] = margins.values[row * MEMBER_NAMES.length + member] as number;
    });
  }
  const table = { names: used.map((member) => MEMBER_NAMES[member] as string), rowCount: margins.rowCount, values };
  const examples = rowWeights === undefined ? { table, labels } : { table, labels, weights: rowWeights };
  const model = logistic(examples, { ...LOGISTIC_DEFAULTS, l2: STACK_L2, clip: Infinity });
  const weights = Array.from(model.weight, (weight, at) => weight / (model.scale[at] as number));
  const bias = weights.reduce((sum, weight, at) => sum - weight * (model.mean[at] as number), model.bias);
  return { weights, bias };
}
