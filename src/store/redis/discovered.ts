import { Type } from 'typebox';
import { compileSchema } from '../../core/schema.ts';
import type { DiscoveredNetwork, DiscoveredNetworkStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { pack, unpack } from './packed.ts';

const discovered = compileSchema(
  Type.Object({ format: Type.Literal('detour-network/1'), name: Type.String() }),
  'CORRUPT_RECORD',
);

export function redisDiscovered({ connection, keys, records }: RedisContext): DiscoveredNetworkStore {
  const key = keys.discovered;
  const write = async (network: DiscoveredNetwork) => {
    const data = await pack(network);
    await guarded('write the discovered network', () => connection.set(key, data));
  };
  const read = async () => {
    const data = await guarded('read the discovered network', () => connection.getBuffer(key));
    return data === null ? null : records.one(discovered, key, null, await unpack(key, null, data));
  };
  return { write, read };
}
