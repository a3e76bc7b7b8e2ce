const DAY_MS = 86_400_000;
/** A trend of fewer days is the weather of a fortnight. */
export const TREND_DAYS = 14;
/** Nobody's growth goes on unchanged for longer. */
const FARTHEST_DAYS = 730;
/** One-sided 5 % of the normal distribution. */
const SURE = 1.645;

/** The highest utilisation of one day. */
export interface DailyPeak {
  readonly dayMs: number;
  readonly peak: number;
}

export interface FullDay {
  /** UTC date; null with a reason. */
  readonly day: string | null;
  readonly growthPerDay: number | null;
  readonly daysOfHistory: number;
  readonly reason: string | null;
}

/**
 * The day on which the daily peak reaches the capacity, if it goes on growing as it did: the median of the slopes
 * between all pairs of days (Theil, Sen), which some odd days do not tilt, where growth is significant (Mann, Kendall).
 */
export function dayRunsFull(peaks: readonly DailyPeak[], nowMs: number): FullDay {
  const known = peaks.filter(({ peak }) => Number.isFinite(peak)).toSorted((x, y) => x.dayMs - y.dayMs);
  const daysOfHistory = known.length;
  const unknown = (reason: string, growthPerDay: number | null = null): FullDay => ({
    ...{ day: null, growthPerDay, daysOfHistory, reason },
  });
  if (daysOfHistory < TREND_DAYS) return unknown(`a trend takes ${TREND_DAYS} days, there are ${daysOfHistory}`);
  const slopes = pairs(known);
  const growth = medianOf(slopes);
  if (trendScore(known) < SURE) return unknown('its peaks do not grow, as far as can be told', growth);
  const level = medianOf(known.map(({ dayMs, peak }) => peak + (growth * (nowMs - dayMs)) / DAY_MS));
  const days = Math.max(0, (1 - level) / growth);
  if (days > FARTHEST_DAYS) return unknown('not within two years', growth);
  const day = new Date(nowMs + days * DAY_MS).toISOString().slice(0, 10);
  return { day, growthPerDay: growth, daysOfHistory, reason: null };
}

function pairs(peaks: readonly DailyPeak[]): number[] {
  return peaks.flatMap((later, at) =>
    peaks.slice(0, at).map((earlier) => ((later.peak - earlier.peak) * DAY_MS) / (later.dayMs - earlier.dayMs)),
  );
}

/** Mann-Kendall: how many standard deviations the number of rises over falls lies above chance. */
function trendScore(peaks: readonly DailyPeak[]): number {
  const count = peaks.length;
  const rises = pairs(peaks).reduce((sum, slope) => sum + Math.sign(slope), 0);
  return rises <= 0 ? 0 : (rises - 1) / Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
