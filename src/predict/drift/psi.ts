/** Bins of a feature's distribution, by quantiles; beside them one for what is not known. */
const BINS = 10;
/** A bin that nobody was seen in is given this share, so that one row in it is no infinite surprise. */
const FLOOR = 1e-3;

/** Upper edges of all bins but the last. Where many values are the same, their bins become one. */
export function quantileEdges(values: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const edges = Array.from({ length: BINS - 1 }, (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)]);
  return [...new Set(edges.filter((edge) => edge !== undefined && edge < (sorted.at(-1) as number)))] as number[];
}

/** How many bins these edges make, the one for unknown values included. */
export function binCount(edges: readonly number[]): number {
  return edges.length + 2;
}

/** The place of a value among the bins of these edges; the last one is for what is not known. */
export function binOf(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  const place = edges.findIndex((edge) => value <= edge);
  return place < 0 ? edges.length : place;
}

/**
 * Population stability index of two counts over the same bins: sum of (now - then) ln(now / then) over the shares.
 * Below 0.1 nothing changed, above 0.25 much did (Siddiqi, Credit Risk Scorecards, 2006). 0 where either is empty.
 */
export function stabilityIndex(then: ArrayLike<number>, now: ArrayLike<number>): number {
  const [before, after] = [totalOf(then), totalOf(now)];
  if (before === 0 || after === 0) return 0;
  let sum = 0;
  for (let bin = 0; bin < then.length; bin += 1) {
    const was = Math.max(FLOOR, (then[bin] as number) / before);
    const is = Math.max(FLOOR, (now[bin] as number) / after);
    sum += (is - was) * Math.log(is / was);
  }
  return sum;
}

function totalOf(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((sum, count) => sum + count, 0);
}
