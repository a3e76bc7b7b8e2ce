import { type ForecastPeaks, PEAKS_REPORT, peaksFrom } from '../predict/live/forecast-peaks.ts';
import type { ApiDeps } from './deps.ts';

/** Forecasts are made every five minutes; those of half an hour ago tell of hours that have begun. */
const TOO_OLD_MS = 30 * 60_000;
const NOTHING_YET = 'no forecast was made yet; they are made every few minutes, once there is an hour of history';

export interface PeaksNow extends ForecastPeaks {
  /** Why there are none; null where there are. */
  readonly unknown: string | null;
}

/** The highest expected utilisation of every link that has a forecast; none where forecasts are missing or too old. */
export async function readForecastPeaks({ store, clock }: Pick<ApiDeps, 'store' | 'clock'>): Promise<PeaksNow> {
  const kept = peaksFrom(await store.predictions.report(PEAKS_REPORT));
  if (kept === null) return { madeAtMs: 0, peaks: [], unknown: NOTHING_YET };
  const isOld = clock.nowMs() - kept.madeAtMs > TOO_OLD_MS;
  return isOld
    ? { ...kept, peaks: [], unknown: 'the last forecasts are too old: they are not made any more' }
    : { ...kept, unknown: null };
}
