import { BIN_COUNT, type BinnedTable } from './bins.ts';

/** Sum of packed gradients in each bin of each feature: cell `feature * BIN_COUNT + bin`. */
export type Histogram = Float64Array;

/** Adds the rows `rows[begin..end)`. The innermost loop of training. */
export function addRows(
  histogram: Histogram,
  { bins, featureCount }: BinnedTable,
  packed: Float64Array,
  rows: Int32Array,
  begin: number,
  end: number,
): void {
  histogram.fill(0);
  for (let at = begin; at < end; at += 1) {
    const row = rows[at] as number;
    const amount = packed[row] as number;
    const first = row * featureCount;
    let cell = 0;
    for (let from = first; from < first + featureCount; from += 1) {
      const place = cell + (bins[from] as number);
      histogram[place] = (histogram[place] as number) + amount;
      cell += BIN_COUNT;
    }
  }
}

/** `from` minus `part`, in place: the other child costs no look at its rows. */
export function subtract(from: Histogram, part: Histogram): void {
  for (let cell = 0; cell < from.length; cell += 1) from[cell] = (from[cell] as number) - (part[cell] as number);
}
