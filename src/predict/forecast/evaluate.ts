import { forecastFrom, type HorizonModel } from './model.ts';
import { FeatureReaders, type Stretch } from './rows.ts';
import { trivialRules } from './trivial.ts';

/** Errors of one series at one horizon, over the origins where every rule has an answer. */
export interface SeriesErrors {
  readonly id: string;
  readonly origins: number;
  /** Mean absolute errors, in the unit of the series; a rule that the series is too short for is absent. */
  readonly own: number;
  readonly rules: Readonly<Record<string, number>>;
  /** Share of the truths within p10 and p90. */
  readonly covered: number;
}

/** Forecasts from every `stride`-th origin of the stretches against what came, and against the trivial rules. */
export function forecastErrors(
  model: HorizonModel,
  stretches: readonly Stretch[],
  stride: number,
  readers = new FeatureReaders(),
): SeriesErrors[] {
  return stretches.map((stretch) => errorsOf(model, stretch, stride, readers)).filter(({ origins }) => origins > 0);
}

function errorsOf(
  model: HorizonModel,
  { series, begin, end }: Stretch,
  stride: number,
  readers: FeatureReaders,
): SeriesErrors {
  const horizon = Math.max(1, Math.round(model.horizonMs / series.stepMs));
  const rules = Object.entries(trivialRules(series));
  const sums = new Map(rules.map(([name]) => [name, 0]));
  let [origins, own, covered] = [0, 0, 0];
  for (let origin = begin; origin + horizon < end; origin += stride) {
    const truth = series.values[origin + horizon] as number;
    const forecast = Number.isFinite(truth) ? forecastFrom(model, readers.of(series), origin, series.stepMs) : null;
    if (forecast === null) continue;
    origins += 1;
    own += Math.abs(truth - forecast.p50);
    if (truth >= forecast.p10 && truth <= forecast.p90) covered += 1;
    for (const [name, rule] of rules) {
      // A rule without an answer drops out of the whole series: rules are compared on the same origins.
      sums.set(name, (sums.get(name) as number) + Math.abs(truth - rule(origin, horizon)));
    }
  }
  const means = [...sums].map(([name, sum]) => [name, sum / origins] as const);
  const known = means.filter(([, mean]) => Number.isFinite(mean));
  return { id: series.id, origins, own: own / origins, rules: Object.fromEntries(known), covered: covered / origins };
}
