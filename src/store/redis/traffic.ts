import { compileSchema } from '../../core/schema.ts';
import { type DemandSet, DemandSetSchema } from '../../reroute/plan.ts';
import { TunnelSchema } from '../../reroute/proposal.ts';
import type { TrafficStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded, storeError } from './errors.ts';

const demandSet = compileSchema(DemandSetSchema, 'CORRUPT_RECORD');
const tunnelRecord = compileSchema(TunnelSchema, 'CORRUPT_RECORD');

export function redisTraffic({ connection, keys, records }: RedisContext): TrafficStore {
  const writeDemands = async (demands: DemandSet) => {
    const key = demands.source === 'estimated' ? keys.demandEstimate : keys.demands;
    await guarded('write the demands', () => connection.set(key, JSON.stringify(demands)));
  };

  const removeDemands = async () => {
    await guarded('remove the demands', () => connection.del(keys.demands));
  };

  /** Unreadable demands are unknown ones: they are measured again, and planning goes on without. */
  const readDemands = async (key: string) => {
    const text = await guarded('read the demands', () => connection.get(key));
    return text === null ? null : records.member(demandSet, key, null, text);
  };
  const demands = () => readDemands(keys.demands);
  const estimate = () => readDemands(keys.demandEstimate);

  /** Version and tunnels of the same moment. */
  const tunnels = async () => {
    const [version, found] = await guarded('read the tunnels', async () => {
      const answers = await connection.multi().get(keys.tunnelsVersion).hgetall(keys.tunnels).exec();
      return (answers ?? []).map(([error, answer]) => {
        if (error) throw storeError('read the tunnels', error);
        return answer;
      });
    });
    const texts = Object.entries((found ?? {}) as Record<string, string>);
    const all = texts.map(([demand, text]) => records.member(tunnelRecord, keys.tunnels, demand, text));
    return { version: Number(version ?? 0), tunnels: all.filter((tunnel) => tunnel !== null) };
  };

  return { writeDemands, removeDemands, demands, estimate, tunnels };
}
