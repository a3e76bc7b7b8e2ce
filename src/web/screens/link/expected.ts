import type { LinkForecast } from '../../../api/schemas/screen.ts';
import { type ForecastSeries, seriesOf } from '../../shared/forecasts.ts';
import type { Panel, Series, Values } from './series.ts';

/** Panels that have a forecast: by their id, the metric, and what turns it into the unit of the panel. */
const FORECAST_OF: Readonly<Record<string, { readonly metric: string; readonly factor: number }>> = {
  utilisation: { metric: 'utilisation', factor: 100 },
  latency: { metric: 'latencyMs', factor: 1 },
};
const WAYS = { az: 'a→z', za: 'z→a' } as const;

interface Drawing {
  readonly atMs: readonly number[];
  readonly panels: readonly Panel[];
}

/** How far the axis of time reaches, ms: as far ahead as there are forecasts, but never more future than past. */
export function axisEndMs(forecast: LinkForecast | null, fromMs: number, toMs: number): number {
  const ahead = series(forecast).flatMap(({ points }) => points.at(-1)?.atMs ?? []);
  return Math.max(toMs, Math.min(Math.max(0, ...ahead), toMs + (toMs - fromMs)));
}

/**
 * The panels with what is expected to come: from the last known value a dashed line, and around it the band that holds
 * four of five cases. History and forecast are on one axis of time.
 */
export function withExpected({ atMs, panels }: Drawing, forecast: LinkForecast | null): Drawing {
  const lastMs = atMs.at(-1) ?? 0;
  const times = series(forecast).flatMap(({ points }) => points.map((point) => point.atMs));
  const later = [...new Set(times)].filter((each) => each > lastMs).sort((x, y) => x - y);
  if (!forecast || later.length === 0) return { atMs, panels };
  const nothing = later.map(() => null);
  return {
    atMs: [...atMs, ...later],
    panels: panels.map((panel) => {
      const past = panel.series.map((each) => ({ ...each, values: [...each.values, ...nothing] }));
      const expected = expectedLines(panel, forecast, atMs.length, later);
      const bands = expected.flatMap(({ tone }, index) =>
        tone === 'expected' ? [[past.length + index + 1, past.length + index + 2] as const] : [],
      );
      return { ...panel, series: [...past, ...expected], ...(bands.length > 0 ? { bands } : {}) };
    }),
  };
}

/** For each direction the line, the upper and the lower edge of its band. */
function expectedLines(panel: Panel, { arcs }: LinkForecast, past: number, later: readonly number[]): Series[] {
  const about = FORECAST_OF[panel.id];
  if (!about) return [];
  return (['az', 'za'] as const).flatMap((way): Series[] => {
    const found = seriesOf(arcs[way], about.metric);
    if (!found) return [];
    const byTime = new Map(found.points.map((point) => [point.atMs, point]));
    const last = lastKnown(panel.series.find(({ label }) => label === WAYS[way])?.values ?? [], past);
    const values = (name: 'p10' | 'p50' | 'p90'): Values => {
      const known = later.map((each) => scaled(byTime.get(each)?.[name], about.factor));
      const before = new Array<number | null>(past).fill(null);
      if (last) before[last.at] = last.value;
      return [...before, ...known];
    };
    return [
      { label: `expected ${WAYS[way]}`, tone: 'expected', values: values('p50') },
      { label: 'upper', tone: 'band', values: values('p90') },
      { label: 'lower', tone: 'band', values: values('p10') },
    ];
  });
}

/** Where the history ends: the forecast begins there. A value long before its end is no beginning. */
function lastKnown(values: Values, past: number): { readonly at: number; readonly value: number } | null {
  for (let at = past - 1; at >= Math.max(0, past - 3); at -= 1) {
    const value = values[at];
    if (value !== null && value !== undefined) return { at, value };
  }
  return null;
}

const scaled = (value: number | undefined, factor: number): number | null =>
  value === undefined ? null : value * factor;

function series(forecast: LinkForecast | null): ForecastSeries[] {
  if (!forecast) return [];
  return (['az', 'za'] as const).flatMap((way) =>
    Object.values(FORECAST_OF).flatMap(({ metric }) => seriesOf(forecast.arcs[way], metric) ?? []),
  );
}

/** How the forecasts were made, once each: the model, or the rule that stands in for it and why. */
export function methodsOf(forecast: LinkForecast): string[] {
  const words = {
    model: 'by the model',
    combination: 'by the rules that were right of late',
    persistence: 'as it is now',
    'persistence-with-drift': 'as it is now, going on as in the last hour',
    'hour-median': 'as in the last hour',
    daily: 'as at this hour of the days before',
    'daily-with-drift': 'as at this hour yesterday, at the level of now',
    weekly: 'as at this hour a week ago',
    'weekly-with-drift': 'as at this hour a week ago, at the level of now',
  };
  return [
    ...new Set(series(forecast).map(({ method, reason }) => words[method] + (reason === null ? '' : ` (${reason})`))),
  ];
}
