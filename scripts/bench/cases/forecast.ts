import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { createRng } from '../../../src/core/rng.ts';
import { simulatedData } from '../../../src/main/training.ts';
import { forecastErrors, type SeriesErrors } from '../../../src/predict/forecast/evaluate.ts';
import { FORECAST_DEFAULTS, trainHorizon } from '../../../src/predict/forecast/model.ts';
import { parseForecastModels } from '../../../src/predict/forecast/model-file.ts';
import { FeatureReaders, rowCount, type Stretch } from '../../../src/predict/forecast/rows.ts';
import type { RegularSeries } from '../../../src/predict/forecast/series.ts';
import { TRIVIAL_RULES, type TrivialName } from '../../../src/predict/forecast/trivial.ts';
import { MODEL_FILE, ModelRegistry } from '../../../src/predict/registry/registry.ts';
import { type ForecastScore, tryForecast } from '../../../src/predict/training/forecast.ts';
import { type Bench, type Measure, measure } from '../harness.ts';
import { loadSeries } from '../series/load-series.ts';
import { loadsOf } from '../series/loads.ts';
import { rttSeries } from '../series/rtt-atlas.ts';

const HOUR_MS = 3_600_000;
const SERIES_FOLDER = join(PACKAGE_ROOT, '..', 'shared', 'data', 'series');
/** Of each series in time: learnt from, calibrated on, tested on; the gaps keep one from reaching into the next. */
const SHARES = { learn: [0.03, 0.5], calibrate: [0.52, 0.65], test: [0.67, 1] } as const;
const GAP_DAYS = 0.5;
const FOLDS = 3;
const QUICK = { horizons: [1, 6], rowLimit: 40_000 };
const FULL = { horizons: [1, 2, 3, 4, 5, 6], rowLimit: 60_000 };

/** Networks and seeds that the model that ships has not seen, with time enough for weekly rules. */
const UNSEEN = [
  ['backbone-30@77', 5],
  ['backbone-30@78', 6],
  ['backbone-40@79', 7],
  ['backbone-50@80', 8],
] as const;
const UNSEEN_DAYS = 21;
const DAY_MS = 24 * HOUR_MS;
/** Too short to learn from half of it, too coarse to say anything of an hour, or hardly known at all. */
const [LEAST_DAYS, COARSEST_MS, LEAST_KNOWN] = [4, HOUR_MS, 0.3];
/** Fewer rows than this, in what is learnt from or calibrated on, teach nothing. */
const LEAST_ROWS = 200;

/**
 * Forecasts against trivial rules: always of times that were not learnt from, and where there are three series or more
 * of series that were not learnt from either: those of one third after another. All learning is from before the test.
 */
export const bench: Bench = {
  name: 'forecast',
  summary: 'errors of forecasts 1 to 6 hours ahead against persistence, seasonal rules and the median of the last hour',
  async *run({ full, flags }) {
    const settings = full ? FULL : QUICK;
    const folder = flags.data ?? SERIES_FOLDER;
    const probes = usable('probes', await rttSeries(folder, say));
    const loads = usable('loads', await loadsOf(folder, say));
    if (probes.length === 0) say(`round trips were not measured: nothing to use in rtt_atlas/*.csv of ${folder}`);
    if (loads.length === 0) say(`real loads were not measured: nothing to use in loads/*.csv of ${folder}`);
    for (const hours of settings.horizons) {
      yield* rttMeasures(hours, unseen(probes, hours, settings));
      yield* loadMeasures('load', hours, unseen(loads, hours, settings));
      yield* loadMeasures('made-up-load', hours, unseen(loadSeries(30, 42, 7), hours, settings, full ? FOLDS : 1));
    }
    yield* simulated(settings);
  },
};

const say = (text: string) => process.stderr.write(`${text}\n`);

