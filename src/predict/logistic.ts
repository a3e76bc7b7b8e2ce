import type { FeatureTable } from './feature-table.ts';
import type { Examples } from './trees/boost.ts';
import { sigmoid } from './trees/losses.ts';

/** Log odds as a weighted sum of standardised features; a missing value counts as the mean. */
export interface LogisticModel {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly weight: Float64Array;
  readonly bias: number;
  /** Standardised values count as at most so far from the mean: a single wild reading must not decide. */
  readonly clip: number;
}

export interface LogisticSettings {
  /** Penalty on squared weights, per row. */
  readonly l2: number;
  readonly maxSteps: number;
  readonly clip: number;
}

export const LOGISTIC_DEFAULTS: LogisticSettings = { l2: 1e-3, maxSteps: 25, clip: 5 };
const ENOUGH = 1e-8;

/** Log odds of the row that begins at `at` of `values`. */
export function logisticMargin(model: LogisticModel, values: Float32Array, at = 0): number {
  let sum = model.bias;
  for (let feature = 0; feature < model.weight.length; feature += 1) {
    sum += (model.weight[feature] as number) * standardised(model, values[at + feature] as number, feature);
  }
  return sum;
}

/** Distance of a feature from its mean in usual deviations, as it counts; 0 where it is missing. */
export function standardised({ mean, scale, clip }: LogisticModel, value: number, feature: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-clip, Math.min(clip, (value - (mean[feature] as number)) / (scale[feature] as number)));
}

/** Logistic regression by Newton's method (iteratively reweighted least squares; Hastie et al., ESL 4.4.1). */
export function logistic(
  { table, labels, weights }: Examples,
  settings: LogisticSettings = LOGISTIC_DEFAULTS,
): LogisticModel {
  const width = table.names.length;
  const model = { ...moments(table), weight: new Float64Array(width), bias: 0, clip: settings.clip };
  for (let step = 0; step < settings.maxSteps; step += 1) {
    const change = newtonStep(
      model,
      { table, labels, weights: weights ?? new Float32Array(labels.length).fill(1) },
      settings.l2,
    );
    for (let feature = 0; feature < width; feature += 1) {
      model.weight[feature] = (model.weight[feature] as number) + (change[feature] as number);
    }
    model.bias += change[width] as number;
    if (change.every((amount) => Math.abs(amount) < ENOUGH)) break;
  }
  return model;
}

function moments({ values, names, rowCount }: FeatureTable): { mean: Float64Array; scale: Float64Array } {
  const width = names.length;
  const [mean, scale] = [new Float64Array(width), new Float64Array(width)];
  for (let feature = 0; feature < width; feature += 1) {
    let [count, sum, squares] = [0, 0, 0];
    for (let row = 0; row < rowCount; row += 1) {
      const value = values[row * width + feature] as number;
      if (!Number.isFinite(value)) continue;
      count += 1;
      const off = value - sum;
      sum += off / count;
      squares += off * (value - sum);
    }
    mean[feature] = sum;
    scale[feature] = count > 0 && squares > 0 ? Math.sqrt(squares / count) : 1;
  }
  return { mean, scale };
}

function newtonStep(model: LogisticModel, { table, labels, weights }: Required<Examples>, l2: number): Float64Array {
  const width = table.names.length;
  const size = width + 1;
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const row = new Float64Array(size).fill(1);
  let total = 0;
  for (let at = 0; at < table.rowCount; at += 1) {
    let margin = model.bias;
    for (let feature = 0; feature < width; feature += 1) {
      const value = standardised(model, table.values[at * width + feature] as number, feature);
      row[feature] = value;
      margin += value * (model.weight[feature] as number);
    }
    const probability = sigmoid(margin);
    const weight = weights[at] as number;
    total += weight;
    addRow(
      slope,
      curvature,
      row,
      weight * ((labels[at] as number) - probability),
      weight * probability * (1 - probability),
    );
  }
  for (let feature = 0; feature < width; feature += 1) {
    slope[feature] = (slope[feature] as number) - l2 * total * (model.weight[feature] as number);
    curvature[feature * size + feature] = (curvature[feature * size + feature] as number) + l2 * total;
  }
  // Keeps the bias solvable when all labels are the same.
  curvature[size * size - 1] = (curvature[size * size - 1] as number) + 1e-9 * total;
  return solveSymmetric(curvature, slope);
}

function addRow(slope: Float64Array, curvature: Float64Array, row: Float64Array, residual: number, weight: number) {
  const size = row.length;
  for (let i = 0; i < size; i += 1) {
    const own = row[i] as number;
    slope[i] = (slope[i] as number) + residual * own;
    const scaled = weight * own;
    for (let j = 0; j <= i; j += 1) {
      curvature[i * size + j] = (curvature[i * size + j] as number) + scaled * (row[j] as number);
    }
  }
}

/** Solves A x = b for a symmetric positive definite A given by its lower half, by Cholesky's decomposition, in place. */
function solveSymmetric(a: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = a[i * size + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (a[i * size + k] as number) * (a[j * size + k] as number);
      a[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (a[j * size + j] as number);
    }
  }
  const x = b.slice();
  for (let i = 0; i < size; i += 1) {
    for (let k = 0; k < i; k += 1) x[i] = (x[i] as number) - (a[i * size + k] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (a[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < size; k += 1) x[i] = (x[i] as number) - (a[k * size + i] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (a[i * size + i] as number);
  }
  return x;
}
