import { BIN_COUNT } from './bins.ts';
import { GRADIENT_UNIT, type Gradients } from './gradients.ts';
import type { Histogram } from './histogram.ts';

export interface Split {
  readonly feature: number;
  /** Rows in this bin or below go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gain: number;
}

export interface SplitRules {
  /** Least sum of hessians on each side. */
  readonly minLeafWeight: number;
  /** Added to the sum of hessians of a leaf: shrinks leaves with little evidence. */
  readonly l2: number;
  readonly minGain: number;
}

/**
 * The split that lowers the loss most, in its second-order approximation (Chen, Guestrin, KDD 2016, eq. 7), with the
 * better side for missing values; null where none gains more than `minGain`.
 */
export function bestSplit(
  histogram: Histogram,
  features: Int32Array,
  units: Pick<Gradients, 'gradientUnit' | 'hessianUnit'>,
  rules: SplitRules,
): Split | null {
  const total = sumOf(histogram, (features[0] as number) * BIN_COUNT);
  const search = new SplitSearch(total, units, rules);
  for (const feature of features) search.scan(histogram, feature);
  return search.best;
}

function sumOf(histogram: Histogram, first: number): number {
  let sum = 0;
  for (let cell = first; cell < first + BIN_COUNT; cell += 1) sum += histogram[cell] as number;
  return sum;
}

class SplitSearch {
  best: Split | null = null;
  readonly #total: number;
  readonly #parentScore: number;
  #bestGain: number;
  readonly #gradientUnit: number;
  readonly #hessianUnit: number;
  readonly #rules: SplitRules;

  constructor(total: number, units: Pick<Gradients, 'gradientUnit' | 'hessianUnit'>, rules: SplitRules) {
    this.#total = total;
    this.#gradientUnit = units.gradientUnit;
    this.#hessianUnit = units.hessianUnit;
    this.#rules = rules;
    this.#bestGain = rules.minGain;
    this.#parentScore = this.#score(total, 0);
  }

  scan(histogram: Histogram, feature: number): void {
    const first = feature * BIN_COUNT;
    const missing = histogram[first] as number;
    let left = 0;
    for (let bin = 1; bin < BIN_COUNT - 1; bin += 1) {
      const amount = histogram[first + bin] as number;
      if (amount === 0) continue;
      left += amount;
      this.#consider(left, feature, bin, false);
      if (missing !== 0) this.#consider(left + missing, feature, bin, true);
    }
  }

  #consider(left: number, feature: number, bin: number, missingLeft: boolean): void {
    const { minLeafWeight } = this.#rules;
    const gain = this.#score(left, minLeafWeight) + this.#score(this.#total - left, minLeafWeight) - this.#parentScore;
    if (gain <= this.#bestGain) return;
    this.#bestGain = gain;
    this.best = { feature, bin, missingLeft, gain };
  }

  /** How much one leaf would lower the loss (times 2); -Infinity where it has too little weight. */
  #score(packed: number, minWeight: number): number {
    const gradients = Math.floor(packed / GRADIENT_UNIT);
    const weight = (packed - gradients * GRADIENT_UNIT) * this.#hessianUnit;
    if (weight < minWeight || weight <= 0) return -Infinity;
    const gradient = gradients * this.#gradientUnit;
    return (gradient * gradient) / (weight + this.#rules.l2);
  }
}
