import type { RangeAnswer, RangeQuery, SeriesRange } from '../history/history.ts';
import { inputError } from './problem.ts';
import type { HistoryQuery } from './schemas/history.ts';

const DAY_MS = 86_400_000;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS } as const;
/** Where no step is asked for: about as many buckets as a chart has pixels, in widths people think in. */
const BUCKETS = 500;
const STEPS_MS = [1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 6 * 3600, 24 * 3600].map((seconds) => seconds * 1000);

export type TimeRange = Pick<RangeQuery, 'fromMs' | 'toMs' | 'stepMs'>;

/** From, to and step of a query string; throws InputError that names the parameter. */
export function timeRange({ from, to, step }: HistoryQuery, nowMs: number): TimeRange {
  const toMs = to === undefined ? nowMs : moment('to', to);
  const fromMs = from === undefined ? toMs - DAY_MS : moment('from', from);
  if (fromMs < 0 || fromMs >= toMs) throw inputError('from', 'must be earlier than `to`', from ?? to);
  return { fromMs, toMs, stepMs: step === undefined ? stepFor(toMs - fromMs) : width(step) };
}

function stepFor(spanMs: number): number {
  const widest = STEPS_MS.at(-1) as number;
  return STEPS_MS.find((stepMs) => spanMs / stepMs <= BUCKETS) ?? Math.ceil(spanMs / BUCKETS / widest) * widest;
}

function moment(field: string, text: string): number {
  const isPlain = /^\d{1,15}$/.test(text);
  const ms = isPlain ? Number(text) : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw inputError(field, 'must be like 2026-05-01T12:00:00Z, or ms since 1970', text);
  return ms;
}

function width(step: string): number {
  const unit = step.at(-1) as string;
  return unit in UNIT_MS ? Number(step.slice(0, -1)) * UNIT_MS[unit as keyof typeof UNIT_MS] : Number(step) * UNIT_MS.s;
}

/** The buckets that all series of an answer share. */
export function bucketsOf({ fromMs, stepMs, buckets, resolution }: RangeAnswer) {
  const atMs = Array.from({ length: buckets }, (_, index) => fromMs + index * stepMs);
  return { fromMs, stepMs, resolution, atMs };
}

type Figure = Omit<SeriesRange, 'id' | 'metric'>;

/** The series of one thing, by metric. */
export function figuresOf(answer: RangeAnswer, id: string): Record<string, Figure> {
  const own = answer.series.filter((series) => series.id === id);
  return Object.fromEntries(own.map(({ id: _id, metric, ...figures }) => [metric, figures]));
}
