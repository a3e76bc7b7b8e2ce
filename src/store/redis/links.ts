import { compileSchema } from '../../core/schema.ts';
import { type LinkState, LinkStateSchema } from '../../health/link-state.ts';
import type { LinkStateStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';

const linkState = compileSchema(LinkStateSchema, 'CORRUPT_RECORD');

export function redisLinks({ connection, keys, records }: RedisContext): LinkStateStore {
  const readAll = async () => {
    const texts = await guarded('read link states', () => connection.hgetall(keys.links));
    const states = new Map<string, LinkState>();
    for (const [linkId, text] of Object.entries(texts)) {
      const state = records.member(linkState, keys.links, linkId, text);
      if (state) states.set(linkId, state);
    }
    return states;
  };
  const read = async (linkId: string) => {
    const text = await guarded('read a link state', () => connection.hget(keys.links, linkId));
    return text === null ? null : records.one(linkState, keys.links, linkId, text);
  };
  return { readAll, read };
}
