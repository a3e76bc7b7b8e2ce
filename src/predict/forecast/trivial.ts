import { median, type RegularSeries, WindowMeans } from './series.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a forecast has to beat, by the names under which rules are told of. */
export const TRIVIAL_RULES = [
  'persistence',
  'persistence-with-drift',
  'hour-median',
  'daily',
  'daily-with-drift',
  'weekly',
  'weekly-with-drift',
] as const;
export type TrivialName = (typeof TRIVIAL_RULES)[number];

/** A rule that anyone can follow: the value `horizon` steps after `origin` from what was known at `origin`. */
export type TrivialRule = (origin: number, horizon: number) => number;
export type TrivialRules = Readonly<Record<TrivialName, TrivialRule>>;

/**
 * The rules that a forecast has to beat: the last value, the median of the last hour, the value of the same time
 * yesterday or a week ago, and the two latter moved by how much the last hour lies above that of then (drift). NaN
 * where the series does not reach back so far.
 */
export function trivialRules({ values, stepMs }: RegularSeries): TrivialRules {
  const means = new WindowMeans(values);
  const hour = Math.max(1, Math.round(HOUR_MS / stepMs));
  const last: TrivialRule = (origin) => lastKnown(values, origin, hour);
  const seasonal =
    (periodMs: number, hasDrift: boolean): TrivialRule =>
    (origin, horizon) => {
      const period = Math.round(periodMs / stepMs);
      // The last whole period that is over at the origin.
      const back = Math.ceil(horizon / period) * period;
      const then = values[origin + horizon - back] ?? Number.NaN;
      if (!hasDrift) return then;
      return then + means.mean(origin + 1 - hour, origin + 1) - means.mean(origin + 1 - hour - back, origin + 1 - back);
    };
  const medians = new Float64Array(values.length).fill(Number.POSITIVE_INFINITY);
  const hourMedian: TrivialRule = (origin) => {
    // Asked for again and again, for each horizon and base.
    if (medians[origin] === Number.POSITIVE_INFINITY) medians[origin] = median(values, origin + 1 - hour, origin + 1);
    return medians[origin] ?? Number.NaN;
  };
  const trend: TrivialRule = (origin, horizon) => {
    const now = means.mean(origin + 1 - hour, origin + 1);
    return last(origin, horizon) + ((now - means.mean(origin + 1 - 2 * hour, origin + 1 - hour)) * horizon) / hour;
  };
  return {
    persistence: last,
    'persistence-with-drift': trend,
    'hour-median': hourMedian,
    daily: seasonal(DAY_MS, false),
    'daily-with-drift': seasonal(DAY_MS, true),
    weekly: seasonal(7 * DAY_MS, false),
    'weekly-with-drift': seasonal(7 * DAY_MS, true),
  };
}

/** What a rule says, and where it has nothing to say the last value: so whoever follows it always has an answer. */
export function answerOf(rules: TrivialRules, name: TrivialName, origin: number, horizon: number): number {
  const answer = rules[name](origin, horizon);
  return Number.isFinite(answer) ? answer : rules.persistence(origin, horizon);
}

/** The last value that is known, at most `reach` steps old. */
export function lastKnown(values: Float64Array, origin: number, reach: number): number {
  for (let at = origin; at > origin - reach && at >= 0; at -= 1) {
    if (Number.isFinite(values[at])) return values[at] as number;
  }
  return Number.NaN;
}
