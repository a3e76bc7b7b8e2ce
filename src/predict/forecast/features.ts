import { median, type RegularSeries, WindowMeans } from './series.ts';
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
/**
 * As far back as the service remembers: a model that learnt from more would meet, when it is used, what it never saw.
 */
export const LOOK_BACK_DAYS = 28;
/** Days back at whose same time of day the series is looked at. */
const DAYS_BACK = [1, 2, 3, 7, 14] as const;
/** Days whose same time of day is averaged. */
const PROFILE_DAYS = [7, LOOK_BACK_DAYS] as const;
/** A profile at a time of day is the mean over so much before and after. */
const PROFILE_REACH_MS = 20 * MINUTE_MS;
/** A scale below this share of the level would make noise of rounding. */
const LEAST_SCALE = 1e-3;

export const FORECAST_FEATURES: readonly string[] = [
  'last',
  ...WINDOWS_MS.map((window) => `mean ${window / MINUTE_MS} min`),
  'spread 1 h',
  'spread 6 h',
  'lowest 24 h',
  'highest 24 h',
  ...DAYS_BACK.flatMap((days) => [`${days} d before the target`, `change since ${days} d ago`]),
  ...PROFILE_DAYS.flatMap((days) => [
    `profile ${days} d at the target`,
    `above profile ${days} d`,
    `above profile ${days} d 6 h`,
  ]),
  'same kind of day at the target',
  'above same kind of day',
  'time of day sine',
  'time of day cosine',
  'weekend at the target',
  'weekend now',
  'days of history',
  'scale against level',
];

/** What a row is measured from and in: forecasts and features are (value - anchor) / scale. */
export interface Frame {
  readonly anchor: number;
  readonly scale: number;
}

/** Reads features of one series at any origin; values after the origin are never looked at. */
export class ForecastFeatures {
  /** What anyone could say of this series. */
  readonly rules: TrivialRules;
  readonly #series: RegularSeries;
  readonly #means: WindowMeans;
  readonly #deviations: WindowMeans;
  readonly #hour: number;
  readonly #day: number;

  constructor(series: RegularSeries) {
    this.rules = trivialRules(series);
    this.#series = series;
    this.#means = new WindowMeans(series.values);
    this.#hour = Math.max(1, Math.round(HOUR_MS / series.stepMs));
    this.#day = Math.round(DAY_MS / series.stepMs);
    this.#deviations = new WindowMeans(
      series.values.map((value, at) => Math.abs(value - this.#means.mean(at - this.#hour, at))),
    );
  }

  /** Null where the last hour is unknown: nothing can be said then. */
  frame(origin: number): Frame | null {
    const { values } = this.#series;
    const anchor = median(values, origin + 1 - this.#hour, origin + 1);
    if (!Number.isFinite(anchor)) return null;
    // A quiet day must not make the next jump look like a thousand times the usual.
    const spreads = [1, 7].map((days) => this.#deviations.mean(origin + 1 - days * this.#day, origin + 1));
    return { anchor, scale: Math.max(...spreads.filter(Number.isFinite), LEAST_SCALE * Math.abs(anchor), 1e-12) };
  }

  /** Writes the features of a forecast `horizon` steps after `origin` to `into`, from `at` on. */
  write(origin: number, horizon: number, { anchor, scale }: Frame, into: Float32Array, at: number): void {
    const own = this.#own(origin, horizon, (value) => (value - anchor) / scale, scale);
    own.push(Math.log(scale / Math.max(Math.abs(anchor), 1e-12)));
    into.set(own, at);
  }

  #own(origin: number, horizon: number, framed: (value: number) => number, scale: number): number[] {
    const { values, stepMs } = this.#series;
    const steps = (ms: number) => Math.max(1, Math.round(ms / stepMs));
    const recent = (ms: number) => this.#means.mean(origin + 1 - steps(ms), origin + 1);
    const day = values.subarray(Math.max(0, origin + 1 - this.#day), origin + 1);
    return [
      framed(lastKnown(values, origin, this.#hour)),
      ...WINDOWS_MS.map((ms) => framed(recent(ms))),
      this.#deviations.mean(origin + 1 - this.#hour, origin + 1) / scale,
      this.#deviations.mean(origin + 1 - 6 * this.#hour, origin + 1) / scale,
      framed(extreme(day, Math.min)),
      framed(extreme(day, Math.max)),
      ...DAYS_BACK.flatMap((days) => this.#before(origin, horizon, days, framed, scale)),
      ...PROFILE_DAYS.flatMap((days) => this.#profile(origin, horizon, days, framed, scale)),
      ...this.#sameKindOfDay(origin, horizon, framed, scale),
      ...this.#clock(origin, horizon),
    ];
  }

  /** Mean around one moment, in steps; unknown where that lies after the origin. */
  #around(moment: number, origin: number): number {
    const reach = Math.round(PROFILE_REACH_MS / this.#series.stepMs);
    return moment > origin ? Number.NaN : this.#means.mean(moment - reach, Math.min(moment + reach, origin) + 1);
  }

  #before(origin: number, horizon: number, days: number, framed: (value: number) => number, scale: number): number[] {
    const back = days * this.#day;
    const then = this.#around(origin - back, origin);
    return [framed(this.#around(origin + horizon - back, origin)), (this.#around(origin, origin) - then) / scale];
  }

  #profile(origin: number, horizon: number, days: number, framed: (value: number) => number, scale: number): number[] {
    const at = (moment: number) =>
      meanOf(Array.from({ length: days }, (_, day) => this.#around(moment - (day + 1) * this.#day, origin)));
    const now = at(origin);
    const quarter = 6 * this.#hour;
    const above =
      this.#means.mean(origin + 1 - quarter, origin + 1) -
      meanOf([at(origin - quarter), at(origin - quarter / 2), now]);
    return [framed(at(origin + horizon)), (this.#around(origin, origin) - now) / scale, above / scale];
  }

  /** The profile of the last four weeks over working days or weekends only, whichever the target is. */
  #sameKindOfDay(origin: number, horizon: number, framed: (value: number) => number, scale: number): number[] {
    const at = (moment: number) => {
      const kind = this.#isWeekend(moment);
      const days = Array.from({ length: LOOK_BACK_DAYS }, (_, day) => moment - (day + 1) * this.#day);
      return meanOf(days.filter((then) => this.#isWeekend(then) === kind).map((then) => this.#around(then, origin)));
    };
    return [framed(at(origin + horizon)), (this.#around(origin, origin) - at(origin)) / scale];
  }

  #clock(origin: number, horizon: number): number[] {
    const angle = (2 * Math.PI * (this.#atMs(origin + horizon) % DAY_MS)) / DAY_MS;
    return [
      Math.sin(angle),
      Math.cos(angle),
      this.#isWeekend(origin + horizon) ? 1 : 0,
      this.#isWeekend(origin) ? 1 : 0,
      Math.min(LOOK_BACK_DAYS, origin / this.#day),
    ];
  }

  #atMs(index: number): number {
    return this.#series.startMs + index * this.#series.stepMs;
  }

  #isWeekend(index: number): boolean {
    const weekday = new Date(this.#atMs(index)).getUTCDay();
    return weekday === 0 || weekday === 6;
  }
}

function extreme(values: Float64Array, pick: (one: number, other: number) => number): number {
  let found = Number.NaN;
  for (const value of values) {
    if (Number.isFinite(value)) found = Number.isNaN(found) ? value : pick(found, value);
  }
  return found;
}

/** Mean of what is known, NaN of nothing. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  return known.reduce((sum, value) => sum + value, 0) / (known.length || Number.NaN);
}
