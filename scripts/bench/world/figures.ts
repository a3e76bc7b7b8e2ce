import type { RegularSeries } from '../../../src/predict/forecast/series.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970 began on a Thursday. */
const THURSDAY = 4;

/** Rhythm and residual of a load; null where the series is too short or too empty to tell. */
export interface LoadFigures {
  /** Quietest hour over busiest hour of working days, medians. */
  readonly troughRatio: number;
  /** Mean of Saturday and Sunday over mean of working days; NaN without either. */
  readonly weekendRatio: number;
  /** Sd of the logarithm around the usual value of the hour and the kind of day. */
  readonly residualSd: number;
  /** Correlation of that with itself five minutes later. */
  readonly residualCorrelation: number;
}

export function loadFigures(series: RegularSeries): LoadFigures | null {
  const { values, startMs, stepMs } = series;
  const slots = Array.from({ length: 48 }, (): number[] => []);
  const slotOf = (at: number): number => {
    const ms = startMs + at * stepMs;
    return (isWeekend(ms) ? 24 : 0) + Math.floor((ms % DAY_MS) / HOUR_MS);
  };
  values.forEach((value, at) => {
    if (value > 0) slots[slotOf(at)]?.push(Math.log(value));
  });
  const usual = slots.map((each) => quantile(each, 0.5));
  const workdays = usual.slice(0, 24);
  if (workdays.some((each) => Number.isNaN(each))) return null;
  const residual = values.map((value, at) =>
    value > 0 ? Math.log(value) - interpolated(usual, at, series) : Number.NaN,
  );
  const mean = (from: number) => average(slots.slice(from, from + 24).map((each) => average(each.map(Math.exp))));
  return {
    troughRatio: Math.exp(Math.min(...workdays) - Math.max(...workdays)),
    weekendRatio: mean(24) / mean(0),
    residualSd: sd(residual),
    residualCorrelation: correlation(residual, Math.max(1, Math.round((5 * 60_000) / stepMs))),
  };
}

function isWeekend(ms: number): boolean {
  return [0, 6].includes((Math.floor(ms / DAY_MS) + THURSDAY) % 7);
}

/** Usual value between the middles of hours, so that the rhythm within an hour is no residual. */
function interpolated(usual: readonly number[], at: number, { startMs, stepMs }: RegularSeries): number {
  const ms = startMs + at * stepMs;
  const kind = isWeekend(ms) ? 24 : 0;
  const hours = (ms % DAY_MS) / HOUR_MS - 0.5;
  const before = Math.floor(hours);
  const [low, high] = [usual[kind + ((before + 24) % 24)] as number, usual[kind + ((before + 25) % 24)] as number];
  return low + (hours - before) * (high - low);
}

/** Noise and changes of level of a round trip. */
export interface RoundTripFigures {
  /** Median change from one reading to the next, ms. */
  readonly jitterMs: number;
  /** Changes of level a day, and how large they were, ms. */
  readonly shiftsPerDay: number;
  readonly shiftsMs: readonly number[];
}

/** Readings on either side that a change of level is judged by. */
const WINDOW = 15;
/** A change of level is larger than this, and than so many times the jitter. */
const [LEAST_SHIFT_MS, SHIFT_JITTERS] = [1, 5];

export function roundTripFigures({ values, stepMs }: RegularSeries): RoundTripFigures {
  const steps = differences(values, 1).map(Math.abs);
  const jitterMs = quantile([...steps.filter((step) => !Number.isNaN(step))], 0.5);
  const threshold = Math.max(LEAST_SHIFT_MS, SHIFT_JITTERS * jitterMs);
  const change = values.map((_value, at) => {
    if (at < WINDOW || at + WINDOW > values.length) return 0;
    const [before, after] = [values.subarray(at - WINDOW, at), values.subarray(at, at + WINDOW)];
    const difference = Math.abs(quantile(known(after), 0.5) - quantile(known(before), 0.5));
    return Number.isNaN(difference) ? 0 : difference;
  });
  const shiftsMs = peaks(change, threshold);
  return { jitterMs, shiftsMs, shiftsPerDay: shiftsMs.length / ((values.length * stepMs) / DAY_MS) };
}

/** Largest value of each stretch above the threshold; stretches are no longer than the window reaches. */
function peaks(values: Float64Array, threshold: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    if ((values[at] as number) < threshold) continue;
    const stretch = values.subarray(at, at + WINDOW);
    found.push(stretch.reduce((most, value) => Math.max(most, value), 0));
    at += WINDOW;
  }
  return found;
}

/** Absolute changes of log10 from one hour to the next. */
export function logSteps({ values, stepMs }: RegularSeries): number[] {
  const logs = values.map((value) => (value > 0 ? Math.log10(value) : Number.NaN));
  return known(differences(logs, Math.max(1, Math.round(HOUR_MS / stepMs)))).map(Math.abs);
}

/** The value below which this share (0..1) lies, between neighbours where need be; NaN when there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((x, y) => x - y);
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (place - Math.floor(place)) * (high - low);
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function known(values: Float64Array): number[] {
  return [...values].filter((value) => !Number.isNaN(value));
}

function differences(values: Float64Array, lag: number): Float64Array {
  return values.slice(lag).map((value, at) => value - (values[at] as number));
}

function sd(values: Float64Array): number {
  const own = known(values);
  const mean = average(own);
  return Math.sqrt(average(own.map((value) => (value - mean) ** 2)));
}

function correlation(values: Float64Array, lag: number): number {
  const pairs = [...values.slice(lag)].map((value, at) => [values[at] as number, value] as const);
  const both = pairs.filter(([x, y]) => !Number.isNaN(x) && !Number.isNaN(y));
  const [mx, my] = [average(both.map(([x]) => x)), average(both.map(([, y]) => y))];
  const xy = average(both.map(([x, y]) => (x - mx) * (y - my)));
  const xx = average(both.map(([x]) => (x - mx) ** 2));
  const yy = average(both.map(([, y]) => (y - my) ** 2));
  return xy / Math.sqrt(xx * yy);
}
