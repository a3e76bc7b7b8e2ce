import { compileSchema } from '../../core/schema.ts';
import { type LinkState, LinkStateSchema } from '../../health/link-state.ts';
import type { LinkStateStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';

const linkState = compileSchema(LinkStateSchema, 'CORRUPT_RECORD');

interface KnownState {
  readonly text: string;
  readonly state: LinkState;
}

export function redisLinks({ connection, keys, records }: RedisContext): LinkStateStore {
  // All states are read many times a second, and most of them were not written since: a text that is the same gives
  // the same object. Nobody may change one; there are as many as links.
  let known: ReadonlyMap<string, KnownState> = new Map();
  const readAll = async () => {
    const texts = await guarded('read link states', () => connection.hgetall(keys.links));
    const seen = new Map<string, KnownState>();
    const states = new Map<string, LinkState>();
    for (const [linkId, text] of Object.entries(texts)) {
      const before = known.get(linkId);
      const state = before?.text === text ? before.state : records.member(linkState, keys.links, linkId, text);
      if (!state) continue;
      seen.set(linkId, { text, state });
      states.set(linkId, state);
    }
    known = seen;
    return states;
  };
  const read = async (linkId: string) => {
    const text = await guarded('read a link state', () => connection.hget(keys.links, linkId));
    return text === null ? null : records.one(linkState, keys.links, linkId, text);
  };
  return { readAll, read };
}
