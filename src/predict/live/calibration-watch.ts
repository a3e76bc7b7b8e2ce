import type { Ledger } from './ledger.ts';

const DAY_MS = 86_400_000;
/** Whole days that are looked at: a week, so that weekends are among them. */
const DAYS = 7;
/** Fewer failures, said or seen, may be luck: three standard deviations of 20 are 13. */
const LEAST_EVENTS = 20;
/** Said and seen differ by this factor or more, and the same way on most of the days. */
const MUCH = 2;
const MOST_DAYS = 5;

/** Whether what a model said of its longest horizon still comes true as often as it said. */
export interface CalibrationFinding {
  readonly isDrifting: boolean;
  /** Whole days that are known; fewer than a week: nothing is said yet. */
  readonly days: number;
  /** Failures that were to be expected, and that came, over these days. */
  readonly expected: number;
  readonly observed: number;
}

/**
 * Compares the sum of chances with what came over the last whole week. Each failure lies within the horizon of many
 * predictions, which is divided out: `claimEveryMs` is the distance of predictions that were judged.
 */
export function calibrationFinding(
  { risks }: Ledger,
  modelId: string,
  nowMs: number,
  claimEveryMs: number,
): CalibrationFinding {
  const own = risks.filter((day) => day.modelId === modelId);
  const horizonMs = Math.max(0, ...own.map((day) => day.horizonMs));
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const week = own.filter(
    (day) => day.horizonMs === horizonMs && day.dayMs < today && day.dayMs >= today - DAYS * DAY_MS,
  );
  const timesEach = horizonMs / claimEveryMs;
  const counts = week.map(({ bins }) => ({
    expected: bins.reduce((sum, [, probabilities]) => sum + probabilities, 0) / timesEach,
    observed: bins.reduce((sum, [, , truths]) => sum + truths, 0) / timesEach,
  }));
  const expected = counts.reduce((sum, day) => sum + day.expected, 0);
  const observed = counts.reduce((sum, day) => sum + day.observed, 0);
  const [most, least] = [Math.max(expected, observed), Math.min(expected, observed)];
  const sameWay = counts.filter((day) => Math.sign(day.observed - day.expected) === Math.sign(observed - expected));
  const isDrifting =
    counts.length >= DAYS && most >= LEAST_EVENTS && most >= MUCH * least && sameWay.length >= MOST_DAYS;
  return { isDrifting, days: counts.length, expected, observed };
}
