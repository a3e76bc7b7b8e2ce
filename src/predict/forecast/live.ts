import { formatDuration } from '../../core/units.ts';
import type { MedianRule } from './choice.ts';
import { ForecastFeatures } from './features.ts';
import { FORECAST_HORIZONS_MS, type ForecastMetric, LEAST_HISTORY_MS, MODEL_NEEDS_MS } from './metrics.ts';
import { choiceAt, type Forecast, forecastFrom, type HorizonModel } from './model.ts';
import type { ForecastModels } from './model-file.ts';
import type { RegularSeries } from './series.ts';
import { answerOf, lastKnown, trivialRules } from './trivial.ts';

/** The model, or the rule that stands in for it. */
export type ForecastMethod = 'model' | MedianRule;

export interface LiveForecast {
  readonly method: ForecastMethod;
  /** Which hours are not the model's, and why; null where all are. */
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
  const models = 'models' in now ? (now.models[metric.metric] ?? []) : [];
  const reason = reasonAgainstModel(historyMs, now, models.length);
  if (reason === null) {
    const reader = new ForecastFeatures(series, origin);
    const found = points((_, at) => forecastFrom(models[at] as HorizonModel, reader, origin, series.stepMs));
    if (found.length > 0) return { ...methodOf(models, reader, origin, series.stepMs), points: found };
  }
  const method = historyMs >= MODEL_NEEDS_MS ? 'daily' : 'persistence';
  const why = reason ?? 'the last hour is not known well enough for the model';
  return { method, reason: why, points: points((horizonMs) => byRule(series, method, horizonMs)) };
}

/** The model where it answers any hour; the hours at which it was no better than a rule are the rule's, and named. */
function methodOf(
  models: readonly HorizonModel[],
  reader: ForecastFeatures,
  origin: number,
  stepMs: number,
): Pick<LiveForecast, 'method' | 'reason'> {
  const byRule = models.flatMap((model) => {
    const { rule, trust } = choiceAt(model, reader, origin, Math.max(1, Math.round(model.horizonMs / stepMs)));
    return trust === 0 ? [{ rule, hours: model.horizonMs / 3_600_000 }] : [];
  });
  const [first] = byRule;
  if (first === undefined) return { method: 'model', reason: null };
  const rules = [...new Set(byRule.map(({ rule }) => rule))].join(' or ');
  const hours = byRule.map((each) => each.hours).join(', ');
  const reason = `at ${hours} h by the rule ${rules}: on later data the model was not better`;
  return { method: byRule.length < models.length ? 'model' : first.rule, reason };
}

function reasonAgainstModel(historyMs: number, now: ModelsNow, models: number): string | null {
  if ('problem' in now) return now.problem;
  if (models === 0) return 'the model has not learnt this figure: there was no history of it';
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
  const seasonal = rules[method];
  const middle = answerOf(rules, method, origin, horizon);
  if (!Number.isFinite(middle)) return null;
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
