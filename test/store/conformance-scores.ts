import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scorerLease } from '../../src/store/store.ts';
import { compareStreamIds } from '../../src/store/stream-id.ts';
import { type StoreFactory, withStore } from './fixture.ts';
import { eventOf, scoresOf, stateOf } from './records.ts';

export function scores(create: StoreFactory): void {
  const fixture = withStore(create);

  it('writes states, memories, position, counts and events together', async () => {
    const { store } = fixture();
    const commit = scoresOf({
      lastId: '5-1',
      states: [stateOf('l1', 10), stateOf('l2', null)],
      memories: [{ linkId: 'l1', memory: { counts: [1, 2], name: 'é"\n' } }],
      events: [eventOf('first'), eventOf('second')],
      applied: 7,
      refused: 2,
    });
    expect(await store.scoring.commit(commit)).toBe('committed');
    expect(await store.links.readAll()).toEqual(
      new Map([
        ['l1', stateOf('l1', 10)],
        ['l2', stateOf('l2', null)],
      ]),
    );
    expect(await store.links.read('l1')).toEqual(stateOf('l1', 10));
    expect(await store.links.read('nowhere')).toBeNull();
    const { lastId, memories } = await store.scoring.load(0);
    expect(lastId).toBe('5-1');
    expect(memories).toEqual(new Map([['l1', { counts: [1, 2], name: 'é"\n' }]]));
    expect(await store.scoring.counts()).toEqual({ applied: 7, refused: 2 });
    const events = await store.events.read('0', { limit: 10, blockMs: 0 });
    expect(events.map(({ id: _, ...event }) => event)).toEqual([eventOf('first'), eventOf('second')]);
  });

  it('starts with nothing', async () => {
    const { store } = fixture();
    expect(await store.scoring.load(3)).toEqual({ lastId: '0', memories: new Map() });
    expect(await store.scoring.counts()).toEqual({ applied: 0, refused: 0 });
    expect(await store.events.lastId()).toBe('0');
    expect(await store.events.latest(5)).toEqual([]);
  });

  it('never lets an older state overwrite a newer one', async () => {
    const { links, scoring } = fixture().store;
    const times = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }), { minLength: 1, maxLength: 12 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(times, async (received) => {
        round += 1;
        const linkId = `link-${round}`;
        let expected = -1;
        for (const [index, receivedAtMs] of received.entries()) {
          await scoring.commit(scoresOf({ states: [stateOf(linkId, receivedAtMs, `write ${index}`)] }));
          if ((receivedAtMs ?? -1) >= (received[expected] ?? -1)) expected = index;
        }
        expect((await links.read(linkId))?.reason).toBe(`write ${expected}`);
      }),
      { numRuns: 30 },
    );
  });

  it('takes the states of a clock that was set back: those it has lie in the future', async () => {
    const { store, clock } = fixture();
    const nowMs = clock.nowMs();
    const write = async (receivedAtMs: number, reason: string) => {
      await store.scoring.commit(scoresOf({ states: [stateOf('l1', receivedAtMs, reason)] }));
      return (await store.links.read('l1'))?.reason;
    };
    expect(await write(nowMs + 1_000, 'a clock a little ahead')).toBe('a clock a little ahead');
    expect(await write(nowMs, 'older')).toBe('a clock a little ahead');
    expect(await write(nowMs + 3_600_000, 'before the clock was set back')).toBe('before the clock was set back');
    expect(await write(nowMs, 'after it')).toBe('after it');
  });

  it('keeps the position when a sweep commits without one', async () => {
    const { scoring } = fixture().store;
    await scoring.commit(scoresOf({ lastId: '9-0' }));
    await scoring.commit(scoresOf({ lastId: null, states: [stateOf('l1', 1)] }));
    expect((await scoring.load(0)).lastId).toBe('9-0');
  });

  it('writes nothing under an older fence than it has seen in that partition', async () => {
    const { store } = fixture();
    await store.scoring.commit(scoresOf({ fence: 3, lastId: '1-0', states: [stateOf('l1', 10, 'new')] }));
    const old = scoresOf({
      fence: 2,
      lastId: '2-0',
      states: [stateOf('l1', 99, 'old'), stateOf('l2', 1)],
      memories: [{ linkId: 'l1', memory: 1 }],
      events: [eventOf('old')],
      applied: 1,
      refused: 1,
    });
    expect(await store.scoring.commit(old)).toBe('fenced');
    expect(await store.links.readAll()).toEqual(new Map([['l1', stateOf('l1', 10, 'new')]]));
    expect(await store.scoring.load(0)).toEqual({ lastId: '1-0', memories: new Map() });
    expect(await store.scoring.counts()).toEqual({ applied: 0, refused: 0 });
    expect(await store.events.latest(5)).toEqual([]);
    expect(await store.scoring.commit({ ...old, partition: 1 })).toBe('committed');
  });

  it('fences the former holder off from the moment the lease has passed on, before the new one writes', async () => {
    const { store } = fixture();
    const name = scorerLease(0);
    const first = await store.leases.acquire(name, 'first', 60_000);
    await store.leases.release(name, 'first');
    const second = await store.leases.acquire(name, 'second', 60_000);
    const commit = (fence = 0) => store.scoring.commit(scoresOf({ fence, applied: 1 }));
    expect(await commit(first?.fence)).toBe('fenced');
    expect(await commit(second?.fence)).toBe('committed');
    expect((await store.scoring.counts()).applied).toBe(1);
  });

  it('lets one of two writers win, however their writes mix', async () => {
    const { store } = fixture();
    const writes = Array.from({ length: 40 }, (_, index) => {
      const fence = index % 2 === 0 ? 1 : 2;
      return store.scoring.commit(
        scoresOf({ fence, lastId: `${index + 1}-0`, states: [stateOf('l1', index, `by ${fence}`)], applied: 1 }),
      );
    });
    const outcomes = await Promise.all(writes);
    expect(outcomes.filter((_, index) => index % 2 === 1)).toEqual(Array(20).fill('committed'));
    const committed = outcomes.filter((outcome) => outcome === 'committed').length;
    expect((await store.scoring.counts()).applied).toBe(committed);
    expect((await store.links.read('l1'))?.reason).toBe('by 2');
    expect((await store.scoring.load(0)).lastId).toBe('40-0');
  });

  it('writes nothing of a commit that holds something that cannot be stored', async () => {
    const { store } = fixture();
    const commit = scoresOf({
      lastId: '1-0',
      states: [stateOf('l1', 1)],
      memories: [
        { linkId: 'l1', memory: 1 },
        { linkId: 'l2', memory: 2n },
      ],
      events: [eventOf('never')],
      applied: 1,
    });
    await expect(store.scoring.commit(commit)).rejects.toThrow();
    expect(await store.links.readAll()).toEqual(new Map());
    expect(await store.scoring.load(0)).toEqual({ lastId: '0', memories: new Map() });
    expect(await store.scoring.counts()).toEqual({ applied: 0, refused: 0 });
    expect(await store.events.lastId()).toBe('0');
  });

  it('takes commits of thousands of links', async () => {
    const { store } = fixture();
    const ids = Array.from({ length: 3_000 }, (_, index) => `link-${index}`);
    const commit = scoresOf({
      states: ids.map((id, index) => stateOf(id, index)),
      memories: ids.map((linkId, index) => ({ linkId, memory: index })),
    });
    expect(await store.scoring.commit(commit)).toBe('committed');
    expect((await store.links.readAll()).get('link-2999')).toEqual(stateOf('link-2999', 2999));
    const { memories } = await store.scoring.load(0);
    expect([...memories.values()].reduce((sum: number, index) => sum + Number(index), 0)).toBe((3_000 * 2_999) / 2);
  });

  it('gives back copies: whoever changes an answer changes nothing here', async () => {
    const { store } = fixture();
    const written = stateOf('l1', 1);
    await store.scoring.commit(scoresOf({ states: [written] }));
    written.reason = 'changed';
    const read = await store.links.read('l1');
    if (read) read.reason = 'changed too';
    expect((await store.links.read('l1'))?.reason).toBe('all is well');
  });

  it('lists events by growing ids, from both ends, and wakes who waits', async () => {
    const { events } = fixture().store;
    const waiting = events.read('0', { limit: 10, blockMs: 30_000 });
    await events.append([eventOf('a'), eventOf('b')]);
    expect((await waiting).at(0)?.message).toBe('a');
    await events.append([eventOf('c')]);
    const all = await events.read('0', { limit: 10, blockMs: 0 });
    expect(all.map((event) => event.message)).toEqual(['a', 'b', 'c']);
    for (const [index, { id }] of all.entries()) {
      expect(compareStreamIds(all[index - 1]?.id ?? '0', id)).toBeLessThan(0);
      expect(await events.read(id, { limit: 10, blockMs: 0 })).toEqual(all.slice(index + 1));
    }
    expect(await events.latest(2)).toEqual(all.toReversed().slice(0, 2));
    expect(await events.latest(0)).toEqual([]);
    const newestFirst = all.toReversed();
    for (const [index, { id }] of newestFirst.entries()) {
      expect(await events.latest(2, id)).toEqual(newestFirst.slice(index + 1, index + 3));
    }
    expect(await events.latest(5, '0')).toEqual([]);
    expect(await events.latest(2, '99999999999999')).toEqual(newestFirst.slice(0, 2));
    await expect(events.latest(2, 'x')).rejects.toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT' });
    expect(await events.lastId()).toBe(all.at(-1)?.id);
    await events.append([]);
    expect(await events.lastId()).toBe(all.at(-1)?.id);
  });

  it('bounds the event log', async () => {
    const { events } = fixture().store;
    const page = Array.from({ length: 1_000 }, (_, index) => eventOf(`event ${index}`));
    for (let round = 0; round < 12; round += 1) await events.append(page);
    const kept = await events.latest(100_000);
    expect(kept.length).toBeGreaterThanOrEqual(10_000);
    expect(kept.length).toBeLessThan(10_500);
    expect(kept[0]?.message).toBe('event 999');
  });

  it('keeps everything over a restart', async () => {
    const { store, reopen } = fixture();
    await store.scoring.commit(
      scoresOf({
        lastId: '4-0',
        states: [stateOf('l1', 1)],
        memories: [{ linkId: 'l1', memory: { n: 1 } }],
        applied: 3,
      }),
    );
    await store.close();
    const again = await reopen();
    if (!again) return;
    expect(await again.scoring.load(0)).toEqual({ lastId: '4-0', memories: new Map([['l1', { n: 1 }]]) });
    expect(await again.links.read('l1')).toEqual(stateOf('l1', 1));
    expect((await again.scoring.counts()).applied).toBe(3);
  });
}
