/** Rows whose probabilities lie together, and how often it came true. */
export interface CalibrationBin {
  readonly count: number;
  /** Mean probability that was given, 0..1. */
  readonly predicted: number;
  /** Share that came true, 0..1. */
  readonly observed: number;
}

/** Bins with the same number of rows each, by rising probability. */
export function calibrationBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  binCount = 15,
): CalibrationBin[] {
  const order = Uint32Array.from({ length: probabilities.length }, (_, row) => row).sort(
    (x, y) => (probabilities[x] as number) - (probabilities[y] as number),
  );
  return Array.from({ length: binCount }, (_, bin) => {
    const own = order.slice(
      Math.floor((bin * order.length) / binCount),
      Math.floor(((bin + 1) * order.length) / binCount),
    );
    const mean = (values: ArrayLike<number>) => own.reduce((sum, row) => sum + (values[row] as number), 0) / own.length;
    return { count: own.length, predicted: mean(probabilities), observed: mean(labels) };
  }).filter(({ count }) => count > 0);
}

/** Expected calibration error: mean distance of predicted from observed over the bins (Naeini et al., AAAI 2015). */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, predicted, observed }) => sum + (count / total) * Math.abs(predicted - observed),
    0,
  );
}

/** Mean squared distance of probabilities from what came (Brier 1950). */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < probabilities.length; row += 1) {
    sum += ((probabilities[row] as number) - (labels[row] as number)) ** 2;
  }
  return sum / probabilities.length;
}

/** By how much the Brier score is better than that of always saying the prevalence: 1 is perfect, 0 no skill. */
export function brierSkill(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const prevalence = Array.from(labels).reduce((sum, label) => sum + label, 0) / labels.length;
  return 1 - brierScore(probabilities, labels) / (prevalence * (1 - prevalence));
}