function usable(what: string, series: readonly RegularSeries[]): RegularSeries[] {
  const good = series.filter(({ values, stepMs }) => {
    const known = values.filter(Number.isFinite).length;
    return (
      values.length * stepMs >= LEAST_DAYS * DAY_MS && stepMs <= COARSEST_MS && known >= LEAST_KNOWN * values.length
    );
  });
  if (good.length < series.length) {
    const left = series.length - good.length;
    say(`${left} of ${series.length} ${what} left out: less than ${LEAST_DAYS} days, coarser than 1 h, or mostly gaps`);
  }
  return good;
}

/** The model that ships, all its figures, in the calibrated world: each network counts the same. */
async function* simulated({ horizons }: Settings): AsyncIterable<Measure> {
  const registry = new ModelRegistry({ folder: join(tmpdir(), 'detour-bench-no-models') });
  const id = registry.shipped('forecast');
  if (id === null) throw new Error('no forecast model ships');
  const models = parseForecastModels(new TextDecoder().decode(registry.open('forecast', id).read(MODEL_FILE)));
  const scores: ForecastScore[] = [];
  for (const [testNetwork, testSeed] of UNSEEN) {
    const world = { networks: [], scenario: 'calibrated', days: UNSEEN_DAYS, seeds: [], testNetwork, testSeed };
    scores.push(...(await tryForecast(models, (await simulatedData(world)).test, 1, () => undefined)));
  }
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  for (const metric of new Set(scores.map((each) => each.metric))) {
    for (const hours of horizons) {
      const found = scores.filter((each) => each.metric === metric && each.horizonMs === hours * HOUR_MS);
      const ratios = found.map(({ own, bestRule }) => own / bestRule);
      const limits = metric === 'utilisation' ? { must: 0.92, aim: 0.82 } : { must: 1.01 };
      yield against(`simulated-${metric}`, hours, mean(ratios), limits);
      yield against(`simulated-${metric}-worst-network`, hours, Math.max(...ratios));
      yield* coverage(`simulated-${metric}`, hours, mean(found.map(({ covered }) => covered)));
    }
  }
}

type Settings = typeof QUICK;

function unseen(
  series: readonly RegularSeries[],
  hours: number,
  { rowLimit }: Settings,
  folds = FOLDS,
): SeriesErrors[] {
  if (series.length === 0) return [];
  const readers = new FeatureReaders();
  const isFew = series.length < FOLDS;
  return Array.from({ length: isFew ? 1 : folds }, (_, fold) => {
    const known = series.filter((_each, at) => isFew || at % FOLDS !== fold);
    const tested = series.filter((_each, at) => isFew || at % FOLDS === fold);
    const [learn, calibrate] = [parts(known, 'learn'), parts(known, 'calibrate')];
    const horizonMs = hours * HOUR_MS;
    const rows = Math.min(rowCount(learn, horizonMs), rowCount(calibrate, horizonMs));
    if (rows < LEAST_ROWS) {
      say(`${hours} h ahead, part ${fold + 1}: not measured, there are ${rows} moments to learn from or calibrate on`);
      return [];
    }
    const settings = { ...FORECAST_DEFAULTS, rowLimit };
    const model = trainHorizon(learn, calibrate, horizonMs, settings, createRng(fold), readers);
    return forecastErrors(model, parts(tested, 'test'), 7, readers);
  }).flat();
}

/** One part of the time of each series: whole weeks are calibrated and tested on where there are four or more. */
function parts(series: readonly RegularSeries[], part: keyof typeof SHARES): Stretch[] {
  return series.map((each) => {
    const days = (each.values.length * each.stepMs) / DAY_MS;
    const [from, to] = days >= 28 ? weeksOf(days)[part] : SHARES[part].map((share) => share * days);
    const step = (day: number) => Math.min(each.values.length, Math.floor((day * DAY_MS) / each.stepMs));
    return { series: each, begin: step(from as number), end: step(to as number) };
  });
}

