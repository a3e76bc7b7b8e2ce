import { formatDuration } from '../../core/units.ts';
import { ForecastFeatures } from './features.ts';
import { FORECAST_HORIZONS_MS, type ForecastMetric, LEAST_HISTORY_MS, MODEL_NEEDS_MS } from './metrics.ts';
import { type Forecast, forecastFrom } from './model.ts';
import type { ForecastModels } from './model-file.ts';
import type { RegularSeries } from './series.ts';
import { lastKnown, trivialRules } from './trivial.ts';

export type ForecastMethod = 'model' | 'daily' | 'persistence';

export interface LiveForecast {
  readonly method: ForecastMethod;
  /** Why it is not the model's; null where it is. */
  readonly reason: string | null;
  readonly points: readonly ({ readonly atMs: number; readonly horizonMs: number } & Forecast)[];
}

/** The models in use, or why there are none. */
export type ModelsNow = { readonly models: ForecastModels } | { readonly problem: string };

/**
 * What a series will be in each of the next hours, from its newest step: by the model where there is a day of history,
 * else by a rule, with the spread that the rule's own errors had. Null where not even an hour is known.
 */
export function forecastNow(series: RegularSeries, metric: ForecastMetric, now: ModelsNow): LiveForecast | null {
  const origin = series.values.length - 1;
  const historyMs = series.values.length * series.stepMs;
  const last = lastKnown(series.values, origin, Math.round(LEAST_HISTORY_MS / series.stepMs));
  if (historyMs < LEAST_HISTORY_MS || !Number.isFinite(last)) return null;
  const atMs = series.startMs + origin * series.stepMs;
  const points = (of: (horizonMs: number, at: number) => Forecast | null) =>
    FORECAST_HORIZONS_MS.flatMap((horizonMs, at) => {
      const forecast = of(horizonMs, at);
      return forecast === null ? [] : [{ atMs: atMs + horizonMs, horizonMs, ...within(forecast, metric) }];
    });
  const reason = reasonAgainstModel(historyMs, now);
  if (reason === null && 'models' in now) {
    const reader = new ForecastFeatures(series);
    const own = now.models[metric.group];
    const found = points((_, at) => forecastFrom(own[at] as (typeof own)[number], reader, origin, series.stepMs));
    if (found.length > 0) return { method: 'model', reason: null, points: found };
  }
  const method = historyMs >= MODEL_NEEDS_MS ? 'daily' : 'persistence';
  const why = reason ?? 'the last hour is not known well enough for the model';
  return { method, reason: why, points: points((horizonMs) => byRule(series, method, horizonMs)) };
}

function reasonAgainstModel(historyMs: number, now: ModelsNow): string | null {
  if ('problem' in now) return now.problem;
  if (historyMs >= MODEL_NEEDS_MS) return null;
  return `the model needs ${formatDuration(MODEL_NEEDS_MS)} of history, there are ${formatDuration(historyMs)}`;
}

/** Origins in the past at which the rule's error is looked at. */
const LOOKS = 200;

/** A rule with the tenth and ninth tenth of the errors it made in this series; the middle one is not shifted. */
function byRule(series: RegularSeries, method: 'daily' | 'persistence', horizonMs: number): Forecast | null {
  const rules = trivialRules(series);
  const horizon = Math.max(1, Math.round(horizonMs / series.stepMs));
  const origin = series.values.length - 1;
  const seasonal = rules[method === 'daily' ? 'daily' : 'persistence'];
  const p50 = seasonal?.(origin, horizon) ?? Number.NaN;
  const last = rules.persistence?.(origin, horizon) ?? Number.NaN;
  const middle = Number.isFinite(p50) ? p50 : last;
  if (!Number.isFinite(middle) || seasonal === undefined) return null;
  const stride = Math.max(1, Math.floor(origin / LOOKS));
  const errors: number[] = [];
  for (let then = 0; then + horizon <= origin; then += stride) {
    const error = (series.values[then + horizon] as number) - seasonal(then, horizon);
    if (Number.isFinite(error)) errors.push(error);
  }
  errors.sort((x, y) => x - y);
  const quantile = (share: number) => errors[Math.round(share * (errors.length - 1))] ?? 0;
  return { p10: middle + Math.min(0, quantile(0.1)), p50: middle, p90: middle + Math.max(0, quantile(0.9)) };
}

function within(forecast: Forecast, { least, most }: ForecastMetric): Forecast {
  const kept = (value: number) =>
    Number(Math.min(most ?? Infinity, Math.max(least ?? -Infinity, value)).toPrecision(6));
  return { p10: kept(forecast.p10), p50: kept(forecast.p50), p90: kept(forecast.p90) };
}
