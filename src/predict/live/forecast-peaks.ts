import { type Static, Type } from 'typebox';
import { arcId, DIRECTIONS } from '../../core/ids.ts';
import { compileSchema } from '../../core/schema.ts';
import type { LiveForecast } from '../forecast/live.ts';

/** The report that the highest expected utilisations are kept in. */
export const PEAKS_REPORT = 'forecast-peaks';

/** The highest utilisation that is expected of a link in the hours that are forecast, both directions. */
export const ForecastPeakSchema = Type.Object({
  linkId: Type.String(),
  utilisation: Type.Number({ description: 'median, 0..1 and beyond' }),
  atMs: Type.Number({ description: 'the hour of the peak' }),
});
export type ForecastPeak = Static<typeof ForecastPeakSchema>;

const PeaksSchema = Type.Object({ madeAtMs: Type.Number(), peaks: Type.Array(ForecastPeakSchema) });
export type ForecastPeaks = Static<typeof PeaksSchema>;
const report = compileSchema(PeaksSchema, 'CORRUPT_RECORD');

/** What a report holds; null where there is none, or one that cannot be read. */
export function peaksFrom(kept: unknown): ForecastPeaks | null {
  return report.matches(kept) ? kept : null;
}

/** The peaks of all links of which utilisation was forecast. */
export function peaksOf(
  links: readonly { readonly id: string }[],
  forecasts: readonly { readonly id: string; readonly metric: string; readonly forecast: LiveForecast }[],
  madeAtMs: number,
): ForecastPeaks {
  const loads = forecasts.filter(({ metric }) => metric === 'utilisation');
  const byArc = new Map(loads.map(({ id, forecast }) => [id, forecast.points]));
  const peaks = links.flatMap(({ id: linkId }): ForecastPeak[] => {
    const points = DIRECTIONS.flatMap((direction) => byArc.get(arcId(linkId, direction)) ?? []);
    const [first, ...others] = points;
    if (first === undefined) return [];
    const { p50, atMs } = others.reduce((most, point) => (point.p50 > most.p50 ? point : most), first);
    return [{ linkId, utilisation: p50, atMs }];
  });
  return { madeAtMs, peaks };
}