/** About the same shares in whole weeks, in days: on weekends and working days forecasts do not err alike. */
function weeksOf(days: number): Record<keyof typeof SHARES, readonly [from: number, to: number]> {
  const weeks = (share: number) => 7 * Math.max(1, Math.floor((share * days) / 7));
  const test = days - weeks(SHARES.test[1] - SHARES.test[0]);
  const calibrate = test - GAP_DAYS - weeks(SHARES.calibrate[1] - SHARES.calibrate[0]);
  return { learn: [1, calibrate - GAP_DAYS], calibrate: [calibrate, test - GAP_DAYS], test: [test, days] };
}

/** Mean over all origins of all series. */
function pooled(errors: readonly SeriesErrors[], pick: (each: SeriesErrors) => number): number {
  const origins = errors.reduce((sum, each) => sum + each.origins, 0);
  return errors.reduce((sum, each) => sum + pick(each) * each.origins, 0) / origins;
}

/** What the interval covers, and by how much that is off what it says it does. */
function coverage(what: string, hours: number, value: number): Measure[] {
  const about = { bench: 'forecast', unit: '' } as const;
  return [
    measure({ ...about, metric: `${what}-covered-by-80%-${hours}h`, value, better: 'higher' }),
    measure({
      ...{ ...about, metric: `${what}-coverage-off-80%-${hours}h`, better: 'lower', must: 0.05 },
      value: Math.abs(value - 0.8),
    }),
  ];
}

function against(what: string, hours: number, value: number, limits: { must?: number; aim?: number } = {}): Measure {
  const metric = `${what}-against-best-rule-${hours}h`;
  return measure({ bench: 'forecast', metric, value, unit: 'x', better: 'lower', ...limits });
}

function rttMeasures(hours: number, errors: readonly SeriesErrors[]): Measure[] {
  if (errors.length === 0) return [];
  const rule = (name: TrivialName) => pooled(errors, ({ rules }) => rules[name] ?? Number.NaN);
  const own = pooled(errors, (each) => each.own);
  const lower = { bench: 'forecast', better: 'lower' } as const;
  return [
    measure({ ...lower, metric: `rtt-mae-${hours}h`, value: own, unit: 'ms' }),
    measure({
      ...lower,
      metric: `rtt-against-hour-median-${hours}h`,
      value: own / rule('hour-median'),
      unit: 'x',
      must: 1,
      aim: 0.95,
    }),
    measure({ ...lower, metric: `rtt-against-persistence-${hours}h`, value: own / rule('persistence'), unit: 'x' }),
    ...coverage(
      'rtt',
      hours,
      pooled(errors, (each) => each.covered),
    ),
  ];
}

/** Each link counts the same: relative to the rule that is best over all links together, and to the best of each. */
function loadMeasures(what: string, hours: number, all: readonly SeriesErrors[]): Measure[] {
  // A link that does not change at all is foreseen by anyone.
  const errors = all.filter(({ rules }) => bestOf(rules) > 0);
  if (errors.length === 0) return [];
  const mean = (pick: (each: SeriesErrors) => number) =>
    Math.exp(errors.reduce((sum, each) => sum + Math.log(Math.max(pick(each), Number.MIN_VALUE)), 0) / errors.length);
  const names = TRIVIAL_RULES.filter((name) => errors.every(({ rules }) => name in rules));
  const best = Math.min(...names.map((name) => mean(({ rules }) => rules[name] as number)));
  const own = mean((each) => each.own);
  return [
    against(what, hours, own / best, { must: 0.92, aim: 0.82 }),
    measure({
      ...{ bench: 'forecast', metric: `${what}-against-best-rule-of-each-link-${hours}h`, unit: 'x', better: 'lower' },
      value: own / mean(({ rules }) => bestOf(rules)),
    }),
    ...coverage(
      what,
      hours,
      pooled(errors, (each) => each.covered),
    ),
  ];
}

function bestOf(rules: SeriesErrors['rules']): number {
  return Math.min(...Object.values(rules));
}
