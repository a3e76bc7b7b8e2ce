import { DetourError } from '../../core/errors.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import { forecastErrors, type SeriesErrors } from '../forecast/evaluate.ts';
import { FORECAST_HORIZONS_MS, FORECAST_METRICS, FORECAST_STEP_MS, type ForecastMetric } from '../forecast/metrics.ts';
import { FORECAST_DEFAULTS, type HorizonChoice, type HorizonModel, trainHorizon } from '../forecast/model.ts';
import type { ForecastModels } from '../forecast/model-file.ts';
import { FeatureReaders, rowCount, type Stretch } from '../forecast/rows.ts';
import type { RegularSeries } from '../forecast/series.ts';
import { TRIVIAL_RULES } from '../forecast/trivial.ts';
import type { OnProgress } from './risk.ts';
import type { TrainingWorld } from './world.ts';

const DAY_STEPS = 86_400_000 / FORECAST_STEP_MS;
/** Which series of one metric and world are looked at: so many, each with this chance. */
interface Sampled {
  readonly most: number;
  readonly share: number;
}
/** More of them teach little that is new. */
const LEARNT: Sampled = { most: 40, share: 0.5 };
/** A figure that 40 of 98 arcs give differs by 4 % from that of 40 others: all are tested on, if they are not too many. */
const TESTED: Sampled = { most: 200, share: 1 };
/** Fewer moments than this teach nothing. */
const LEAST_ROWS = 200;
/** Small on purpose: forecasts of a whole network are made every few minutes, and the model ships. */
const SETTINGS = {
  ...FORECAST_DEFAULTS,
  treeCount: 60,
  maxDepth: 4,
  learningRate: 0.14,
  patience: 10,
  rowLimit: 24_000,
};
const WEEK_STEPS = 7 * DAY_STEPS;
/** Longer than any horizon, so that no truth of one part lies in the next. */
const GAP_STEPS = DAY_STEPS / 2;

/** Of each world in time: learnt from, what decides when to stop and how far to trust, and what is tested on, last. */
interface Parts {
  readonly learn: readonly [begin: number, end: number];
  readonly calibrate: readonly [begin: number, end: number];
  readonly test: readonly [begin: number, end: number];
}

/**
 * Where there are four weeks or more, whole weeks are calibrated and tested on: working days and weekends do not err
 * alike, and an interval that was widened on a stretch with more of the ones is wrong on another. The first day is only
 * looked back at.
 */
function partsOf(steps: number): Parts {
  const test = steps - WEEK_STEPS;
  const calibrate = test - GAP_STEPS - WEEK_STEPS;
  const parts: Parts =
    steps >= 4 * WEEK_STEPS
      ? { learn: [0, calibrate - GAP_STEPS], calibrate: [calibrate, test - GAP_STEPS], test: [test, steps] }
      : { learn: [0, 0.6 * steps], calibrate: [0.63 * steps, 0.78 * steps], test: [0.81 * steps, steps] };
  const whole = ([begin, end]: readonly [number, number]) =>
    [Math.max(DAY_STEPS, Math.floor(begin)), Math.floor(end)] as const;
  return { learn: whole(parts.learn), calibrate: whole(parts.calibrate), test: whole(parts.test) };
}

/** When the part begins that forecasts of a world are tested on. */
export function forecastTestFromMs({ fromMs, toMs }: Pick<TrainingWorld, 'fromMs' | 'toMs'>): number {
  return fromMs + partsOf(Math.ceil((toMs - fromMs) / FORECAST_STEP_MS)).test[0] * FORECAST_STEP_MS;
}

export interface ForecastScore {
  readonly metric: string;
  readonly horizonMs: number;
  readonly own: number;
  readonly persistence: number;
  /** Of the best rule that anyone can follow, over all series together. */
  readonly bestRule: number;
  readonly bestRuleName: string;
  readonly covered: number;
  /** How the middle is made. */
  readonly choice: HorizonChoice;
}

export interface TrainedForecast {
  readonly models: ForecastModels;
  readonly scores: readonly ForecastScore[];
  readonly series: number;
}

type SeriesOf = ReadonlyMap<ForecastMetric, readonly RegularSeries[]>;

/**
 * Learns forecasts from the first part of the time of `learn`, and tests them on the last part of that of `test`: other
 * networks, or the same one later.
 */
