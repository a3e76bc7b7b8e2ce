import { DetourError } from '../../../src/core/errors.ts';
import { createRng } from '../../../src/core/rng.ts';
import { MODEL_FILE, ModelRegistry } from '../../../src/predict/registry/registry.ts';
import { RISK_FEATURE_NAMES } from '../../../src/predict/risk/features.ts';
import type { RiskModel } from '../../../src/predict/risk/model.ts';
import { parseRiskModel } from '../../../src/predict/risk/model-file.ts';
import { overFeatures } from '../../../src/predict/risk/over-features.ts';
import {
  bestRule,
  bestTrivialRule,
  type RiskReport,
  riskReport,
  type ScorerReport,
} from '../../../src/predict/risk/report.ts';
import { RISK_TRAIN_DEFAULTS, trainRisk } from '../../../src/predict/risk/train.ts';
import { MODEL, TrialRun } from '../../../src/predict/risk/trial.ts';
import { type Measure, measure } from '../harness.ts';
import { type Learnt, learningRows, SMALL_LEARNING, TEST_STEP_MINUTES, testWorlds, testWorldsWith } from './plan.ts';
import { scoringMeasure } from './scoring.ts';
import { precursorsOf, runWorld, type WorldPlan } from './worlds.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);
const SCENARIO = 'calibrated';

/** The model that ships; null, with a word on stderr, where there is none. */
export function shippedRisk(): RiskModel | null {
  // Nothing is written: the folder of an installation is never looked at.
  const registry = new ModelRegistry({ folder: '/nowhere' });
  const id = registry.shipped('risk');
  if (id === null) return null;
  try {
    const model = parseRiskModel(new TextDecoder().decode(registry.open('risk', id).read(MODEL_FILE)));
    return overFeatures(model, RISK_FEATURE_NAMES);
  } catch (error) {
    if (!(error instanceof DetourError)) throw error;
    say(error.message);
    return null;
  }
}

export function learnFrom({ dataset, ...worlds }: Learnt, seed = RISK_TRAIN_DEFAULTS.seed): RiskModel {
  return trainRisk(dataset, { ...RISK_TRAIN_DEFAULTS, seed, ...worlds });
}

/** A model in worlds that it did not learn from. */
export function tryIn(model: RiskModel, worlds: readonly WorldPlan[]): RiskReport {
  const runs = worlds.map((plan) => {
    const run = new TrialRun(model, TEST_STEP_MINUTES);
    const world = runWorld(plan, (moment) => run.see(moment));
    say(`${plan.network.name}, seed ${plan.seed}, ${plan.days} days: ${world.labeller.failures.length} failures`);
    return { trial: run.finish(world.labeller), precursors: precursorsOf(world) };
  });
  return riskReport(
    runs.map(({ trial }) => trial),
    createRng(1),
    (trial, link, onset) => runs[trial]?.precursors(link, onset),
  );
}

/** Judges the model that ships on networks that it has not seen: a small one, or (`full`) large ones, and learns for leaks. */
export async function* riskMeasures(full: boolean): AsyncGenerator<Measure> {
  const model = shippedRisk();
  if (model === null) {
    say('the risk of links was not measured: no model ships');
    return;
  }
  yield scoringMeasure(model);
  yield* measuresOf(tryIn(model, await testWorlds(SCENARIO, full ? 'full' : 'quick')));
  if (!full) return;
  for (const [name, nearMisses] of OTHER_NEAR_MISSES) {
    yield* otherMeasures(name, tryIn(model, await testWorldsWith(SCENARIO, nearMisses)));
  }
  yield* leakMeasures();
}

/**
 * What trouble that comes to nothing costs, which is an assumption of ours: the same model on the same failures where there
 * is none of it, and where nothing that one can see tells it from a failure to come. No figures of the requirement.
 */
const OTHER_NEAR_MISSES = [
  ['no-near-misses', { nearMissRatio: 0 }],
  ['abrupt-near-misses', { nearMissAbruptShare: 1 }],
] as const;

function* otherMeasures(name: string, report: RiskReport): Generator<Measure> {
  const own = report.scorers.find(({ name }) => name === MODEL) as ScorerReport;
  yield figure(`risk-${name}-pr-auc-6h`, own.averagePrecision);
  yield figure(`risk-${name}-pr-auc-against-best-rule`, own.averagePrecision / bestRule(report).averagePrecision);
  yield figure(`risk-${name}-recall-with-precursor`, report.precursors?.recall ?? Number.NaN);
  yield figure(`risk-${name}-false-alarms`, own.falseAlarmRate, '/100 links/week');
  for (const { horizon, brierSkill } of report.horizons)
    yield figure(`risk-${name}-brier-skill-${slug(horizon)}`, brierSkill);
}

const figure = (metric: string, value: number, unit = '') =>
  measure({ bench: 'predict', metric, value, unit, better: 'higher' });

