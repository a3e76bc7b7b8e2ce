import { contentHash } from '../../core/ids.ts';
import { FORECAST_FEATURES } from '../forecast/features.ts';
import { FORECAST_HORIZONS_MS } from '../forecast/metrics.ts';
import { forecastModelsText } from '../forecast/model-file.ts';
import { ensemblesOf } from '../live/served-risk.ts';
import { ensembleFile } from '../onnx/ensemble-file.ts';
import { calibrationPlot } from '../registry/calibration-plot.ts';
import type { ModelCard } from '../registry/card.ts';
import { CALIBRATION_FILE, MODEL_FILE, type ModelRegistry, ONNX_FILE } from '../registry/registry.ts';
import { RISK_HORIZONS } from '../risk/labels.ts';
import { riskModelText } from '../risk/model-file.ts';
import type { RiskReport } from '../risk/report.ts';
import { forecastTestFromMs, type TrainedForecast } from './forecast.ts';
import type { TrainedRisk } from './risk.ts';
import type { TrainingWorld } from './world.ts';

/** Where a model comes from, so that it can be made again. */
export interface Provenance {
  readonly learnt: readonly TrainingWorld[];
  readonly tested: readonly TrainingWorld[];
  readonly nowMs: number;
  readonly seed: number;
  readonly command: string;
  readonly gitCommit: string | null;
}

const COLOURS = ['#0d9488', '#c2410c', '#4338ca'];
const FORECAST_YARDSTICK = 'errorAgainstBestRule';
const octets = (text: string) => new TextEncoder().encode(text);

/** Writes a risk model with its card, its ONNX file and its calibration plot; it is not in use yet. */
export function saveRisk(
  registry: ModelRegistry,
  trained: TrainedRisk,
  report: RiskReport,
  from: Provenance,
): ModelCard {
  const { model, rows, positives } = trained;
  const text = riskModelText(model);
  const id = `risk-${day(from.nowMs)}-${contentHash(text, 8)}`;
  const lines = report.horizons.map(({ horizon, bins }, at) => ({
    name: `within ${horizon}`,
    colour: COLOURS[at] as string,
    bins,
  }));
  return registry.save(
    {
      ...{ format: 'detour-model/1', id, kind: 'risk', trainedAtMs: from.nowMs, ...made(from) },
      summary: `chance of a healthy link to fail within ${RISK_HORIZONS.map(({ words }) => words).join(', ')}`,
      data: { ...dataOf(from), rows, positives },
      features: [...model.features],
      outputs: RISK_HORIZONS.map(({ name }) => name),
      scores: riskScores(report),
      yardstick: { metric: 'averagePrecision', better: 'higher' },
    },
    {
      [MODEL_FILE]: octets(text),
      [ONNX_FILE]: ensembleFile(ensemblesOf(model), model.features, { id }),
      [CALIBRATION_FILE]: octets(calibrationPlot(`Calibration of ${id}`, lines)),
    },
  );
}

/** The model and all rules on the same rows; recall at a budget of one false alarm per 100 links and week. */
function riskScores(report: RiskReport): ModelCard['scores'] {
  return report.scorers.map(({ name, averagePrecision, interval, recall, falseAlarmRate }) => ({
    name,
    metrics: {
      ...{ averagePrecision, averagePrecisionLow: interval.low, averagePrecisionHigh: interval.high, falseAlarmRate },
      ...{ recall30min: recall[0] ?? null, recall1h: recall[1] ?? null, recall6h: recall[2] ?? null },
      ...(name === 'model' ? ownScores(report) : {}),
    },
  }));
}

function ownScores({ horizons, failures, links, precursors }: RiskReport): Record<string, number | null> {
  const each = horizons.flatMap(({ prevalence, brierSkill, calibrationError }, at) => {
    const name = RISK_HORIZONS[at]?.name as string;
    return [
      [`prevalence ${name}`, prevalence],
      [`brierSkill ${name}`, brierSkill],
      [`calibrationError ${name}`, calibrationError],
    ] as const;
  });
  return { failures, links, recallWithPrecursor: precursors?.recall ?? null, ...Object.fromEntries(each) };
}

/** Writes a set of forecast models with its card; it is not in use yet. */
export function saveForecast(registry: ModelRegistry, trained: TrainedForecast, from: Provenance): ModelCard {
  const text = forecastModelsText(trained.models);
  const id = `forecast-${day(from.nowMs)}-${contentHash(text, 8)}`;
  return registry.save(
    {
      ...{ format: 'detour-model/1', id, kind: 'forecast', trainedAtMs: from.nowMs, ...made(from) },
      summary: 'load and latency of links, CPU, memory, temperature and sessions of devices in the next six hours',
      data: { ...dataOf(from), ...testedPart(from), rows: trained.series, positives: null },
      features: [...FORECAST_FEATURES],
      outputs: FORECAST_HORIZONS_MS.map((horizonMs) => `${horizonMs / 3_600_000}h`),
      scores: forecastScores(trained),
      yardstick: { metric: FORECAST_YARDSTICK, better: 'lower' },
    },
    { [MODEL_FILE]: octets(text) },
  );
}

/** The last part of the time of the worlds is what forecasts are tested on. */
function testedPart({ tested: [world] }: Provenance) {
  if (world === undefined) return {};
  const testFromMs = forecastTestFromMs(world);
  return { trainToMs: testFromMs, testFromMs, testToMs: world.toMs };
}

/** Errors relative to the best rule of each figure and hour, so that figures of all units can stand together. */
function forecastScores({ scores }: TrainedForecast): ModelCard['scores'] {
  const each = scores.map((score) => ({
    name: `${score.metric} ${score.horizonMs / 3_600_000} h`,
    metrics: {
      meanAbsoluteError: finite(score.own),
      [`bestRule (${score.bestRuleName})`]: finite(score.bestRule),
      errorAgainstBestRule: finite(score.own / score.bestRule),
      covered: finite(score.covered),
      [`trust (from ${score.choice.rule})`]: score.choice.trust,
    },
  }));
  const covered = finite(scores.reduce((sum, { covered: own }) => sum + own, 0) / scores.length);
  return [{ name: 'model', metrics: { [FORECAST_YARDSTICK]: againstBestRules(scores), covered } }, ...each];
}

/** The figure by which sets of forecast models are compared: mean error relative to the best rule of each. */
export function againstBestRules(scores: TrainedForecast['scores']): number | null {
  const known = scores.map(({ own, bestRule }) => own / bestRule).filter(Number.isFinite);
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function dataOf({ learnt, tested }: Provenance) {
  const names = (worlds: readonly TrainingWorld[]) => worlds.map(({ name }) => name).join('; ');
  const least = (worlds: readonly TrainingWorld[]) => Math.min(...worlds.map(({ fromMs }) => fromMs));
  const most = (worlds: readonly TrainingWorld[]) => Math.max(...worlds.map(({ toMs }) => toMs));
  return {
    source: tested.length > 0 ? `${names(learnt)}; tested on ${names(tested)}` : names(learnt),
    ...{ trainFromMs: least(learnt), trainToMs: most(learnt) },
    ...{ testFromMs: tested.length > 0 ? least(tested) : null, testToMs: tested.length > 0 ? most(tested) : null },
  };
}

function made({ gitCommit, seed, command }: Provenance) {
  return { gitCommit, seed, command };
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
}
