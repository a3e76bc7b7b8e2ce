import type { Network } from '../../../topology/model.ts';
import { compileSchema } from '../../core/schema.ts';
import { type PlanInput, PlanInputSchema } from '../../reroute/plan.ts';
import { LIMITS } from '../keys.ts';
import type { PlanStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { NetworkRecordSchema } from './network-record.ts';
import { pack, unpack } from './packed.ts';

const networkRecord = compileSchema(NetworkRecordSchema, 'CORRUPT_RECORD');
const planInput = compileSchema(PlanInputSchema, 'CORRUPT_RECORD');

type PlanInputs = Pick<PlanStore, 'saveNetwork' | 'network' | 'saveInput' | 'input'>;

/** What plans were made from, compressed, for as long as they may be run again. */
export function redisPlanInputs(context: RedisContext): PlanInputs {
  const { connection, scripts, keys, records, clock, inputBytesMax } = context;

  const readText = async (key: string) => {
    const data = await guarded('read a plan input', () => connection.getBuffer(key));
    return data === null ? null : unpack(key, null, data);
  };

  const saveNetwork = async (networkHash: string, network: Network) => {
    const data = await pack(network);
    await guarded('save the network', () => connection.set(keys.network(networkHash), data, 'PX', LIMITS.networkTtlMs));
  };

  const network = async (networkHash: string): Promise<Network | null> => {
    const key = keys.network(networkHash);
    const text = await readText(key);
    return text === null ? null : records.one(networkRecord, key, null, text);
  };

  const saveInput = async (inputId: string, input: PlanInput) => {
    const data = await pack(input);
    const nowMs = clock.nowMs();
    const touched = [
      keys.input(inputId),
      keys.inputTimes,
      keys.inputSizes,
      keys.inputBytes,
      keys.network(input.networkHash),
    ];
    const limits = [LIMITS.planTtlMs, nowMs, nowMs - LIMITS.planTtlMs, inputBytesMax, LIMITS.networkTtlMs];
    await guarded('save a plan input', () => scripts.saveInput(touched, [keys.inputPrefix, inputId, data, ...limits]));
  };

  const input = async (inputId: string): Promise<PlanInput | null> => {
    const key = keys.input(inputId);
    const text = await readText(key);
    return text === null ? null : records.one(planInput, key, null, text);
  };

  return { saveNetwork, network, saveInput, input };
}
