import { DetourError } from '../../core/errors.ts';
import { createRng, type Rng } from '../../core/rng.ts';
import { type Ensemble, type Members, stack } from '../ensemble.ts';
import { LOGISTIC_DEFAULTS, logistic } from '../logistic.ts';
import { BOOST_DEFAULTS, type BoostSettings, boost, type Examples } from '../trees/boost.ts';
import { FOREST_DEFAULTS, type ForestSettings, forest } from '../trees/forest.ts';
import { LOGISTIC } from '../trees/losses.ts';
import { attributed } from './attributed-trees.ts';
import { pickRows, type RiskDataset, rowsWhere } from './dataset.ts';
import { RISK_FEATURES } from './feature-list.ts';
import { RISK_HORIZONS } from './labels.ts';
import type { HorizonRisk, RiskModel } from './model.ts';

const HOUR_MS = 3_600_000;
/** The longest window that features look at and the longest horizon: rows farther apart share nothing. */
export const FULL_GAP_MS = (168 + 6) * HOUR_MS;

/** Nearly all of the weight lies on calm rows, beside which a heavier penalty would hold back what few failures teach. */
const LOGISTIC_PENALTY = 1e-5;

export interface RiskTrainOptions {
  readonly seed: number;
  readonly boost: BoostSettings;
  readonly forest: ForestSettings;
  /** The last share of each world's time, 0..1: decides when to stop, weighs the members and calibrates. */
  readonly calibrationShare: number;
  /** Worlds that do this in its place; all others are learnt from as a whole. Null: split each world by time. */
  readonly calibrationWorlds: readonly number[] | null;
  /** Worlds of which nothing is learnt but when to stop; null: those that calibrate say that, too. */
  readonly stoppingWorlds: readonly number[] | null;
  /** The gap before it is `FULL_GAP_MS`, but not more than this share of a world's time. */
  readonly gapShare: number;
  readonly signal?: AbortSignal;
}

export const RISK_TRAIN_DEFAULTS: RiskTrainOptions = {
  seed: 1,
  boost: {
    ...BOOST_DEFAULTS,
    treeCount: 200,
    maxDepth: 4,
    learningRate: 0.05,
    rowShare: 0.5,
    featureShare: 0.3,
    minLeafWeight: 20,
    l2: 20,
    patience: 30,
  },
  forest: { ...FOREST_DEFAULTS, treeCount: 50, maxDepth: 8, minLeafWeight: 40, featureShare: 0.3 },
  calibrationShare: 0.3,
  calibrationWorlds: null,
  stoppingWorlds: null,
  gapShare: 0.1,
};

export interface RiskProgress {
  readonly horizon: string;
  readonly stage: 'boosted' | 'forest' | 'logistic' | 'calibration';
  /** Of all the work, 0..1. */
  readonly done: number;
}

/** Fewer rows before a failure teach nothing. */
const LEAST_POSITIVES = 20;

/**
 * Learns the chance to fail within each horizon: members from the past of each world, weights and calibration from
 * what came later. The same dataset, options and seed give the same model.
 *
 * @throws DetourError MODEL where there are too few failures to learn from; what `signal` holds when it is aborted
 */
export function trainRisk(
  dataset: RiskDataset,
  options: RiskTrainOptions = RISK_TRAIN_DEFAULTS,
  onProgress: (progress: RiskProgress) => void = () => {},
): RiskModel {
  const { past, later, stopping } = partsOf(withoutUsualLevels(dataset), options);
  const rng = createRng(options.seed);
  const horizons = RISK_HORIZONS.map(({ name }, at): HorizonRisk => {
    const told = (stage: RiskProgress['stage'], share: number) =>
      onProgress({ horizon: name, stage, done: (at + share) / RISK_HORIZONS.length });
    const parts = { past: known(past, at), later: known(later, at), stopping: known(stopping, at) };
    return trainHorizon(parts, at, options, rng.fork(name), told);
  });
  return { features: dataset.table.names, horizons };
}

/** What is missing everywhere is never split on, and weighs nothing. */
function withoutUsualLevels(dataset: RiskDataset): RiskDataset {
  const values = dataset.table.values.slice();
  const width = dataset.table.names.length;
  RISK_FEATURES.forEach(({ isUsualLevel = false }, column) => {
    if (isUsualLevel) for (let at = column; at < values.length; at += width) values[at] = Number.NaN;
  });
  return { ...dataset, table: { ...dataset.table, values } };
}

