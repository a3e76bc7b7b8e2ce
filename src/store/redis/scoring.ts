import { Type } from 'typebox';
import { compileSchema } from '../../core/schema.ts';
import { LIMITS } from '../keys.ts';
import { CLOCK_SLACK_MS, type ScoringCommit, type ScoringStore, scorerLease } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { historyTexts } from './history-feed.ts';

const anything = compileSchema(Type.Unknown(), 'CORRUPT_RECORD');

export function redisScoring({ connection, scripts, keys, records, partitions, clock }: RedisContext): ScoringStore {
  const load = async (partition: number) => {
    const key = keys.memories(partition);
    const [lastId, texts] = await guarded('load a partition', () =>
      Promise.all([connection.hget(keys.cursor(partition), 'lastId'), connection.hgetall(key)]),
    );
    const memories = new Map<string, unknown>();
    for (const [linkId, text] of Object.entries(texts)) {
      const memory = records.member(anything, key, linkId, text);
      if (memory !== null) memories.set(linkId, memory);
    }
    return { lastId: lastId ?? '0', memories };
  };

  const commit = async (commit: ScoringCommit) => {
    const { partition } = commit;
    const touched = [
      keys.links,
      keys.linkTimes,
      keys.memories(partition),
      keys.cursor(partition),
      keys.scored,
      keys.events,
      keys.partitions,
      keys.leaseHistory(scorerLease(partition)),
      keys.history,
      keys.historySizes,
    ];
    const args = commitArguments(commit, partitions, clock.nowMs());
    const answer = await guarded('write scores', () => scripts.commitScores(touched, args));
    return answer === 1 ? ('committed' as const) : ('fenced' as const);
  };

  const counts = async () => {
    const [applied, refused] = await guarded('read the counts', () =>
      connection.hmget(keys.scored, 'applied', 'refused'),
    );
    return { applied: Number(applied ?? 0), refused: Number(refused ?? 0) };
  };

  return { load, commit, counts };
}

function commitArguments(commit: ScoringCommit, partitions: number, nowMs: number): (string | number)[] {
  const { states, memories, events } = commit;
  return [
    commit.fence,
    commit.lastId ?? '',
    commit.applied,
    commit.refused,
    partitions,
    LIMITS.eventsMax,
    nowMs + CLOCK_SLACK_MS,
    states.length,
    ...states.map((state) => state.linkId),
    ...states.map((state) => state.receivedAtMs ?? -1),
    ...states.map((state) => JSON.stringify(state)),
    memories.length,
    ...memories.flatMap(({ linkId, memory }) => [linkId, JSON.stringify(memory)]),
    events.length,
    ...events.map((event) => JSON.stringify(event)),
    LIMITS.historyBytesMax,
    ...historyTexts(commit.history ?? []),
  ];
}
