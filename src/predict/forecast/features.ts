import { Combination, meanOf } from './combination.ts';
import { COURSE_NAMES, type CourseName, Courses, LOOK_BACK_DAYS } from './courses.ts';
import { type RegularSeries, WindowMeans } from './series.ts';
import { lastKnown, type TrivialRules, trivialRules } from './trivial.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WINDOWS_MS = [
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
];
/** Days back at whose same time of day the series is looked at. */
const DAYS_BACK = [2, 3, 7, 14] as const;
/** A scale below this share of the level would make noise of rounding. */
const LEAST_SCALE = 1e-3;
/** Three good days of the combination must not make the next jump look like a thousand times the usual either. */
const LEAST_OF_SPREAD = 0.25;
/** Over so many days the errors of the combination tell in which units it errs. */
const SCALE_DAYS = 3;

export const FORECAST_FEATURES: readonly string[] = [
  'last',
  'median 1 h',
  'combination',
  ...WINDOWS_MS.map((window) => `mean ${window / MINUTE_MS} min`),
  'spread 1 h',
  'spread 6 h',
  'spread 24 h',
  'lowest 24 h',
  'highest 24 h',
  ...DAYS_BACK.flatMap((days) => [`${days} d before the target`, `change since ${days} d ago`]),
  ...COURSE_NAMES.flatMap((name) => [`${name} at the target`, `above ${name}`, `above ${name} 6 h`]),
  'error of the combination 24 h',
  'time of day sine',
  'time of day cosine',
  'weekend at the target',
  'weekend now',
  'days of history',
  'scale against level',
];

/** What forecasts are measured from: what the rules say together, or, where readings scatter, the median of the last hour. */
export const BASES = ['combination', 'hour-median'] as const;
export type Base = (typeof BASES)[number];

/** What a row is measured from and in: forecasts and features are (value - anchor) / scale. */
export interface Frame {
  readonly anchor: number;
  readonly scale: number;
  /** What the rules say together, in the unit of the series. */
  readonly combined: number;
}

/** Reads features of one series at any origin; values after the origin are never looked at. */
export class ForecastFeatures {
  /** What anyone could say of this series. */
  readonly rules: TrivialRules;
  readonly #series: RegularSeries;
  readonly #since: number;
  readonly #means: WindowMeans;
  readonly #deviations: WindowMeans;
  readonly #courses: Courses;
  /** Of the horizon asked for last: horizons are gone through one by one, and each takes room. */
  #latest: { readonly horizon: number; readonly combination: Combination } | null = null;
  readonly #hour: number;
  readonly #day: number;