/** What members learn from, what weighs and calibrates them, and what says when to stop. */
interface Parts {
  readonly past: RiskDataset;
  readonly later: RiskDataset;
  readonly stopping: RiskDataset;
}

function partsOf(dataset: RiskDataset, options: RiskTrainOptions): Parts {
  const { calibrationWorlds, stoppingWorlds } = options;
  if (calibrationWorlds === null) {
    const { past, later } = splitByTime(dataset, options);
    return { past, later, stopping: later };
  }
  const [calibrating, stopping] = [new Set(calibrationWorlds), new Set(stoppingWorlds ?? [])];
  const later = ofWorlds(dataset, (world) => calibrating.has(world));
  return {
    past: ofWorlds(dataset, (world) => !calibrating.has(world) && !stopping.has(world)),
    later,
    stopping: stopping.size === 0 ? later : ofWorlds(dataset, (world) => stopping.has(world)),
  };
}

type Told = (stage: RiskProgress['stage'], share: number) => void;

function trainHorizon(
  { past, later, stopping }: Parts,
  at: number,
  options: RiskTrainOptions,
  rng: Rng,
  told: Told,
): HorizonRisk {
  const [training, calibration] = [examplesOf(past, at), examplesOf(later, at)];
  requireFailures(training, 'to learn from');
  requireFailures(calibration, 'to calibrate with');
  const { boost: boosting, forest: growing, signal } = options;
  const members: Members = {
    boosted: boost(training, LOGISTIC, boosting, rng.fork('boosted'), {
      validation: examplesOf(stopping, at),
      onTree: (done) => told('boosted', (0.6 * done) / boosting.treeCount),
      ...(signal === undefined ? {} : { signal }),
    }),
    forest: forest(training, growing, rng.fork('forest'), (done) => {
      signal?.throwIfAborted();
      told('forest', 0.6 + (0.3 * done) / growing.treeCount);
    }),
    logistic: logistic(training, { ...LOGISTIC_DEFAULTS, l2: LOGISTIC_PENALTY }),
  };
  told('logistic', 0.95);
  const ensemble: Ensemble = stack(members, calibration.table, calibration.labels, later.weights);
  told('calibration', 1);
  return {
    ensemble,
    boosted: attributed(members.boosted, past.table, past.weights),
    forest: attributed(members.forest, past.table, past.weights),
  };
}

/** Rows weigh what they stand for, so that members learn the chances as they are. */
function examplesOf({ table, within, weights }: RiskDataset, at: number): Examples {
  return { table, labels: within[at] as Float32Array, weights };
}

function requireFailures({ labels }: Examples, what: string): void {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives >= LEAST_POSITIVES && positives < labels.length) return;
  throw new DetourError('MODEL', `too few failures ${what}: ${positives} rows before one, of ${labels.length}`, {
    hint: 'give it more days or more networks',
  });
}

/** Rows whose label is known. */
function known(dataset: RiskDataset, at: number): RiskDataset {
  const labels = dataset.within[at] as Float32Array;
  return pickRows(
    dataset,
    rowsWhere(dataset, (row) => !Number.isNaN(labels[row])),
  );
}

function ofWorlds(dataset: RiskDataset, isOne: (world: number) => boolean): RiskDataset {
  return pickRows(
    dataset,
    rowsWhere(dataset, (row) => isOne(dataset.world[row] as number)),
  );
}

/** Of each world, its past and what came later, with a gap between them that windows and horizons cannot bridge. */
export function splitByTime(
  dataset: RiskDataset,
  { calibrationShare, gapShare }: Pick<RiskTrainOptions, 'calibrationShare' | 'gapShare'>,
): { past: RiskDataset; later: RiskDataset } {
  const spans = new Map<number, [first: number, last: number]>();
  dataset.world.forEach((world, row) => {
    const at = dataset.atMs[row] as number;
    const [first, last] = spans.get(world) ?? [at, at];
    spans.set(world, [Math.min(first, at), Math.max(last, at)]);
  });
  const beginOf = (row: number) => {
    const [first, last] = spans.get(dataset.world[row] as number) as [number, number];
    const span = last - first;
    return { later: last - calibrationShare * span, gap: Math.min(FULL_GAP_MS, gapShare * span) };
  };
  const part = (keep: (atMs: number, begin: { later: number; gap: number }) => boolean) =>
    pickRows(
      dataset,
      rowsWhere(dataset, (row) => keep(dataset.atMs[row] as number, beginOf(row))),
    );
  return {
    past: part((atMs, { later, gap }) => atMs < later - gap),
    later: part((atMs, { later }) => atMs >= later),
  };
}
