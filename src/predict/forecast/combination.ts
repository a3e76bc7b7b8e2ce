import { COURSE_NAMES, type Courses } from './courses.ts';
import { type RegularSeries, WindowMeans } from './series.ts';
import { TRIVIAL_RULES, type TrivialRules } from './trivial.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How far a usual course is moved by what the series lies above it now. */
const DRIFTS = [0, 0.5, 1] as const;
/** Errors of the past are looked at so often. */
const LOOK_MS = 30 * MINUTE_MS;
/** Over these times, each counting the same: what serves a series changes with its weekdays, and luck changes faster. */
const WINDOW_DAYS = [1, 3] as const;
/** A component with half the error of another weighs 2 to this power as much. */
const POWER = 8;
const COMPONENTS = TRIVIAL_RULES.length + COURSE_NAMES.length * DRIFTS.length;

/**
 * A combination of what anyone could say of a series, by how right each was about this very series of late: weights are
 * powers of inverse mean absolute errors (after Bates and Granger 1969, "The combination of forecasts"). What is combined
 * are the trivial rules, and the usual courses of the series, moved by all, half or nothing of what it lies above them. It
 * needs no learning, and follows each series by itself: one is foreseen best by the last week, another by the last minutes.
 */
export class Combination {
  readonly #rules: TrivialRules;
  readonly #courses: Courses;
  readonly #horizon: number;
  readonly #stride: number;
  readonly #looksADay: number;
  /** Index of the step of the first look. */
  readonly #first: number;
  readonly #looks: number;
  /** By component, its errors by look. */
  readonly #records: readonly WindowMeans[];
  readonly #weights: (Float64Array | undefined)[] = [];

  /** @param since the first step whose answers are asked for: errors are looked at from WINDOW_DAYS before it. */
  constructor(series: RegularSeries, rules: TrivialRules, courses: Courses, horizon: number, since = 0) {
    this.#rules = rules;
    this.#courses = courses;
    this.#horizon = horizon;
    this.#stride = Math.max(1, Math.round(LOOK_MS / series.stepMs));
    this.#looksADay = Math.round(DAY_MS / (this.#stride * series.stepMs));
    const earliest = Math.max(horizon, since - (Math.max(...WINDOW_DAYS) * this.#looksADay + 1) * this.#stride);
    // By the clock, not by where a series begins: what is kept of it moves on.
    const slot = Math.round(series.startMs / series.stepMs);
    this.#first = Math.ceil((slot + earliest) / this.#stride) * this.#stride - slot;
    this.#looks = Math.max(0, Math.floor((series.values.length - 1 - this.#first) / this.#stride) + 1);
    this.#records = this.#recorded(series.values).map((errors) => new WindowMeans(errors));
  }

  /** What the series will be `horizon` steps after `origin`; NaN where no component knows. */
  answer(origin: number): number {
    const answers = new Float64Array(COMPONENTS);
    this.#write(origin, answers);
    const mean = weighed(this.#weightsAt(origin), (at) => answers[at] as number);
    // Where none has a record: the first that is known, which is the last value.
    return Number.isFinite(mean) ? mean : (answers.find((answer) => Number.isFinite(answer)) ?? Number.NaN);
  }

  /**
   * Mean absolute error of what is combined, as it weighs now, over the days whose truth was known at `origin`: at least
   * that of the combination. NaN where there was none.
   */
  error(origin: number, days: number): number {
    const look = this.#lookAt(origin);
    return weighed(this.#weightsAt(origin), (at) => this.#recent(at, look, days));
  }

  /** What each component says. */
  #write(origin: number, into: Float64Array): void {
    const target = origin + this.#horizon;
    TRIVIAL_RULES.forEach((name, at) => {
      into[at] = this.#rules[name](origin, this.#horizon);
    });
    const now = this.#courses.around(origin, origin);
    COURSE_NAMES.forEach((name, course) => {
      const then = this.#courses.at(name, target, origin);
      const above = now - this.#courses.at(name, origin, origin);
      DRIFTS.forEach((share, drift) => {
        into[TRIVIAL_RULES.length + course * DRIFTS.length + drift] = then + (share === 0 ? 0 : share * above);
      });
    });
  }

  /** By component and look, how wrong it was about that moment. */
  #recorded(values: Float64Array): Float64Array[] {
    const errors = Array.from({ length: COMPONENTS }, () => new Float64Array(this.#looks));
    const answers = new Float64Array(COMPONENTS);
    for (let look = 0; look < this.#looks; look += 1) {
      const moment = this.#first + look * this.#stride;
      this.#write(moment - this.#horizon, answers);
      for (let at = 0; at < COMPONENTS; at += 1) {
        (errors[at] as Float64Array)[look] = Math.abs((values[moment] as number) - (answers[at] as number));
      }
    }
    return errors;
  }

  /** The last look whose truth was known at a moment; below 0 where there was none. */
  #lookAt(moment: number): number {
    return Math.min(this.#looks - 1, Math.floor((moment - this.#first) / this.#stride));
  }

  #recent(component: number, look: number, days: number): number {
    return (this.#records[component] as WindowMeans).mean(look + 1 - days * this.#looksADay, look + 1);
  }

  #weightsAt(origin: number): Float64Array | undefined {
    const look = this.#lookAt(origin);
    if (look < 0) return undefined;
    this.#weights[look] ??= weightsOf(
      this.#records.map((_, at) => meanOf(WINDOW_DAYS.map((days) => this.#recent(at, look, days)))),
    );
    return this.#weights[look];
  }
}

/** A component without a record weighs nothing. */
function weightsOf(errors: readonly number[]): Float64Array {
  const least = errors.reduce((low, error) => (error < low ? error : low), Number.POSITIVE_INFINITY);
  return Float64Array.from(errors, (error) => {
    if (!Number.isFinite(error)) return 0;
    return error <= least ? 1 : (least / error) ** POWER;
  });
}

/** Mean of what is known of components that weigh anything, NaN of nothing. */
function weighed(weights: Float64Array | undefined, figureOf: (component: number) => number): number {
  let [sum, total] = [0, 0];
  weights?.forEach((weight, at) => {
    const value = weight === 0 ? Number.NaN : figureOf(at);
    if (!Number.isFinite(value)) return;
    sum += weight * value;
    total += weight;
  });
  return total > 0 ? sum / total : Number.NaN;
}

/** Mean of what is known, NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  return known.reduce((sum, value) => sum + value, 0) / (known.length || Number.NaN);
}
