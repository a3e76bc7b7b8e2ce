import { expect, it } from 'vitest';
import { partitionOf } from '../../src/core/ids.ts';
import { compareStreamIds } from '../../src/store/stream-id.ts';
import { type StoreFactory, withStore } from './fixture.ts';
import { sampleOf } from './records.ts';

const PARTITIONS = 4;
const links = Array.from({ length: 40 }, (_, index) => `link-${index}`);
const inPartition = (partition: number) => links.filter((link) => partitionOf(link, PARTITIONS) === partition);

export function queues(create: StoreFactory): void {
  const fixture = withStore(create, { partitions: PARTITIONS, queuedSamplesMax: 1_200 });
  const now = { maxBatches: 100, blockMs: 0 };

  it('keeps every sample, whole and in order, in the partition of its link', async () => {
    const { samples } = fixture().store;
    const sent = links.flatMap((link) => [sampleOf(link, 1), sampleOf(link, 2)]);
    await samples.append(sent);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const batches = await samples.read(partition, '0', now);
      const expected = sent.filter((sample) => partitionOf(sample.linkId, PARTITIONS) === partition);
      expect(expected.length).toBeGreaterThan(0);
      expect(batches.flatMap((batch) => batch.samples)).toEqual(expected);
    }
  });

  it('gives ids that grow, and reads on after any of them', async () => {
    const { samples } = fixture().store;
    const [link = ''] = inPartition(1);
    for (let atMs = 1; atMs <= 5; atMs += 1) await samples.append([sampleOf(link, atMs)]);
    const all = await samples.read(1, '0', now);
    expect(all).toHaveLength(5);
    for (const [index, batch] of all.entries()) {
      const previous = all[index - 1]?.id ?? '0';
      expect(compareStreamIds(previous, batch.id)).toBeLessThan(0);
      expect(await samples.read(1, batch.id, now)).toEqual(all.slice(index + 1));
    }
    expect(await samples.read(1, '0', { maxBatches: 2, blockMs: 0 })).toEqual(all.slice(0, 2));
  });

  it('cuts large appends into batches', async () => {
    const { samples } = fixture().store;
    const [link = ''] = inPartition(0);
    const sent = Array.from({ length: 1_100 }, (_, index) => sampleOf(link, index));
    await samples.append(sent);
    const batches = await samples.read(0, '0', now);
    expect(batches.map((batch) => batch.samples.length)).toEqual([500, 500, 100]);
    expect(await samples.backlog()).toBe(3);
  });

  it('refuses a whole append when one of its partitions is full', async () => {
    const { samples } = fixture().store;
    const [full = ''] = inPartition(2);
    const [empty = ''] = inPartition(3);
    const fill = Array.from({ length: 1_199 }, (_, index) => sampleOf(full, index));
    await samples.append(fill);
    const backlog = await samples.backlog();
    const tooMuch = [sampleOf(empty, 1), sampleOf(full, 1), sampleOf(full, 2)];
    await expect(samples.append(tooMuch)).rejects.toMatchObject({ code: 'DETOUR_ERR_BACKLOG_FULL', value: 2 });
    expect(await samples.read(3, '0', now)).toEqual([]);
    expect(await samples.backlog()).toBe(backlog);
    await samples.append(tooMuch.slice(0, 2));
    expect(await samples.read(3, '0', now)).toHaveLength(1);
  });

  it('has room again for exactly what was acknowledged', async () => {
    const { samples } = fixture().store;
    const [link = ''] = inPartition(2);
    const some = (count: number) => Array.from({ length: count }, (_, index) => sampleOf(link, index));
    await samples.append(some(500));
    await samples.append(some(700));
    const [first] = await samples.read(2, '0', now);
    await samples.acknowledge(2, first?.id ?? '');
    await samples.acknowledge(2, first?.id ?? '');
    await expect(samples.append(some(501))).rejects.toMatchObject({ code: 'DETOUR_ERR_BACKLOG_FULL' });
    await samples.append(some(500));
    const rest = await samples.read(2, '0', now);
    expect(rest.map((batch) => batch.samples.length)).toEqual([500, 200, 500]);
    await samples.acknowledge(2, rest.at(-1)?.id ?? '');
    expect(await samples.backlog()).toBe(0);
    await samples.append(some(1_200));
    const [again] = await samples.read(2, '0', now);
    expect(compareStreamIds(again?.id ?? '0', rest.at(-1)?.id ?? '0')).toBeGreaterThan(0);
  });

  it('waits for the first batch without holding up others, however many wait', async () => {
    const { store } = fixture();
    const waiting = [0, 1, 2, 3].map((partition) =>
      store.samples.read(partition, '0', { maxBatches: 1, blockMs: 30_000 }),
    );
    await store.counters.add('other', 1);
    await store.samples.append(links.map((link) => sampleOf(link, 1)));
    const batches = (await Promise.all(waiting)).flat();
    expect(batches.flatMap((batch) => batch.samples)).toHaveLength(links.length);
  });

  it('comes back empty when nothing arrives in time', async () => {
    expect(await fixture().store.samples.read(0, '0', { maxBatches: 1, blockMs: 20 })).toEqual([]);
  });

  it('ends waits when it is closed, and refuses new ones', async () => {
    const { store } = fixture();
    const waiting = store.samples.read(0, '0', { maxBatches: 1, blockMs: 600_000 });
    const following = store.events.read('0', { limit: 1, blockMs: 600_000 });
    // Both have surely begun to wait once another wait has run its course.
    await store.samples.read(1, '0', { maxBatches: 1, blockMs: 50 });
    await store.close();
    expect(await waiting).toEqual([]);
    expect(await following).toEqual([]);
    const closed = { code: 'DETOUR_ERR_NOT_READY' };
    await expect(store.samples.read(0, '0', { maxBatches: 1, blockMs: 10 })).rejects.toMatchObject(closed);
    await expect(store.events.read('0', { limit: 1, blockMs: 10 })).rejects.toMatchObject(closed);
  });

  it('refuses what is no id', async () => {
    const { samples, events } = fixture().store;
    const refused = { code: 'DETOUR_ERR_INVALID_INPUT', field: 'afterId' };
    for (const id of ['', '$', '+', '-1', '1-', '1-2-3', 'x', '99999999999999999999']) {
      await expect(samples.read(0, id, now), id).rejects.toMatchObject(refused);
      await expect(events.read(id, { limit: 1, blockMs: 0 }), id).rejects.toMatchObject(refused);
    }
  });

  it('loses nothing when many append at once', async () => {
    const { samples } = fixture().store;
    const [link = ''] = inPartition(1);
    await Promise.all(Array.from({ length: 50 }, (_, index) => samples.append([sampleOf(link, index)])));
    const times = (await samples.read(1, '0', now)).flatMap((batch) => batch.samples.map((sample) => sample.atMs));
    expect(times.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });
}
