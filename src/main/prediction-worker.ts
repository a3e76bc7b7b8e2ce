import { randomUUID } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import type { Network } from '../../topology/model.ts';
import { collectWhenIdle } from '../core/collect.ts';
import { type EngineAnswers, type EngineTask, PredictionEngine } from '../predict/live/prediction-engine.ts';

const engine = new PredictionEngine(workerData as Network, randomUUID());

/** Entry of the thread that predicts; its memory of the last hours lives as long as it does. */
export function predict(task: EngineTask): EngineAnswers[EngineTask['kind']] {
  try {
    return engine.run(task as never);
  } finally {
    if (task.kind === 'forecast' || task.kind === 'predict') collectWhenIdle();
  }
}
