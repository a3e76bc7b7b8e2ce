import type { Rng } from '../../core/rng.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 500;

/**
 * A 95 % interval by the percentile bootstrap over whole groups (links, episodes): rows of one group belong together
 * and are drawn together (Davison, Hinkley 1997, 2.4 and 3.8). Values that are no number are left out.
 */
export function bootstrapInterval(
  groupCount: number,
  measure: (groups: Int32Array) => number,
  rng: Rng,
  resamples = RESAMPLES,
): Interval {
  const groups = new Int32Array(groupCount);
  const values: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    for (let at = 0; at < groupCount; at += 1) groups[at] = rng.below(groupCount);
    const value = measure(groups);
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((x, y) => x - y);
  const quantile = (share: number) => values[Math.floor(share * (values.length - 1))] ?? Number.NaN;
  return { low: quantile(0.025), high: quantile(0.975) };
}

/** Rows of groups counted by how high they score, so that a resample costs a few hundred additions a group. */
export class GroupedRanking {
  readonly #bins: number;
  readonly #positives: Float64Array;
  readonly #counts: Float64Array;
  readonly groupCount: number;

  /** `groups` says which group each row is of, 0..groupCount - 1. */
  constructor(scores: Float32Array, labels: ArrayLike<number>, groups: Int32Array, groupCount: number, bins = 300) {
    this.groupCount = groupCount;
    this.#bins = bins;
    this.#positives = new Float64Array(groupCount * bins);
    this.#counts = new Float64Array(groupCount * bins);
    const cuts = tailCuts(scores, bins);
    for (let row = 0; row < scores.length; row += 1) {
      const at = (groups[row] as number) * bins + binOf(scores[row] as number, cuts);
      this.#counts[at] = (this.#counts[at] as number) + 1;
      this.#positives[at] = (this.#positives[at] as number) + (labels[row] as number);
    }
  }

  /** Average precision of the rows of these groups; rows of one bin count as ties. */
  averagePrecision(groups: Int32Array): number {
    const [positives, counts] = [new Float64Array(this.#bins), new Float64Array(this.#bins)];
    for (const group of groups) {
      const from = group * this.#bins;
      for (let bin = 0; bin < this.#bins; bin += 1) {
        positives[bin] = (positives[bin] as number) + (this.#positives[from + bin] as number);
        counts[bin] = (counts[bin] as number) + (this.#counts[from + bin] as number);
      }
    }
    let [found, seen, area] = [0, 0, 0];
    for (let bin = this.#bins - 1; bin >= 0; bin -= 1) {
      found += positives[bin] as number;
      seen += counts[bin] as number;
      if (seen > 0) area += (positives[bin] as number) * (found / seen);
    }
    return area / found;
  }
}

/** Lower ends of the bins but the first: dense where scores are high, since precision is decided there. */
function tailCuts(scores: Float32Array, bins: number): Float32Array {
  const sorted = scores.slice().sort();
  const last = sorted.length - 1;
  return Float32Array.from({ length: bins - 1 }, (_, at) => {
    const share = sorted.length ** (-(at + 1) / (bins - 1));
    return sorted[last - Math.min(last, Math.floor(share * sorted.length))] as number;
  });
}

function binOf(score: number, cuts: Float32Array): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (score >= (cuts[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
