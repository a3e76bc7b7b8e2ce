import type { RegularSeries, WindowMeans } from './series.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 1970-01-01 was a Thursday; days of the week count from Sunday. */
const FIRST_WEEKDAY = 4;
/**
 * As far back as the service remembers: a model that learnt from more would meet, when it is used, what it never saw.
 */
export const LOOK_BACK_DAYS = 28;
/** What is said of a time of day is the mean over so much before and after. */
const REACH_MS = 20 * MINUTE_MS;

const daysBack = (count: number, every = 1) => Array.from({ length: count / every }, (_, at) => (at + 1) * every);

/** Days before a moment whose same time of day tells its usual value. */
const COURSE_DAYS = {
  yesterday: [1],
  'last week': daysBack(7),
  'same weekday': daysBack(LOOK_BACK_DAYS, 7),
  'same kind of day': daysBack(LOOK_BACK_DAYS),
} as const;
export type CourseName = keyof typeof COURSE_DAYS;
export const COURSE_NAMES = Object.keys(COURSE_DAYS) as readonly CourseName[];

/** The usual values of one series by time of day, each as it is known at an origin. NaN where nothing is known. */
export class Courses {
  readonly #series: RegularSeries;
  readonly #means: WindowMeans;
  readonly #reach: number;
  readonly #day: number;
  readonly #known = new Map<CourseName, Float64Array>();

  constructor(series: RegularSeries, means: WindowMeans) {
    this.#series = series;
    this.#means = means;
    this.#reach = Math.round(REACH_MS / series.stepMs);
    this.#day = Math.round(DAY_MS / series.stepMs);
  }

  /** Mean around one moment; unknown where that lies after the origin. */
  around(moment: number, origin: number): number {
    const end = Math.min(moment + this.#reach, origin);
    return moment > origin ? Number.NaN : this.#means.mean(moment - this.#reach, end + 1);
  }

  /** What the series usually is at a moment, by what was known at `origin`. */
  at(name: CourseName, moment: number, origin: number): number {
    // Far enough back nothing depends on the origin: then one figure serves all.
    if (moment - this.#day + this.#reach > origin || moment < 0) return this.#mean(name, moment, origin);
    const length = this.#series.values.length + this.#day;
    const known = this.#known.get(name) ?? new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.#known.set(name, known);
    if (known[moment] === Number.POSITIVE_INFINITY) known[moment] = this.#mean(name, moment, origin);
    return known[moment] as number;
  }

  isWeekend(moment: number): boolean {
    const { startMs, stepMs } = this.#series;
    const weekday = (Math.floor((startMs + moment * stepMs) / DAY_MS) + FIRST_WEEKDAY) % 7;
    return weekday === 0 || weekday === 6;
  }

  #mean(name: CourseName, moment: number, origin: number): number {
    const isWeekend = name === 'same kind of day' ? this.isWeekend(moment) : null;
    let [sum, count] = [0, 0];
    for (const days of COURSE_DAYS[name]) {
      const then = moment - days * this.#day;
      if (isWeekend !== null && this.isWeekend(then) !== isWeekend) continue;
      const value = this.around(then, origin);
      if (!Number.isFinite(value)) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? Number.NaN : sum / count;
  }
}