  /** @param since the first origin that is asked for, as an index: earlier ones need not be prepared for. */
  constructor(series: RegularSeries, since = 0) {
    this.rules = trivialRules(series);
    this.#series = series;
    this.#since = since;
    this.#means = new WindowMeans(series.values);
    this.#courses = new Courses(series, this.#means);
    this.#hour = Math.max(1, Math.round(HOUR_MS / series.stepMs));
    this.#day = Math.round(DAY_MS / series.stepMs);
    this.#deviations = new WindowMeans(
      series.values.map((value, at) => Math.abs(value - this.#means.mean(at - this.#hour, at))),
    );
  }

  /** Null where the last hour is unknown: nothing can be said then. */
  frame(origin: number, horizon: number, base: Base): Frame | null {
    const level = this.rules['hour-median'](origin, horizon);
    if (!Number.isFinite(level)) return null;
    const isCombined = base === 'combination';
    const combination = this.#combination(horizon);
    const combined = combination.answer(origin);
    // A quiet day must not make the next jump look like a thousand times the usual.
    const spreads = [1, 7].map((days) => this.#deviations.mean(origin + 1 - days * this.#day, origin + 1));
    const spread = Math.max(...spreads.filter(Number.isFinite), 0);
    const error = isCombined ? combination.error(origin, SCALE_DAYS) : Number.NaN;
    const usual = Number.isFinite(error) ? Math.max(error, LEAST_OF_SPREAD * spread) : spread;
    const scale = Math.max(usual, LEAST_SCALE * Math.abs(level), 1e-12);
    return { anchor: isCombined ? combined : level, scale, combined };
  }

  /** Writes the features of a forecast `horizon` steps after `origin` to `into`, from `at` on. */
  write(origin: number, horizon: number, frame: Frame, into: Float32Array, at: number): void {
    const { anchor, scale } = frame;
    const own = this.#own(origin, horizon, (value) => (value - anchor) / scale, frame);
    own.push(Math.log(scale / Math.max(Math.abs(anchor), 1e-12)));
    into.set(own, at);
  }

  #own(origin: number, horizon: number, framed: (value: number) => number, { scale, combined }: Frame): number[] {
    const { values, stepMs } = this.#series;
    const steps = (ms: number) => Math.max(1, Math.round(ms / stepMs));
    const recent = (ms: number) => this.#means.mean(origin + 1 - steps(ms), origin + 1);
    const spread = (hours: number) => this.#deviations.mean(origin + 1 - hours * this.#hour, origin + 1) / scale;
    const day = values.subarray(Math.max(0, origin + 1 - this.#day), origin + 1);
    return [
      framed(lastKnown(values, origin, this.#hour)),
      framed(this.rules['hour-median'](origin, horizon)),
      framed(combined),
      ...WINDOWS_MS.map((ms) => framed(recent(ms))),
      ...[1, 6, 24].map(spread),
      framed(extreme(day, Math.min)),
      framed(extreme(day, Math.max)),
      ...DAYS_BACK.flatMap((days) => this.#before(origin, horizon, days, framed, scale)),
      ...COURSE_NAMES.flatMap((name) => this.#course(name, origin, horizon, framed, scale)),
      this.#combination(horizon).error(origin, 1) / scale,
      ...this.#clock(origin, horizon),
    ];
  }

  #combination(horizon: number): Combination {
    if (this.#latest?.horizon !== horizon) {
      const combination = new Combination(this.#series, this.rules, this.#courses, horizon, this.#since);
      this.#latest = { horizon, combination };
    }
    return this.#latest.combination;
  }

  #before(origin: number, horizon: number, days: number, framed: (value: number) => number, scale: number): number[] {
    const back = days * this.#day;
    const around = (moment: number) => this.#courses.around(moment, origin);
    return [framed(around(origin + horizon - back)), (around(origin) - around(origin - back)) / scale];
  }

  #course(
    name: CourseName,
    origin: number,
    horizon: number,
    framed: (value: number) => number,
    scale: number,
  ): number[] {
    const usual = (moment: number) => this.#courses.at(name, moment, origin);
    const quarter = 6 * this.#hour;
    const usualOfQuarter = meanOf([usual(origin - quarter), usual(origin - quarter / 2), usual(origin)]);
    const above = this.#means.mean(origin + 1 - quarter, origin + 1) - usualOfQuarter;
    return [
      framed(usual(origin + horizon)),
      (this.#courses.around(origin, origin) - usual(origin)) / scale,
      above / scale,
    ];
  }

  #clock(origin: number, horizon: number): number[] {
    const { startMs, stepMs } = this.#series;
    const angle = (2 * Math.PI * ((startMs + (origin + horizon) * stepMs) % DAY_MS)) / DAY_MS;
    return [
      Math.sin(angle),
      Math.cos(angle),
      this.#courses.isWeekend(origin + horizon) ? 1 : 0,
      this.#courses.isWeekend(origin) ? 1 : 0,
      Math.min(LOOK_BACK_DAYS, origin / this.#day),
    ];
  }
}

function extreme(values: Float64Array, pick: (one: number, other: number) => number): number {
  let found = Number.NaN;
  for (const value of values) {
    if (Number.isFinite(value)) found = Number.isNaN(found) ? value : pick(found, value);
  }
  return found;
}
