/** A figure at a fixed step. What is not known is NaN. */
export interface RegularSeries {
  readonly id: string;
  /** Of the first value. */
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: Float64Array;
}

/** Means of single readings over steps; steps without a reading are NaN. Readings may come in any order. */
export function regularSeries(
  id: string,
  readings: Iterable<readonly [atMs: number, value: number]>,
  stepMs: number,
): RegularSeries {
  const known = [...readings].filter(([atMs, value]) => Number.isFinite(atMs) && Number.isFinite(value));
  const slots = known.map(([atMs]) => Math.floor(atMs / stepMs));
  const [first, last] = [slots, slots].map((all, end) =>
    all.reduce(
      (most, slot) => (end === 0 ? Math.min(most, slot) : Math.max(most, slot)),
      end === 0 ? Infinity : -Infinity,
    ),
  ) as [number, number];
  const length = known.length === 0 ? 0 : last - first + 1;
  const [sum, count] = [new Float64Array(length), new Uint32Array(length)];
  known.forEach(([, value], at) => {
    const slot = (slots[at] as number) - first;
    sum[slot] = (sum[slot] as number) + value;
    count[slot] = (count[slot] as number) + 1;
  });
  const values = sum.map((total, slot) => ((count[slot] as number) > 0 ? total / (count[slot] as number) : Number.NaN));
  return { id, startMs: length === 0 ? 0 : first * stepMs, stepMs, values };
}

/** Mean of the known values in `[begin, end)`, NaN where there is none; in constant time. */
export class WindowMeans {
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(values: ArrayLike<number>) {
    this.#sums = new Float64Array(values.length + 1);
    this.#counts = new Uint32Array(values.length + 1);
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] as number;
      const isKnown = Number.isFinite(value);
      this.#sums[at + 1] = (this.#sums[at] as number) + (isKnown ? value : 0);
      this.#counts[at + 1] = (this.#counts[at] as number) + (isKnown ? 1 : 0);
    }
  }

  mean(begin: number, end: number): number {
    const [low, high] = [Math.max(0, begin), Math.min(this.#counts.length - 1, end)];
    if (high <= low) return Number.NaN;
    const count = (this.#counts[high] as number) - (this.#counts[low] as number);
    return count === 0 ? Number.NaN : ((this.#sums[high] as number) - (this.#sums[low] as number)) / count;
  }
}

/** Median of the known values in `[begin, end)`, NaN where there is none. */
export function median(values: Float64Array, begin: number, end: number): number {
  const known = values
    .slice(Math.max(0, begin), Math.max(0, end))
    .filter((value) => Number.isFinite(value))
    .sort();
  const middle = known.length >> 1;
  if (known.length === 0) return Number.NaN;
  return known.length % 2 === 1
    ? (known[middle] as number)
    : ((known[middle - 1] as number) + (known[middle] as number)) / 2;
}