export async function learnForecast(
  learn: readonly TrainingWorld[],
  test: readonly TrainingWorld[],
  seed: number,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<TrainedForecast> {
  const rng = createRng(seed);
  const found = await seriesOfAll(learn, LEARNT, rng, onProgress, signal);
  const known = [...found].filter(([, series]) => isEnough(series));
  if (known.length === 0) throw new DetourError('MODEL', 'too little is known of any figure to learn forecasts from');
  const learnMetric = ({ metric }: ForecastMetric, series: readonly RegularSeries[], at: number): HorizonModel[] => {
    const readers = new FeatureReaders();
    return FORECAST_HORIZONS_MS.map((horizonMs, hour) => {
      onProgress(
        `learning ${metric}, ${horizonMs / 3_600_000} h`,
        (at + hour / FORECAST_HORIZONS_MS.length) / known.length,
      );
      signal?.throwIfAborted();
      const [past, later] = [stretchesOf(series, 'learn'), stretchesOf(series, 'calibrate')];
      return trainHorizon(past, later, horizonMs, SETTINGS, rng.fork(`${metric} ${horizonMs}`), readers);
    });
  };
  const models = Object.fromEntries(
    known.map(([metric, series], at) => [metric.metric, learnMetric(metric, series, at)]),
  );
  const scores = await tryForecast(models, test, seed, onProgress, signal);
  return { models, scores, series: known.reduce((sum, [, series]) => sum + series.length, 0) };
}

/** Errors of models, and of the rules they have to beat, on the last part of the time of these worlds. */
export async function tryForecast(
  models: ForecastModels,
  test: readonly TrainingWorld[],
  seed: number,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<ForecastScore[]> {
  const found = await seriesOfAll(test, TESTED, createRng(seed), onProgress, signal);
  return [...found].flatMap(([{ metric }, series]) => scoresOf(metric, series, models[metric] ?? []));
}

async function seriesOfAll(
  worlds: readonly TrainingWorld[],
  pick: Sampled,
  rng: Rng,
  onProgress: OnProgress,
  signal: AbortSignal | undefined,
): Promise<SeriesOf> {
  const found = new Map<ForecastMetric, RegularSeries[]>();
  for (const [number, world] of worlds.entries()) {
    onProgress(`reading ${world.name}`, number / worlds.length);
    for (const [metric, series] of await seriesOf(world, pick, rng.fork(world.name))) {
      found.set(metric, [...(found.get(metric) ?? []), ...series]);
    }
    signal?.throwIfAborted();
  }
  return found;
}

/** Series of what is forecast at the step of forecasts, some of each metric. */
async function seriesOf(world: TrainingWorld, pick: Sampled, rng: Rng): Promise<Map<ForecastMetric, RegularSeries[]>> {
  const chosen = chooser(pick, rng);
  const length = Math.ceil((world.toMs - world.fromMs) / FORECAST_STEP_MS);
  const kept = new Map<string, { metric: ForecastMetric; id: string; sum: Float64Array; count: Uint16Array }>();
  for await (const block of world.blocks()) {
    const metric = FORECAST_METRICS.find((each) => each.kind === block.kind && each.metric === block.metric);
    if (metric === undefined || !chosen(metric, block.id)) continue;
    const name = `${block.kind} ${block.id} ${block.metric}`;
    const known = kept.get(name) ?? { metric, id: name, sum: new Float64Array(length), count: new Uint16Array(length) };
    kept.set(name, known);
    const values = 'values' in block ? block.values : block.mean;
    for (let at = 0; at < block.atMs.length; at += 1) {
      const step = Math.floor(((block.atMs[at] as number) - world.fromMs) / FORECAST_STEP_MS);
      const value = values[at] as number;
      if (!Number.isFinite(value) || step < 0 || step >= length) continue;
      known.sum[step] = (known.sum[step] as number) + value;
      known.count[step] = (known.count[step] as number) + 1;
    }
  }
  const series = new Map<ForecastMetric, RegularSeries[]>();
  for (const { metric, id, sum, count } of kept.values()) {
    const values = sum.map((total, at) => ((count[at] as number) > 0 ? total / (count[at] as number) : Number.NaN));
    const own = { id: `${world.name} ${id}`, startMs: world.fromMs, stepMs: FORECAST_STEP_MS, values };
    series.set(metric, [...(series.get(metric) ?? []), own]);
  }
  return series;
}

/** Decides once for each series whether it is among those of its metric that are looked at. */
function chooser({ most, share }: Sampled, rng: Rng): (metric: ForecastMetric, id: string) => boolean {
  const decided = new Map<string, boolean>();
  const counts = new Map<ForecastMetric, number>();
  return (metric, id) => {
    const name = `${metric.metric} ${id}`;
    const known = decided.get(name);
    if (known !== undefined) return known;
    const count = counts.get(metric) ?? 0;
    const isChosen = count < most && rng.next() < share;
    decided.set(name, isChosen);
    if (isChosen) counts.set(metric, count + 1);
    return isChosen;
  };
}

/** Figures of which hardly anything is known, or only of one part of the time, are left out: a rule forecasts them. */
function isEnough(series: readonly RegularSeries[]): boolean {
  const longestMs = Math.max(...FORECAST_HORIZONS_MS);
  return (['learn', 'calibrate'] as const).every(
    (part) => rowCount(stretchesOf(series, part), longestMs) >= LEAST_ROWS,
  );
}

function stretchesOf(series: readonly RegularSeries[], part: keyof Parts): Stretch[] {
  return series.map((each) => {
    const [begin, end] = partsOf(each.values.length)[part];
    return { series: each, begin, end };
  });
}

function scoresOf(metric: string, series: readonly RegularSeries[], models: readonly HorizonModel[]): ForecastScore[] {
  const readers = new FeatureReaders();
  return models.map((model) => {
    const errors = forecastErrors(model, stretchesOf(series, 'test'), 7, readers);
    const origins = errors.reduce((sum, each) => sum + each.origins, 0);
    const pooled = (of: (each: SeriesErrors) => number) =>
      errors.reduce((sum, each) => sum + of(each) * each.origins, 0) / origins;
    const names = TRIVIAL_RULES.filter((name) => errors.every(({ rules }) => name in rules));
    const rules = names.map((name) => [name, pooled(({ rules: own }) => own[name] as number)] as const);
    const [bestRuleName, bestRule] = rules.toSorted(([, x], [, y]) => x - y)[0] ?? ['none', Number.NaN];
    return {
      ...{ metric, horizonMs: model.horizonMs, bestRuleName, bestRule, choice: model.choices[0] as HorizonChoice },
      own: pooled(({ own }) => own),
      persistence: pooled(({ rules: own }) => own.persistence ?? Number.NaN),
      covered: pooled(({ covered }) => covered),
    };
  });
}
