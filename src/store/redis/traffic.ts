import { compileSchema } from '../../core/schema.ts';
import { type DemandSet, DemandSetSchema } from '../../reroute/plan.ts';
import { type Tunnel, TunnelSchema } from '../../reroute/proposal.ts';
import type { TrafficStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded, storeError } from './errors.ts';
import { proposalKeys } from './proposal-keys.ts';

const demandSet = compileSchema(DemandSetSchema, 'CORRUPT_RECORD');
const tunnelRecord = compileSchema(TunnelSchema, 'CORRUPT_RECORD');

export function redisTraffic({ connection, keys, records, scripts }: RedisContext): TrafficStore {
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

  const changeTunnels = async (remove: readonly string[], set: readonly Tunnel[]) => {
    const args = [remove.length, ...remove, set.length, ...set.flatMap((one) => [one.demand, JSON.stringify(one)])];
    await guarded('change the tunnels', () => scripts.changeTunnels(proposalKeys(keys), args));
  };

  return { writeDemands, removeDemands, demands, estimate, tunnels, changeTunnels };
}
