import type { RegularSeries } from './series.ts';
import { TRIVIAL_RULES, type TrivialName } from './trivial.ts';

/** Where the middle of a forecast lies: so far from a rule's answer towards the learnt median. */
export interface MedianChoice {
  readonly rule: TrivialName;
  /** 0: the rule's answer, as nothing learnt was better than it. 1: the learnt median. */
  readonly trust: number;
}

/** Rows whose truth is known, all figures in the same unit. */
export interface ChoiceRows {
  /** Which series each row is of: rows of one series err together. */
  readonly series: readonly RegularSeries[];
  readonly truths: ArrayLike<number>;
  readonly learnt: ArrayLike<number>;
  readonly rules: Readonly<Record<TrivialName, ArrayLike<number>>>;
}

const TRUSTS = Array.from({ length: 21 }, (_, step) => step / 20);

/**
 * The rule and the trust in what was learnt with the smallest mean error; the best rule alone where `caution` standard
 * errors do not tell the two apart: what is no better for sure is not used. Errors of series are what the standard
 * error is of, not those of rows, which come in runs.
 */
export function chooseMedian(rows: ChoiceRows, caution: number, among: readonly TrivialName[]): MedianChoice {
  const candidates = among
    .flatMap((rule) => TRUSTS.map((trust) => ({ rule, trust, errors: errorsBySeries(rows, rule, trust) })))
    .map((each) => ({ ...each, mean: meanOf(each.errors) }))
    .sort((x, y) => x.mean - y.mean || x.trust - y.trust);
  const [best, bestRule] = [candidates[0], candidates.find(({ trust }) => trust === 0)];
  if (best === undefined || bestRule === undefined) return { rule: 'persistence', trust: 0 };
  const isBetter = bestRule.mean - best.mean > caution * standardError(bestRule.errors, best.errors);
  const { rule, trust } = isBetter ? best : bestRule;
  return { rule, trust };
}

export const ALL_RULES: readonly TrivialName[] = TRIVIAL_RULES;
/** Those that a day of history is enough for. */
export const SHORT_RULES: readonly TrivialName[] = TRIVIAL_RULES.filter((name) => !name.startsWith('weekly'));

/** Mean error of each series, in the order in which they first come. */
function errorsBySeries({ series, truths, learnt, rules }: ChoiceRows, rule: TrivialName, trust: number): number[] {
  const sums = new Map<RegularSeries, [sum: number, count: number]>();
  const answers = rules[rule];
  series.forEach((own, row) => {
    const answer = answers[row] as number;
    const error = Math.abs((truths[row] as number) - answer - trust * ((learnt[row] as number) - answer));
    const known = sums.get(own) ?? [0, 0];
    sums.set(own, known);
    known[0] += error;
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
