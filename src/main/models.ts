import { messageOf } from '../core/errors.ts';
import { contentHash } from '../core/ids.ts';
import { unusableModel } from '../foresight/model-loader.ts';
import type { Engine } from '../predict/live/engine.ts';
import { Predictor, type ServedModel } from '../predict/live/predictor.ts';
import { servedRisk } from '../predict/live/served-risk.ts';
import type { ModelRegistry } from '../predict/registry/registry.ts';
import type { NewEvent } from '../store/events.ts';
import type { Context } from './context.ts';

/** The present risk model for callers of the API. */
export function predictor(context: Context, registry: ModelRegistry): Predictor {
  return new Predictor({
    presentId: () => presentId(registry),
    present: () =>
      presentRisk(registry, (problem, standIn) => void tellModel(context, unusableModel('risk', problem, standIn))),
    onEngine: (modelId, engine) => void tellEngine(context, modelId, engine),
    nowMs: () => performance.now(),
  });
}

/** Where nobody can tell which model is present, the one that ships is. */
function presentId(registry: Pick<ModelRegistry, 'pointers' | 'shipped'>): string | null {
  try {
    return registry.pointers('risk').present;
  } catch {
    return registry.shipped('risk');
  }
}

/**
 * The present risk model or, where it cannot be used, the one that ships, as for the rounds of the service.
 *
 * @throws DetourError MODEL where neither can be used
 */
export function presentRisk(
  registry: Pick<ModelRegistry, 'pointers' | 'shipped' | 'open'>,
  onUnusable: (problem: string, standIn: string | null) => void,
): ServedModel {
  const id = presentId(registry) ?? '';
  try {
    return servedRisk(registry.open('risk', id));
  } catch (error) {
    const shipped = registry.shipped('risk');
    const standIn = shipped === null || shipped === id ? null : servedOrNone(registry, shipped);
    onUnusable(messageOf(error), standIn?.id ?? null);
    if (standIn === null) throw error;
    return standIn;
  }
}

function servedOrNone(registry: Pick<ModelRegistry, 'open'>, id: string): ServedModel | null {
  try {
    return servedRisk(registry.open('risk', id));
  } catch {
    return null;
  }
}

const TELL_EVERY_MS = 3_600_000;

async function tellEngine(context: Context, modelId: string, { name, reason }: Engine): Promise<void> {
  context.logger.info({ modelId, engine: name }, 'the risk model is open');
  if (reason === null) return;
  const message = `risk model ${modelId}: ${reason}; its trees are walked in TypeScript instead, with the same figures`;
  await tellModel(context, { severity: 'warning', cleared: false, message, details: { modelId, engine: name } });
}

/** An event about models, the same one not more than once an hour over all processes. */
export async function tellModel(
  { store, clock, onError }: Pick<Context, 'store' | 'clock' | 'onError'>,
  said: Pick<NewEvent, 'severity' | 'cleared' | 'message' | 'details'>,
): Promise<void> {
  try {
    if (!(await store.leases.once(`model:${contentHash(said.message)}`, TELL_EVERY_MS))) return;
    const about = { linkId: null, deviceId: null, proposalId: null };
    await store.events.append([{ atMs: clock.nowMs(), type: 'model', ...said, ...about }]);
  } catch (error) {
    onError(error);
  }
}
