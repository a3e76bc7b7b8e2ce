import type { Config } from '../config/schema.ts';
import { DetourError } from '../core/errors.ts';
import { MODEL_KINDS } from '../predict/registry/card.ts';
import { modelRegistry } from './model-folder.ts';
import { rivalFigure } from './rival.ts';
import { ownData, type Promotion, promoteIfBetter, trainModels } from './training.ts';

/** What the thread that trains is asked; plain data. */
export interface TrainTask {
  readonly config: Config;
  readonly days: number;
  readonly seed: number;
  readonly nowMs: number;
}

/** Learns from the history kept so far, and lets what is better answer. */
export async function trainInThread({
  config,
  days,
  seed,
  nowMs,
}: TrainTask): Promise<{ readonly promotions: readonly Promotion[]; readonly skipped: string | null }> {
  const registry = modelRegistry(config);
  const promotions: Promotion[] = [];
  try {
    const data = await ownData(config, days);
    try {
      const command = `detour train --network ${config.network} --days ${days}`;
      const options = { kinds: MODEL_KINDS, seed, command, nowMs, onProgress: () => undefined };
      for (const card of await trainModels(registry, data, options)) {
        promotions.push(await promoteIfBetter(registry, card, (id) => rivalFigure(registry, card, id, data)));
      }
    } finally {
      await data.close();
    }
    return { promotions, skipped: null };
  } catch (error) {
    // Too little to learn from is no fault of the job: it is tried again with more.
    if (!(error instanceof DetourError) || !TOO_LITTLE.test(error.code)) throw error;
    return { promotions, skipped: error.message };
  }
}

const TOO_LITTLE = /_(MODEL|HISTORY_UNAVAILABLE)$/;
