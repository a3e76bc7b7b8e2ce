import { expect, it } from 'vitest';
import type { HistoryRecord } from '../../src/store/history-record.ts';
import { LIMITS } from '../../src/store/keys.ts';
import { scorerLease } from '../../src/store/store.ts';
import { type StoreFactory, withStore } from './fixture.ts';

const record = (id: string, atMs: number, values: Record<string, number> = { score: 90 }): HistoryRecord => ({
  kind: 'link',
  id,
  atMs,
  values,
});
const ALL = { limit: 10_000, blockMs: 0 };

export function history(create: StoreFactory): void {
  const fixture = withStore(create);

  it('gives batches back in order, numbered from 1, and forgets what was acknowledged', async () => {
    const { store } = fixture();
    for (let at = 1; at <= 3; at += 1) await store.history.append([record('L', at)]);
    const batches = await store.history.read('0', ALL);
    expect(batches.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(batches.flatMap(({ records }) => records)).toEqual([1, 2, 3].map((at) => record('L', at)));
    await store.history.acknowledge(batches[1]?.id ?? '');
    expect((await store.history.read('0', ALL)).map(({ number }) => number)).toEqual([3]);
  });

  it('takes what a commit of scores carries, and nothing of one that is fenced off', async () => {
    const { store } = fixture();
    const lease = await store.leases.acquire(scorerLease(0), 'me', 60_000);
    const commit = {
      partition: 0,
      lastId: null,
      states: [],
      memories: [],
      events: [],
      applied: 0,
      refused: 0,
      history: [record('L', 7)],
    };
    expect(await store.scoring.commit({ ...commit, fence: (lease?.fence ?? 0) - 1 })).toBe('fenced');
    expect(await store.scoring.commit({ ...commit, fence: lease?.fence ?? 0 })).toBe('committed');
    const batches = await store.history.read('0', ALL);
    expect(batches.map(({ records }) => records)).toEqual([[record('L', 7)]]);
  });

  it('drops the oldest where nobody reads, and the numbers tell how many', async () => {
    const { store } = fixture();
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`metric${index}`, 0.123456789]));
    const perBatch = Array.from({ length: LIMITS.historyPerBatch }, (_, index) => record(`L${index}`, index, wide));
    const size = JSON.stringify(perBatch).length;
    const total = Math.ceil((LIMITS.historyBytesMax * 1.3) / size);
    for (let batch = 0; batch < total; batch += 1) await store.history.append(perBatch);
    const kept = (await store.history.read('0', ALL)).map(({ number }) => number);
    expect(kept.at(-1)).toBe(total);
    expect(kept.length * size).toBeLessThanOrEqual(LIMITS.historyBytesMax);
    expect(kept.length * size).toBeGreaterThan(LIMITS.historyBytesMax * 0.8);
    expect(kept).toEqual(kept.map((_, index) => total - kept.length + 1 + index));
  });

  it('waits for a batch', async () => {
    const { store } = fixture();
    const waiting = store.history.read('0', { limit: 1, blockMs: 20_000 });
    await store.history.append([record('L', 1)]);
    expect((await waiting).length).toBe(1);
  });

  it('brings an answer to the one who asked, and null where nobody answers', async () => {
    const { store } = fixture();
    const asked = Promise.all([store.questions.ask('one', 20_000), store.questions.ask('two', 20_000)]);
    const answered = new Set<string>();
    while (answered.size < 2) {
      for (const { id, text } of await store.questions.next('0', 100)) {
        if (!answered.has(id)) await store.questions.answer(id, `${text}!`);
        answered.add(id);
      }
    }
    expect(await asked).toEqual(['one!', 'two!']);
    expect(await store.questions.ask('three', 30)).toBeNull();
  });
}
