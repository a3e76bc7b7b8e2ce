import type { Rng } from '../../core/rng.ts';
import { BOOST_DEFAULTS, type BoostSettings, boost } from '../trees/boost.ts';
import { quantileLoss } from '../trees/losses.ts';
import { joinTrees, marginOf, marginsOf, type TreeEnsemble } from '../trees/tree-ensemble.ts';
import {
  ALL_RULES,
  type ChoiceRows,
  chooseMedian,
  MEDIAN_RULES,
  type MedianChoice,
  type MedianRule,
  SHORT_RULES,
} from './choice.ts';
import { type Base, FORECAST_FEATURES, type ForecastFeatures, type Frame } from './features.ts';
import { bestBase, FeatureReaders, type ForecastRows, type Stretch, sampleRows } from './rows.ts';
import { answerOf } from './trivial.ts';

/** Share of the truths that the interval from low to high is to cover. */
export const COVERAGE = 0.8;
const [LOW, HIGH] = [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2];

/** A choice with the widening of the learnt interval, on either side, with which it covers what it should. */
export interface HorizonChoice extends MedianChoice {
  readonly widening: number;
}

/** Quantiles of what a figure will be `horizonMs` from now, in units of the frame of its features. */
export interface HorizonModel {
  readonly horizonMs: number;
  readonly base: Base;
  readonly low: TreeEnsemble;
  readonly middle: TreeEnsemble;
  readonly high: TreeEnsemble;
  /** The first whose rule has an answer is used: that of all rules, then that of those which a day is enough for. */
  readonly choices: readonly HorizonChoice[];
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
  /** By how many standard errors the learnt median has to be better than the best rule to be used. */
  readonly caution: number;
}

export const FORECAST_DEFAULTS: ForecastSettings = {
  ...BOOST_DEFAULTS,
  treeCount: 300,
  maxDepth: 4,
  learningRate: 0.04,
  minLeafWeight: 200,
  rowShare: 0.7,
  featureShare: 0.3,
  patience: 20,
  rowLimit: 60_000,
  caution: 1,
};

/**
 * Learns one horizon from the past (`training`) and, from what came later (`calibration`), when to stop, whether and
 * how far the learnt median is better than the best rule, and how wide the interval has to be (conformalised quantile
 * regression: Romano et al., NeurIPS 2019).
 */
export function trainHorizon(
  training: readonly Stretch[],
  calibration: readonly Stretch[],
  horizonMs: number,
  settings: ForecastSettings,
  rng: Rng,
  readers = new FeatureReaders(),
): HorizonModel {
  const base = bestBase(training, horizonMs, readers);
  const rows = sampleRows(training, horizonMs, settings.rowLimit, readers, rng.fork('training'), base);
  const later = sampleRows(calibration, horizonMs, settings.rowLimit / 2, readers, rng.fork('calibration'), base);
  const learn = (share: number) =>
    boost(rows, quantileLoss(share), settings, rng.fork(`quantile ${share}`), { validation: later });
  const [low, middle, high] = [learn(LOW), learn(0.5), learn(HIGH)];
  const known = choiceRows(later, marginsOf(middle, later.table), readers);
  const interval = { lows: marginsOf(low, later.table), highs: marginsOf(high, later.table) };
  // A rule of the week can be right by chance on a few days: it has to be seen through a whole one.
  const choices = [isWholeWeek(calibration) ? ALL_RULES : SHORT_RULES, SHORT_RULES].map((among) => {
    const choice = chooseMedian(known, base, settings.caution, among);
    return { ...choice, widening: wideningOf(mediansOf(known, choice), interval, later.labels) };
  });
  const isUsed = choices.some(({ trust }) => trust > 0);
  return { horizonMs, base, low, middle: isUsed ? middle : joinTrees([], 0, FORECAST_FEATURES.length), high, choices };
}

const WEEK_MS = 7 * 24 * 3_600_000;

function isWholeWeek(stretches: readonly Stretch[]): boolean {
  return stretches.some(({ series, begin, end }) => (end - begin) * series.stepMs >= WEEK_MS);
}

/** What the rules and the model say of each row, in units of its frame. */
function choiceRows(
  { places, frames, labels }: ForecastRows,
  learnt: Float64Array,
  readers: FeatureReaders,
): ChoiceRows {
  const said = (name: MedianRule) =>
    Float64Array.from(places, ({ series, origin, horizon }, row) =>
      ruleAnswer(name, readers.of(series), origin, horizon, frames[row] as Frame),
    );
  const rules = Object.fromEntries(MEDIAN_RULES.map((name) => [name, said(name)])) as Record<MedianRule, Float64Array>;
  const scales = frames.map(({ scale }) => scale);
  return { series: places.map(({ series }) => series), scales, truths: labels, learnt, rules };
}

/** What a rule says, in units of the frame. */
function ruleAnswer(
  name: MedianRule,
  { rules }: ForecastFeatures,
  origin: number,
  horizon: number,
  { anchor, scale, combined }: Frame,
): number {
  const answer = name === 'combination' ? combined : answerOf(rules, name, origin, horizon);
  return (answer - anchor) / scale;
}

function mediansOf({ learnt, rules }: ChoiceRows, { rule, trust }: MedianChoice): Float64Array {
  return Float64Array.from(rules[rule], (answer, row) => answer + trust * ((learnt[row] as number) - answer));
}

/** The widening with which the interval covers as many of the truths as it should; below 0 where it is too wide. */
function wideningOf(
  medians: Float64Array,
  { lows, highs }: { readonly lows: Float64Array; readonly highs: Float64Array },
  truths: Float32Array,
): number {
  const needed = Float64Array.from(truths, (truth, row) =>
    truth < (medians[row] as number) ? (lows[row] as number) - truth : truth - (highs[row] as number),
  ).sort();
  return needed[Math.min(needed.length - 1, Math.ceil(COVERAGE * (needed.length + 1)) - 1)] ?? 0;
}

/** The forecast from `origin`; null where the last hour of the series is unknown. */
export function forecastFrom(
  model: HorizonModel,
  reader: ForecastFeatures,
  origin: number,
  stepMs: number,
): Forecast | null {
  const horizon = Math.max(1, Math.round(model.horizonMs / stepMs));
  const frame = reader.frame(origin, horizon, model.base);
  if (frame === null) return null;
  const { rule, trust, widening } = choiceAt(model, reader, origin, horizon);
  const row = new Float32Array(FORECAST_FEATURES.length);
  reader.write(origin, horizon, frame, row, 0);
  const answer = ruleAnswer(rule, reader, origin, horizon, frame);
  if (!Number.isFinite(answer)) return null;
  const middle = trust === 0 ? answer : answer + trust * (marginOf(model.middle, row) - answer);
  const low = Math.min(middle, marginOf(model.low, row) - widening);
  const high = Math.max(middle, marginOf(model.high, row) + widening);
  const unframed = (framed: number) => frame.anchor + frame.scale * framed;
  return { p10: unframed(low), p50: unframed(middle), p90: unframed(high) };
}

/** How the forecast from `origin` is made. */
export function choiceAt(
  { choices }: HorizonModel,
  { rules }: ForecastFeatures,
  origin: number,
  horizon: number,
): HorizonChoice {
  const answering = choices.find(({ rule }) => rule === 'combination' || Number.isFinite(rules[rule](origin, horizon)));
  return (answering ?? choices.at(-1)) as HorizonChoice;
}
