import { createRng } from '../../core/rng.ts';
import { COLLECTOR_DEFAULTS, RiskCollector } from '../risk/collector.ts';
import { DatasetBuilder, type RiskDataset } from '../risk/dataset.ts';
import type { RiskModel } from '../risk/model.ts';
import { type RiskReport, riskReport } from '../risk/report.ts';
import { RISK_TRAIN_DEFAULTS, trainRisk } from '../risk/train.ts';
import { type Trial, TrialRun } from '../risk/trial.ts';
import type { TrainingWorld } from './world.ts';

/** Of calm rows without a failure one in so many is kept: they say much the same. */
const KEEP_ONE_IN = 20;

/** How far a long piece of work is. */
export type OnProgress = (stage: string, done: number) => void;

export interface TrainedRisk {
  readonly model: RiskModel;
  readonly rows: number;
  readonly positives: number;
}

/** Learns from worlds. @throws DetourError MODEL where there are too few failures in them */
export async function learnRisk(
  worlds: readonly TrainingWorld[],
  seed: number,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<TrainedRisk> {
  const builder = new DatasetBuilder({ keepOneIn: KEEP_ONE_IN }, createRng(seed).fork('rows'));
  for (const [number, world] of worlds.entries()) {
    await visitMoments(
      world,
      (moment) => builder.add(moment, number),
      (done) => onProgress(`reading ${world.name}`, (number + done) / worlds.length),
    );
    signal?.throwIfAborted();
  }
  const dataset = builder.dataset();
  const options = { ...RISK_TRAIN_DEFAULTS, seed, ...(signal === undefined ? {} : { signal }) };
  const model = trainRisk(dataset, options, ({ horizon, stage, done }) =>
    onProgress(`learning ${horizon}: ${stage}`, done),
  );
  return { model, rows: dataset.table.rowCount, positives: positivesOf(dataset) };
}

/** What a model and the rules make of worlds that were not learnt from. */
export async function tryRisk(
  model: RiskModel,
  worlds: readonly TrainingWorld[],
  seed: number,
  onProgress: OnProgress,
): Promise<RiskReport> {
  const trials: Trial[] = [];
  for (const [number, world] of worlds.entries()) {
    const run = new TrialRun(model, COLLECTOR_DEFAULTS.stepMinutes);
    const labeller = await visitMoments(
      world,
      (moment) => run.see(moment),
      (done) => onProgress(`trying on ${world.name}`, (number + done) / worlds.length),
    );
    trials.push(run.finish(labeller));
  }
  return riskReport(trials, createRng(seed).fork('intervals'));
}

async function visitMoments(
  { network, fromMs, toMs, blocks }: TrainingWorld,
  visit: ConstructorParameters<typeof RiskCollector>[1],
  onProgress: (done: number) => void,
) {
  const collector = new RiskCollector({ network, fromMs, toMs, ...COLLECTOR_DEFAULTS }, visit);
  let day = -1;
  for await (const block of blocks()) {
    collector.add(block);
    const today = Math.floor((block.atMs[0] as number) / 86_400_000);
    if (today === day) continue;
    day = today;
    onProgress(Math.max(0, ((block.atMs[0] as number) - fromMs) / (toMs - fromMs)));
  }
  return collector.finish();
}

function positivesOf({ within }: RiskDataset): number {
  return (within.at(-1) as Float32Array).reduce((sum, label) => sum + (label === 1 ? 1 : 0), 0);
}
