import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { createRng } from '../../../src/core/rng.ts';
import { forecastErrors, type SeriesErrors } from '../../../src/predict/forecast/evaluate.ts';
import { FORECAST_DEFAULTS, trainHorizon } from '../../../src/predict/forecast/model.ts';
import { FeatureReaders, type Stretch } from '../../../src/predict/forecast/rows.ts';
import type { RegularSeries } from '../../../src/predict/forecast/series.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { loadSeries } from '../series/load-series.ts';
import { rttSeries } from '../series/rtt-atlas.ts';

const HOUR_MS = 3_600_000;
const SERIES_FOLDER = join(PACKAGE_ROOT, '..', 'shared', 'data', 'series');
/** Of each series in time: learnt from, calibrated on, tested on; the gaps keep one from reaching into the next. */
const [LEARN, CALIBRATE, TEST] = [
  [0.03, 0.5],
  [0.52, 0.65],
  [0.67, 1],
] as const;
const FOLDS = 3;
const QUICK = { horizons: [1, 6], rowLimit: 40_000, folds: 1 };
const FULL = { horizons: [1, 2, 3, 4, 5, 6], rowLimit: 60_000, folds: FOLDS };

/**
 * Forecasts against trivial rules: always of series and times that were not learnt from. The test probes are those of
 * one third after another; they are tested on their last third only, and all learning is from before that.
 */
export const bench: Bench = {
  name: 'forecast',
  summary: 'errors of forecasts 1 to 6 hours ahead against persistence, seasonal rules and the median of the last hour',
  async *run({ full, flags }) {
    const settings = full ? FULL : QUICK;
    const probes = await rttSeries(flags.data ?? SERIES_FOLDER);
    if (probes.length === 0) process.stderr.write('round trips were not measured: no rtt_atlas/*.csv (--data DIR)\n');
    for (const hours of settings.horizons) {
      if (probes.length > 0) yield* rttMeasures(hours, unseen(probes, hours, settings));
      yield* loadMeasures(hours, unseen(loadSeries(30, 42, 7), hours, settings));
    }
  },
};

type Settings = typeof QUICK;

function unseen(series: readonly RegularSeries[], hours: number, { folds, rowLimit }: Settings): SeriesErrors[] {
  const readers = new FeatureReaders();
  return Array.from({ length: folds }, (_, fold) => {
    const [known, tested] = [
      series.filter((_each, at) => at % FOLDS !== fold),
      series.filter((_each, at) => at % FOLDS === fold),
    ];
    const settings = { ...FORECAST_DEFAULTS, rowLimit };
    const model = trainHorizon(
      parts(known, LEARN),
      parts(known, CALIBRATE),
      hours * HOUR_MS,
      settings,
      createRng(fold),
      readers,
    );
    return forecastErrors(model, parts(tested, TEST), 7, readers);
  }).flat();
}

function parts(series: readonly RegularSeries[], [from, to]: readonly [number, number]): Stretch[] {
  return series.map((each) => ({
    series: each,
    begin: Math.floor(from * each.values.length),
    end: Math.floor(to * each.values.length),
  }));
}

/** Mean over all origins of all series. */
function pooled(errors: readonly SeriesErrors[], pick: (each: SeriesErrors) => number): number {
  const origins = errors.reduce((sum, each) => sum + each.origins, 0);
  return errors.reduce((sum, each) => sum + pick(each) * each.origins, 0) / origins;
}

function covered(what: string, hours: number, errors: readonly SeriesErrors[]): Measure {
  const value = pooled(errors, (each) => each.covered);
  return measure({
    bench: 'forecast',
    metric: `${what}-covered-by-80%-${hours}h`,
    value,
    unit: '',
    better: 'higher',
    must: 0.75,
  });
}

function rttMeasures(hours: number, errors: readonly SeriesErrors[]): Measure[] {
  const rule = (name: string) => pooled(errors, ({ rules }) => rules[name] ?? Number.NaN);
  const own = pooled(errors, (each) => each.own);
  const lower = { bench: 'forecast', better: 'lower' } as const;
  return [
    measure({ ...lower, metric: `rtt-mae-${hours}h`, value: own, unit: 'ms' }),
    measure({
      ...lower,
      metric: `rtt-against-hour-median-${hours}h`,
      value: own / rule('hour median'),
      unit: 'x',
      must: 1,
      aim: 0.95,
    }),
    measure({ ...lower, metric: `rtt-against-persistence-${hours}h`, value: own / rule('persistence'), unit: 'x' }),
    covered('rtt', hours, errors),
  ];
}

/** Each link counts the same: relative to the rule that is best over all links together. */
function loadMeasures(hours: number, errors: readonly SeriesErrors[]): Measure[] {
  const mean = (pick: (each: SeriesErrors) => number) =>
    Math.exp(errors.reduce((sum, each) => sum + Math.log(pick(each)), 0) / errors.length);
  const names = Object.keys(errors[0]?.rules ?? {});
  const best = Math.min(...names.map((name) => mean(({ rules }) => rules[name] as number)));
  const value = mean((each) => each.own) / best;
  return [
    measure({
      bench: 'forecast',
      metric: `made-up-load-against-best-rule-${hours}h`,
      value,
      unit: 'x',
      better: 'lower',
      must: 0.92,
      aim: 0.82,
    }),
    covered('made-up-load', hours, errors),
  ];
}
