import type { FeatureTable } from '../feature-table.ts';

/** Bins of one feature: 0 holds what is missing, the others what lies between two cuts. */
export const BIN_COUNT = 64;
const CUT_LIMIT = BIN_COUNT - 2;
/** So many values of a feature say well enough where its quantiles are. */
const SAMPLE_LIMIT = 200_000;

/** Upper ends of the bins of each feature: bin `b >= 1` holds values in (cuts[b - 2], cuts[b - 1]]. */
export type Cuts = readonly Float32Array[];

/** A feature table with every value replaced by its bin, row by row. */
export interface BinnedTable {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly bins: Uint8Array;
  /** The same, feature by feature: rows are told apart by one feature at a time. */
  readonly columns: Uint8Array;
}

/** Cuts at the quantiles of each feature, so that each bin holds about the same number of rows. */
export function quantileCuts(table: FeatureTable): Cuts {
  return table.names.map((_, feature) => cutsOf(knownValues(table, feature)));
}

function knownValues({ values, names, rowCount }: FeatureTable, feature: number): Float32Array {
  const step = Math.max(1, Math.ceil(rowCount / SAMPLE_LIMIT));
  const known = new Float32Array(Math.ceil(rowCount / step));
  let count = 0;
  for (let row = 0; row < rowCount; row += step) {
    const value = values[row * names.length + feature] as number;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  return known.subarray(0, count).sort();
}

function cutsOf(sorted: Float32Array): Float32Array {
  const cuts = new Float32Array(CUT_LIMIT);
  let count = 0;
  const largest = sorted.at(-1);
  for (let quantile = 1; quantile <= CUT_LIMIT; quantile += 1) {
    const value = sorted[Math.floor((quantile * (sorted.length - 1)) / (CUT_LIMIT + 1))];
    // A cut at the largest value would leave nothing on its right.
    if (value === undefined || value === largest) break;
    if (count === 0 || value > (cuts[count - 1] as number)) cuts[count++] = value;
  }
  return cuts.slice(0, count);
}

/** The bin of each value under given cuts: training and validation data share the cuts of the former. */
export function binned({ values, names, rowCount }: FeatureTable, cuts: Cuts): BinnedTable {
  const featureCount = names.length;
  const bins = new Uint8Array(rowCount * featureCount);
  const columns = new Uint8Array(bins.length);
  for (let feature = 0; feature < featureCount; feature += 1) {
    const own = cuts[feature] as Float32Array;
    for (let row = 0; row < rowCount; row += 1) {
      const at = row * featureCount + feature;
      const bin = binOf(values[at] as number, own);
      bins[at] = bin;
      columns[feature * rowCount + row] = bin;
    }
  }
  return { rowCount, featureCount, bins, columns };
}

function binOf(value: number, cuts: Float32Array): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (cuts[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}