function* measuresOf(report: RiskReport): Generator<Measure> {
  const { precursors, horizons, scorers } = report;
  yield figure('risk-test-links', report.links);
  yield figure('risk-test-failures', report.failures);
  yield* precursorMeasures(report, precursors);
  const own = scorers.find(({ name }) => name === MODEL) as ScorerReport;
  for (const scorer of scorers) yield* scorerMeasures(scorer);
  const ratio = { bench: 'predict', unit: 'x', better: 'higher' } as const;
  const best = bestRule(report);
  const trivial = bestTrivialRule(report);
  yield measure({
    ...ratio,
    metric: `risk-pr-auc-against-${slug(best.name)}`,
    value: own.averagePrecision / best.averagePrecision,
    must: 1.3,
    aim: 2,
  });
  yield measure({
    ...ratio,
    metric: `risk-pr-auc-against-${slug(trivial.name)}-best-untrained-rule`,
    value: own.averagePrecision / trivial.averagePrecision,
  });
  for (const { horizon, prevalence, averagePrecision, brierSkill, calibrationError } of horizons) {
    const at = slug(horizon);
    yield figure(`risk-prevalence-${at}`, prevalence);
    yield figure(`risk-pr-auc-${at}`, averagePrecision);
    yield measure({ ...higher, metric: `risk-brier-skill-${at}`, value: brierSkill, must: 0.1, aim: 0.25 });
    yield measure({ ...lower, metric: `risk-ece-${at}`, value: calibrationError, must: 0.03, aim: 0.015 });
  }
}

const higher = { bench: 'predict', unit: '', better: 'higher' } as const;
const lower = { bench: 'predict', unit: '', better: 'lower' } as const;
const slug = (text: string) => text.toLowerCase().replaceAll(' ', '-');

function* precursorMeasures(report: RiskReport, precursors: RiskReport['precursors']): Generator<Measure> {
  if (precursors === null) return;
  yield figure('risk-failures-with-precursor', precursors.failures);
  // Lead times of precursors begin at 5 min: of those below 30 min nobody can be told half an hour ahead.
  yield measure({
    ...higher,
    metric: 'risk-recall-with-precursor-30min-ahead',
    value: precursors.recall,
    must: 0.55,
    aim: 0.75,
  });
  yield figure('risk-recall-with-precursor-low', precursors.interval.low);
  yield figure('risk-recall-with-precursor-high', precursors.interval.high);
  yield figure('risk-failures-with-precursor-of-30min', precursors.foreseeable);
  yield figure('risk-recall-with-precursor-of-30min', precursors.recallForeseeable);
  for (const { fromMinutes, toMinutes, failures, found } of precursors.byLead) {
    const band = Number.isFinite(toMinutes) ? `${fromMinutes}-to-${toMinutes}min` : `${fromMinutes}min-or-more`;
    yield figure(`risk-failures-with-precursor-of-${band}`, failures);
    yield figure(`risk-found-with-precursor-of-${band}`, found);
  }
  yield figure('risk-share-with-precursor', report.precursorShare as number);
  const own = report.scorers.find(({ name }) => name === MODEL) as ScorerReport;
  // More than has a precursor cannot be foreseen: what lies clearly above it has looked at what came.
  yield measure({
    ...lower,
    metric: 'leak-recall-of-all-failures-low',
    value: own.recallInterval.low,
    must: report.precursorShare as number,
  });
}

function* scorerMeasures({
  name,
  averagePrecision,
  interval,
  recall,
  falseAlarmRate,
}: ScorerReport): Generator<Measure> {
  const of = `risk-${slug(name)}`;
  yield figure(`${of}-pr-auc-6h`, averagePrecision);
  yield figure(`${of}-pr-auc-6h-low`, interval.low);
  yield figure(`${of}-pr-auc-6h-high`, interval.high);
  for (const [at, lead] of ['30min', '1h', '6h'].entries())
    yield figure(`${of}-recall-${lead}-ahead`, recall[at] as number);
  yield measure({ ...lower, metric: `${of}-false-alarms`, value: falseAlarmRate, unit: '/100 links/week', must: 1 });
}

/** Labels in any order, and a world in which nothing can be foreseen: both must score at the prevalence. */
async function* leakMeasures(): AsyncGenerator<Measure> {
  const rows = await learningRows(SCENARIO, SMALL_LEARNING, say);
  const shuffled = tryIn(learnFrom(withShuffledLabels(rows)), await testWorlds(SCENARIO, 'quick'));
  yield* leakMeasure('shuffled-labels', shuffled);
  const nothing = learnFrom(await learningRows('null', SMALL_LEARNING, say));
  yield* leakMeasure('null-world', tryIn(nothing, await testWorlds('null', 'quick')));
}

function* leakMeasure(name: string, report: RiskReport): Generator<Measure> {
  const own = report.scorers.find(({ name: scorer }) => scorer === MODEL) as ScorerReport;
  const prevalence = report.horizons.at(-1)?.prevalence as number;
  yield figure(`leak-${name}-prevalence`, prevalence);
  yield figure(`leak-${name}-pr-auc-high`, own.interval.high);
  yield measure({ ...lower, metric: `leak-${name}-pr-auc-low`, value: own.interval.low, must: prevalence });
}

/** Labels, with their weights, in another order than the rows: within members and within calibration. */
function withShuffledLabels({ dataset, ...worlds }: Learnt): Learnt {
  const rng = createRng(99);
  const order = Int32Array.from(dataset.weights.keys());
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  const moved = (values: Float32Array) => Float32Array.from(order, (row) => values[row] as number);
  return {
    dataset: { ...dataset, within: dataset.within.map(moved), weights: moved(dataset.weights) },
    ...worlds,
  };
}
