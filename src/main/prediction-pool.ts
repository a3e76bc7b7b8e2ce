import { randomUUID } from 'node:crypto';
import { Piscina } from 'piscina';
import type { Network } from '../../topology/model.ts';
import { DetourError } from '../core/errors.ts';
import { type EngineAnswers, type EngineTask, PredictionEngine } from '../predict/live/prediction-engine.ts';
import { PLAN_THREAD_LIMITS } from './heap.ts';
import type { Service } from './lifecycle.ts';

const WORKER = new URL(`./prediction-worker${import.meta.url.slice(-3)}`, import.meta.url);
/** A round that takes longer than this is late for the next one. */
const TIMEOUT_MS = 120_000;

type TaskOf<Kind extends EngineTask['kind']> = Extract<EngineTask, { readonly kind: Kind }>;

/** The engine, wherever it runs. */
export interface PredictionPool extends Service {
  run<Kind extends EngineTask['kind']>(task: TaskOf<Kind>): Promise<EngineAnswers[Kind]>;
}

/** Predicts in one thread that stays, because it remembers; nobody else waits for it. */
export function predictionPool(network: Network): PredictionPool {
  // Run from the sources a thread could not load them; then it happens right here.
  if (WORKER.pathname.endsWith('.ts')) return inline(network);
  let pool: Piscina<EngineTask, EngineAnswers[EngineTask['kind']]> | null = null;
  return {
    name: 'prediction pool',
    start: async () => {
      const limits = { minThreads: 1, maxThreads: 1, atomics: 'disabled', resourceLimits: PLAN_THREAD_LIMITS } as const;
      pool = new Piscina({ filename: WORKER.href, name: 'predict', workerData: network, ...limits });
    },
    stop: async () => {
      const stopping = pool;
      pool = null;
      await stopping?.destroy();
    },
    run: async (task) => {
      if (!pool) throw new DetourError('NOT_READY', 'predictions are not started');
      return (await pool.run(task, { signal: AbortSignal.timeout(TIMEOUT_MS) })) as never;
    },
  };
}

function inline(network: Network): PredictionPool {
  const nothing = async (): Promise<void> => undefined;
  let engine: PredictionEngine | null = null;
  return {
    ...{ name: 'predictions', start: nothing, stop: nothing },
    run: async (task) => {
      engine ??= new PredictionEngine(network, randomUUID());
      return engine.run(task);
    },
  };
}
