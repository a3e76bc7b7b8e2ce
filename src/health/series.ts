import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import type { InterfaceSample } from '../telemetry/sample.ts';

/**
 * Counters of one interface as sums over time, so that two ends can be compared over the same stretch of time.
 * A point is `[atMs, ...one sum per counter]`.
 */
export const SeriesSchema = Type.Object({
  points: Type.Array(Type.Array(Type.Number(), { minItems: 7, maxItems: 7 }), { maxItems: 64 }),
  /** Per counter: since when it was read without a gap; null while it is missing. */
  since: Type.Array(nullable(Type.Number()), { minItems: 6, maxItems: 6 }),
});
export type Series = Static<typeof SeriesSchema>;

/** Columns of a point. */
export const COLUMN = { out: 1, outDiscards: 2, outErrors: 3, in: 4, inErrors: 5, inOther: 6 } as const;
export type Column = (typeof COLUMN)[keyof typeof COLUMN];
const COLUMN_NAMES = [
  '',
  'outPackets',
  'outDiscards',
  'outErrors',
  'inPackets',
  'inErrors',
  'inDiscards or inUnknownProtos',
];

/** Points kept per window: bounds memory however fast the samples come. */
const POINTS_PER_WINDOW = 16;

export function newSeries(): Series {
  return { points: [], since: [null, null, null, null, null, null] };
}

/** Adds what the sample counted; a first reading or a gap starts anew. `windowMs` is what readers will ask for. */
export function addToSeries(series: Series, sample: InterfaceSample, windowMs: number): void {
  const { atMs, intervalMs } = sample;
  const startMs = atMs - (intervalMs ?? 0);
  if (intervalMs === null || startMs >= atMs) {
    restart(series, atMs);
    return;
  }
  const last = series.points.at(-1);
  // Clocks of collectors jitter; half an interval off means that a sample is missing or overlaps.
  if (!last || Math.abs((last[0] as number) - startMs) > intervalMs / 2 || isFull(last)) restart(series, startMs);
  append(series, sample);
  thin(series, windowMs, intervalMs);
}

/** Sums near the end of the exact integers would lose packets. */
function isFull(point: readonly number[]): boolean {
  return point.some((sum) => sum > Number.MAX_SAFE_INTEGER / 2);
}

function restart(series: Series, atMs: number): void {
  series.points = [[atMs, 0, 0, 0, 0, 0, 0]];
  series.since.fill(atMs);
}

function append(series: Series, sample: InterfaceSample): void {
  const last = series.points[series.points.length - 1] as number[];
  const other =
    sample.inDiscards === null || sample.inUnknownProtos === null ? null : sample.inDiscards + sample.inUnknownProtos;
  series.points.push([
    sample.atMs,
    count(series, last, COLUMN.out, sample.outPackets),
    count(series, last, COLUMN.outDiscards, sample.outDiscards),
    count(series, last, COLUMN.outErrors, sample.outErrors),
    count(series, last, COLUMN.in, sample.inPackets),
    count(series, last, COLUMN.inErrors, sample.inErrors),
    count(series, last, COLUMN.inOther, other),
  ]);
}

function count(series: Series, last: readonly number[], column: Column, amount: number | null): number {
  const before = last[column] as number;
  if (amount === null || amount > Number.MAX_SAFE_INTEGER / 4) {
    series.since[column - 1] = null;
    return before;
  }
  if (series.since[column - 1] === null) series.since[column - 1] = last[0] as number;
  return before + amount;
}

function thin(series: Series, windowMs: number, intervalMs: number): void {
  const { points } = series;
  const newest = points[points.length - 1] as number[];
  const third = points[points.length - 3];
  // The middle one of three close points goes; the newest always stays.
  if (third && (newest[0] as number) - (third[0] as number) < windowMs / POINTS_PER_WINDOW) {
    points.splice(points.length - 2, 1);
  }
  const keepFromMs = (newest[0] as number) - windowMs - 2 * intervalMs;
  while (points.length > 2 && ((points[1] as number[])[0] as number) <= keepFromMs) points.shift();
  if (points.length > 64) points.shift();
}

/** Index of the newest point at or before the time; -1 when there is none. */
export function pointBefore(series: Series, atMs: number): number {
  const { points } = series;
  let index = points.length - 1;
  while (index >= 0 && ((points[index] as number[])[0] as number) > atMs) index -= 1;
  return index;
}

/** The first of the columns that was not counted all the time since `fromMs`, by name; null when all were. */
export function missingColumn(series: Series, columns: readonly Column[], fromMs: number): string | null {
  for (const column of columns) {
    const since = series.since[column - 1];
    if (since === null || since === undefined) return `${COLUMN_NAMES[column]} is not measured`;
    if (since > fromMs) return `${COLUMN_NAMES[column]} was not measured all the time`;
  }
  return null;
}

/** Growth of a column between two points. */
export function growth(series: Series, column: Column, from: number, to: number): number {
  const { points } = series;
  return ((points[to] as number[])[column] as number) - ((points[from] as number[])[column] as number);
}

/** Sum of two columns at a time between two points, by linear interpolation. The time must lie within the series. */
export function sumAt(series: Series, first: Column, second: Column, atMs: number): number {
  const { points } = series;
  const index = pointBefore(series, atMs);
  const before = points[index] as number[];
  const sum = (before[first] as number) + (before[second] as number);
  const after = points[index + 1];
  if (!after || before[0] === atMs) return sum;
  const share = (atMs - (before[0] as number)) / ((after[0] as number) - (before[0] as number));
  return sum + share * ((after[first] as number) + (after[second] as number) - sum);
}

/** Packets per ms of a column between point `index` and the next; null outside. */
function rateAfter(series: Series, column: Column, index: number): number | null {
  const from = series.points[index];
  const to = series.points[index + 1];
  if (!from || !to) return null;
  return ((to[column] as number) - (from[column] as number)) / ((to[0] as number) - (from[0] as number));
}

/**
 * Most packets by which the interpolation at a time can be wrong when the rate steps once between the rates seen
 * around it: |step| x L x f x (1 - f), for an interval of length L cut at fraction f (chord of a two-piece line).
 */
export function interpolationError(series: Series, column: Column, atMs: number): number {
  const index = pointBefore(series, atMs);
  const before = series.points[index];
  const after = series.points[index + 1];
  if (!before || !after || before[0] === atMs) return 0;
  const length = (after[0] as number) - (before[0] as number);
  const part = (atMs - (before[0] as number)) / length;
  const here = rateAfter(series, column, index) as number;
  const previous = rateAfter(series, column, index - 1) ?? here;
  const next = rateAfter(series, column, index + 1) ?? here;
  const spread = Math.max(here, previous, next) - Math.min(here, previous, next);
  return spread * length * part * (1 - part);
}

/** Rate of a column around a time, packets per ms. */
export function rateAt(series: Series, column: Column, atMs: number): number {
  const index = Math.min(pointBefore(series, atMs), series.points.length - 2);
  return rateAfter(series, column, index) ?? 0;
}
