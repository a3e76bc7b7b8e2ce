import type { RegularSeries } from './series.ts';
import { TRIVIAL_RULES } from './trivial.ts';

/** What a median may start from: what anyone could say, or the combination of all that. */
export const MEDIAN_RULES = ['combination', ...TRIVIAL_RULES] as const;
export type MedianRule = (typeof MEDIAN_RULES)[number];

/** Where the middle of a forecast lies: so far from a rule's answer towards the learnt median. */
export interface MedianChoice {
  readonly rule: MedianRule;
  /** 0: the rule's answer, as nothing learnt was better than it. 1: the learnt median. */
  readonly trust: number;
}

/** Rows whose truth is known, all figures in units of their frame. */
export interface ChoiceRows {
  /** Which series each row is of: rows of one series err together. */
  readonly series: readonly RegularSeries[];
  /** How much a unit of each row's frame is. */
  readonly scales: ArrayLike<number>;
  readonly truths: ArrayLike<number>;
  readonly learnt: ArrayLike<number>;
  readonly rules: Readonly<Record<MedianRule, ArrayLike<number>>>;
}

/** Errors are measured in those of the rules; no finer than this share of the median series: one that stands still until
 * it jumps would outweigh all others. */
const LEAST_SHARE = 0.05;
/** An error so many times that of the rules, or so many times less, counts as that: one link must not decide for all. */
const MOST_TIMES = 8;
const TRUSTS = Array.from({ length: 21 }, (_, step) => step / 20);

/**
 * The rule and the trust in what was learnt with the smallest mean error; the best rule alone where `caution` standard
 * errors do not tell the two apart: what is no better for sure is not used. Errors of series are what the standard
 * error is of, not those of rows, which come in runs; as logarithms of what they are of the mean error of the rules.
 *
 * @param base what the learnt median was learnt as a correction of: only from there is it trusted by a part.
 */
export function chooseMedian(
  rows: ChoiceRows,
  base: MedianRule,
  caution: number,
  among: readonly MedianRule[],
): MedianChoice {
  const units = unitsOf(rows);
  const errorsOf = (rule: MedianRule, trust: number) =>
    errorsBySeries(rows, rule, trust).map((error, at) =>
      Math.log(Math.min(Math.max(error / (units[at] as number), 1 / MOST_TIMES), MOST_TIMES)),
    );
  const candidates = among
    .flatMap((rule) => (rule === base ? TRUSTS : [0]).map((trust) => ({ rule, trust, errors: errorsOf(rule, trust) })))
    .map((each) => ({ ...each, mean: meanOf(each.errors) }))
    .sort((x, y) => x.mean - y.mean || x.trust - y.trust);
  const [best, bestRule] = [candidates[0], candidates.find(({ trust }) => trust === 0)];
  if (best === undefined || bestRule === undefined || best.errors.length === 0)
    return { rule: 'persistence', trust: 0 };
  const isBetter = bestRule.mean - best.mean > caution * standardError(bestRule.errors, best.errors);
  const { rule, trust } = isBetter ? best : bestRule;
  return { rule, trust };
}

export const ALL_RULES: readonly MedianRule[] = MEDIAN_RULES;
/** Those that a day of history is enough for. */
export const SHORT_RULES: readonly MedianRule[] = MEDIAN_RULES.filter((name) => !name.startsWith('weekly'));

/** In what errors of each series are measured: the mean error of the rules there. */
function unitsOf(rows: ChoiceRows): number[] {
  const ofRules = MEDIAN_RULES.map((rule) => errorsBySeries(rows, rule, 0));
  const means = ofRules[0]?.map((_, at) => meanOf(ofRules.map((errors) => errors[at] as number))) ?? [];
  const middle = means.toSorted((x, y) => x - y)[means.length >> 1] ?? 0;
  return means.map((mean) => Math.max(mean, LEAST_SHARE * middle, Number.MIN_VALUE));
}

/** Mean error of each series, in the order in which they first come. */
function errorsBySeries(
  { series, scales, truths, learnt, rules }: ChoiceRows,
  rule: MedianRule,
  trust: number,
): number[] {
  const sums = new Map<RegularSeries, [sum: number, count: number]>();
  const answers = rules[rule];
  series.forEach((own, row) => {
    const answer = answers[row] as number;
    const error = Math.abs((truths[row] as number) - answer - trust * ((learnt[row] as number) - answer));
    const known = sums.get(own) ?? [0, 0];
    sums.set(own, known);
    known[0] += error * (scales[row] as number);
    known[1] += 1;
  });
  return [...sums.values()].map(([sum, count]) => sum / count);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean difference of two errors over series. */
function standardError(one: readonly number[], other: readonly number[]): number {
  if (one.length < 2) return 0;
  const differences = one.map((value, at) => value - (other[at] as number));
  const mean = meanOf(differences);
  const square = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return Math.sqrt(square / (one.length - 1) / one.length);
}
