import type { LinkForecast } from '../../api/schemas/screen.ts';

type Arc = NonNullable<LinkForecast['arcs']['az']>;
export type ForecastSeries = Arc['series'][number];

export function seriesOf(arc: Arc | null, metric: string): ForecastSeries | null {
  return arc?.series.find((series) => series.metric === metric && series.points.length > 0) ?? null;
}

/** The highest expected utilisation (0..1) of both directions in the hours to come; null where none is forecast. */
export function peakOf({ arcs }: LinkForecast): number | null {
  const values = [arcs.az, arcs.za].flatMap((arc) => seriesOf(arc, 'utilisation')?.points.map(({ p50 }) => p50) ?? []);
  return values.length === 0 ? null : Math.max(...values);
}

export interface FullDay {
  /** UTC date; null where it does not fill up, or where that is not known. */
  readonly day: string | null;
  readonly reason: string | null;
}

/** The day the fuller direction runs full; null where nothing was forecast. */
export function fullDayOf({ arcs }: LinkForecast): FullDay | null {
  const days = [arcs.az, arcs.za].flatMap((arc) => arc?.full ?? []);
  const dated = days.filter(({ day }) => day !== null).sort((x, y) => ((x.day ?? '') < (y.day ?? '') ? -1 : 1));
  return dated[0] ?? days[0] ?? null;
}
