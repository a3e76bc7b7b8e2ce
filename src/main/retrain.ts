import { Piscina } from 'piscina';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import type { Context } from './context.ts';
import { PLAN_THREAD_LIMITS } from './heap.ts';
import { tellModel } from './models.ts';
import { type TrainTask, trainInThread } from './train-worker.ts';
import type { Promotion } from './training.ts';

const WORKER = new URL(`./train-worker${import.meta.url.slice(-3)}`, import.meta.url);
/** Days that are learnt from; more of them make the past of a network that is not so any more. */
const DAYS = 60;
const SEED = 1;

export interface Retrained {
  readonly promotions: readonly Promotion[];
  /** Why nothing was trained; null where something was. */
  readonly skipped: string | null;
}

/** New models from the history, in a thread that ends with the work; each is promoted if it beats the present one. */
export async function retrain(context: Context, registry: ModelRegistry): Promise<Retrained> {
  const { config, clock } = context;
  const task: TrainTask = { config, days: DAYS, seed: SEED, nowMs: clock.nowMs() };
  const answer = await inThread(task);
  for (const { id, isPromoted, reason } of answer.promotions) {
    const { card } = registry.find(id);
    const fate = isPromoted ? 'answers from now on' : 'is not promoted';
    await tellModel(context, {
      ...{ severity: 'info', cleared: false, message: `${card.kind} model ${id} was trained and ${fate}: ${reason}` },
      details: { modelId: id, isPromoted },
    });
  }
  return answer;
}

async function inThread(task: TrainTask): Promise<Retrained> {
  // Run from the sources a thread could not load them; then it happens right here.
  if (WORKER.pathname.endsWith('.ts')) return trainInThread(task);
  const resourceLimits = { ...PLAN_THREAD_LIMITS, maxOldGenerationSizeMb: 1024 };
  const pool = new Piscina<TrainTask, Retrained>({
    filename: WORKER.href,
    name: 'trainInThread',
    maxThreads: 1,
    resourceLimits,
  });
  try {
    return await pool.run(task);
  } finally {
    await pool.destroy();
  }
}
