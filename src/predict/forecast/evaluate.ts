import { forecastFrom, type HorizonModel } from './model.ts';
import { FeatureReaders, type Stretch } from './rows.ts';
import { answerOf, TRIVIAL_RULES, type TrivialName } from './trivial.ts';

/** Errors of one series at one horizon, all over the same origins. */
export interface SeriesErrors {
  readonly id: string;
  readonly origins: number;
  /** Mean absolute errors, in the unit of the series; a rule that the series is too short for is absent. */
  readonly own: number;
  readonly rules: Readonly<Partial<Record<TrivialName, number>>>;
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
  const reader = readers.of(series);
  const sums = TRIVIAL_RULES.map((name) => ({ name, sum: 0, answers: 0 }));
  let [origins, own, covered] = [0, 0, 0];
  for (let origin = begin; origin + horizon < end; origin += stride) {
    const truth = series.values[origin + horizon] as number;
    const forecast = Number.isFinite(truth) ? forecastFrom(model, reader, origin, series.stepMs) : null;
    if (forecast === null) continue;
    origins += 1;
    own += Math.abs(truth - forecast.p50);
    if (truth >= forecast.p10 && truth <= forecast.p90) covered += 1;
    for (const each of sums) {
      // In a gap a rule says the last value, so that no rule gets out of the comparison by one.
      each.sum += Math.abs(truth - answerOf(reader.rules, each.name, origin, horizon));
      if (Number.isFinite(reader.rules[each.name](origin, horizon))) each.answers += 1;
    }
  }
  const known = sums.filter(({ answers }) => answers > 0).map(({ name, sum }) => [name, sum / origins]);
  return { id: series.id, origins, own: own / origins, rules: Object.fromEntries(known), covered: covered / origins };
}
