import type { RangeAnswer, RangeQuery, SeriesRange } from '../../src/history/history.ts';
import type { HistoryRecord } from '../../src/store/history-record.ts';

export interface Bucket {
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: number | null;
}

const EMPTY: Bucket = { count: 0, min: null, max: null, mean: null, last: null };

/** Every bucket of one series straight from the records. */
export function expectedBuckets(
  records: readonly HistoryRecord[],
  answer: Pick<RangeAnswer, 'fromMs' | 'stepMs' | 'buckets'>,
  { kind }: Pick<RangeQuery, 'kind'>,
  { id, metric }: Pick<SeriesRange, 'id' | 'metric'>,
): Bucket[] {
  const points = records
    .filter((record) => record.kind === kind && record.id === id && metric in record.values)
    .map((record) => ({ atMs: record.atMs, value: record.values[metric] as number }))
    .sort((x, y) => x.atMs - y.atMs);
  return Array.from({ length: answer.buckets }, (_, index) => {
    const fromMs = answer.fromMs + index * answer.stepMs;
    const values = points.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + answer.stepMs).map((p) => p.value);
    if (values.length === 0) return EMPTY;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      count: values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      mean,
      last: values.at(-1) ?? null,
    };
  });
}

export function bucketsOf(series: SeriesRange): Bucket[] {
  return series.count.map((count, index) => ({
    count,
    min: series.min[index] ?? null,
    max: series.max[index] ?? null,
    mean: series.mean[index] ?? null,
    last: series.last[index] ?? null,
  }));
}

/** Percentile by linear interpolation between ranks. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((x, y) => x - y);
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] as number;
  const high = sorted[Math.ceil(rank)] as number;
  return low + (high - low) * (rank - Math.floor(rank));
}
