import type { Rng } from '../../core/rng.ts';
import { BOOST_DEFAULTS, type BoostSettings, boost } from '../trees/boost.ts';
import { quantileLoss } from '../trees/losses.ts';
import { marginOf, marginsOf, type TreeEnsemble } from '../trees/tree-ensemble.ts';
import { FORECAST_FEATURES, type ForecastFeatures } from './features.ts';
import { FeatureReaders, type ForecastRows, type Stretch, sampleRows } from './rows.ts';

/** Share of the truths that the interval from low to high is to cover. */
export const COVERAGE = 0.8;
const [LOW, HIGH] = [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2];

/** Quantiles of what a figure will be `horizonMs` from now, in units of the frame of its features. */
export interface HorizonModel {
  readonly horizonMs: number;
  readonly low: TreeEnsemble;
  readonly middle: TreeEnsemble;
  readonly high: TreeEnsemble;
  /** How much of the way from the anchor to the learnt median to go: less than 1 where the latter was overconfident. */
  readonly trust: number;
  /** By how much the learnt interval is widened on either side. */
  readonly widening: number;
}

/** One forecast, in the unit of the series. */
export interface Forecast {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

export interface ForecastSettings extends BoostSettings {
  /** Rows that are learnt from, for each horizon. */
  readonly rowLimit: number;
}

export const FORECAST_DEFAULTS: ForecastSettings = {
  ...BOOST_DEFAULTS,
  treeCount: 300,
  maxDepth: 5,
  learningRate: 0.06,
  minLeafWeight: 40,
  rowShare: 0.7,
  featureShare: 0.5,
  patience: 20,
  rowLimit: 60_000,
};

/**
 * Learns one horizon from the past (`training`) and, from what came later, when to stop, how far to trust the median
 * and how wide the interval has to be (`calibration`; conformalised quantile regression: Romano et al., NeurIPS 2019).
 */
export function trainHorizon(
  training: readonly Stretch[],
  calibration: readonly Stretch[],
  horizonMs: number,
  settings: ForecastSettings,
  rng: Rng,
  readers = new FeatureReaders(),
): HorizonModel {
  const rows = sampleRows(training, horizonMs, settings.rowLimit, readers, rng.fork('training'));
  const later = sampleRows(calibration, horizonMs, settings.rowLimit / 2, readers, rng.fork('calibration'));
  const learn = (share: number) =>
    boost(rows, quantileLoss(share), settings, rng.fork(`quantile ${share}`), { validation: later });
  const [low, middle, high] = [learn(LOW), learn(0.5), learn(HIGH)];
  const trust = bestTrust(marginsOf(middle, later.table), later.labels);
  return { horizonMs, low, middle, high, trust, widening: wideningOf(low, high, later) };
}

/** The share of the step from the anchor that has the smallest mean error. */
function bestTrust(margins: Float64Array, truths: Float32Array): number {
  let [best, leastError] = [0, Infinity];
  for (let trust = 0; trust <= 1.0001; trust += 0.05) {
    let error = 0;
    for (let row = 0; row < margins.length; row += 1) {
      error += Math.abs((truths[row] as number) - trust * (margins[row] as number));
    }
    if (error < leastError) [best, leastError] = [trust, error];
  }
  return best;
}

/** The widening with which the interval covers as many of the truths as it should. */
function wideningOf(low: TreeEnsemble, high: TreeEnsemble, { table, labels }: ForecastRows): number {
  const [lows, highs] = [marginsOf(low, table), marginsOf(high, table)];
  const outside = Float64Array.from(labels, (truth, row) =>
    Math.max((lows[row] as number) - truth, truth - (highs[row] as number)),
  ).sort();
  return outside[Math.min(outside.length - 1, Math.ceil(COVERAGE * (outside.length + 1)) - 1)] ?? 0;
}

/** The forecast from `origin`; null where the last hour of the series is unknown. */
export function forecastFrom(
  model: HorizonModel,
  reader: ForecastFeatures,
  origin: number,
  stepMs: number,
): Forecast | null {
  const frame = reader.frame(origin);
  if (frame === null) return null;
  const row = new Float32Array(FORECAST_FEATURES.length);
  reader.write(origin, Math.max(1, Math.round(model.horizonMs / stepMs)), frame, row, 0);
  const middle = model.trust * marginOf(model.middle, row);
  const low = Math.min(middle, marginOf(model.low, row) - model.widening);
  const high = Math.max(middle, marginOf(model.high, row) + model.widening);
  const unframed = (framed: number) => frame.anchor + frame.scale * framed;
  return { p10: unframed(low), p50: unframed(middle), p90: unframed(high) };
}
