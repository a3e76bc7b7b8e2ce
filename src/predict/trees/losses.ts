import type { Loss } from './boost.ts';

/** Probability from log odds. */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Log odds from a probability, kept finite. */
export function logit(probability: number): number {
  const kept = Math.min(1 - 1e-12, Math.max(1e-12, probability));
  return Math.log(kept / (1 - kept));
}

/** Log loss of labels 0 and 1; margins are log odds. */
export const LOGISTIC: Loss = {
  start: (labels, weights) => logit(weightedMean(labels, weights)),
  derive(margins, labels, weights, { gradient, hessian }) {
    for (let row = 0; row < margins.length; row += 1) {
      const probability = sigmoid(margins[row] as number);
      const weight = weights[row] as number;
      gradient[row] = weight * (probability - (labels[row] as number));
      hessian[row] = weight * Math.max(1e-16, probability * (1 - probability));
    }
  },
  mean: (margins, labels, weights) =>
    meanOf(margins, weights, (margin, row) => Math.log1p(Math.exp(labels[row] === 1 ? -margin : margin))),
};

/** Half the squared error; margins are values. */
export const SQUARED: Loss = {
  start: weightedMean,
  derive(margins, labels, weights, { gradient, hessian }) {
    for (let row = 0; row < margins.length; row += 1) {
      gradient[row] = (weights[row] as number) * ((margins[row] as number) - (labels[row] as number));
      hessian[row] = weights[row] as number;
    }
  },
  mean: (margins, labels, weights) =>
    meanOf(margins, weights, (margin, row) => (margin - (labels[row] as number)) ** 2 / 2),
};

/** Pinball loss: margins are the `share` quantile (Koenker, Bassett 1978). A leaf steps to the quantile of its residuals. */
export function quantileLoss(share: number): Loss {
  return {
    start: (labels) => quantileOf(labels, share),
    leaf: (residuals) => quantileOf(residuals, share),
    derive(margins, labels, weights, { gradient, hessian }) {
      for (let row = 0; row < margins.length; row += 1) {
        const isAbove = (labels[row] as number) > (margins[row] as number);
        gradient[row] = (weights[row] as number) * (isAbove ? -share : 1 - share);
        hessian[row] = weights[row] as number;
      }
    },
    mean: (margins, labels, weights) =>
      meanOf(margins, weights, (margin, row) => {
        const error = (labels[row] as number) - margin;
        return error > 0 ? share * error : (share - 1) * error;
      }),
  };
}

function quantileOf(values: Float32Array | Float64Array, share: number): number {
  return values.toSorted()[Math.floor(share * (values.length - 1))] ?? 0;
}

function weightedMean(labels: Float32Array, weights: Float32Array): number {
  return meanOf(labels, weights, (label) => label);
}

function meanOf(
  values: Float32Array | Float64Array,
  weights: Float32Array,
  measure: (value: number, row: number) => number,
): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row += 1) {
    const weight = weights[row] as number;
    sum += weight * measure(values[row] as number, row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
