import { expect, it } from 'vitest';
import { type StoreFactory, type StoreFixture, withStore } from './fixture.ts';

/** Lets time pass until the answer is no longer null or false. */
async function eventually<T>(fixture: StoreFixture, ask: () => Promise<T | null | false>): Promise<T> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    await fixture.passTime();
  }
  throw new Error('it never happened');
}

export function leases(create: StoreFactory): void {
  const fixture = withStore(create);

  it('gives a lease to one holder, who renews it under the same fence', async () => {
    const { leases } = fixture().store;
    const first = await leases.acquire('l', 'a', 60_000);
    expect(first?.fence).toBeGreaterThan(0);
    expect(await leases.acquire('l', 'b', 60_000)).toBeNull();
    expect(await leases.acquire('l', 'a', 60_000)).toEqual(first);
    expect(await leases.acquire('other', 'b', 60_000)).not.toBeNull();
  });

  it('passes an expired lease on under a higher fence', async () => {
    const { leases } = fixture().store;
    const first = await leases.acquire('l', 'a', 50);
    const second = await eventually(fixture(), () => leases.acquire('l', 'b', 60_000));
    expect(second.fence).toBeGreaterThan(first?.fence ?? Number.POSITIVE_INFINITY);
    expect(await leases.acquire('l', 'a', 60_000)).toBeNull();
  });

  it('gives a lease back at once, but only by its holder', async () => {
    const { leases } = fixture().store;
    const first = await leases.acquire('l', 'a', 60_000);
    await leases.release('l', 'b');
    expect(await leases.acquire('l', 'b', 60_000)).toBeNull();
    await leases.release('l', 'a');
    const second = await leases.acquire('l', 'b', 60_000);
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Number.POSITIVE_INFINITY);
    await leases.release('never-held', 'a');
  });

  it('says who has a lease, while somebody does', async () => {
    const { leases } = fixture().store;
    expect(await leases.holderOf('l')).toBeNull();
    await leases.acquire('l', 'a', 60_000);
    expect(await leases.holderOf('l')).toBe('a');
    await leases.release('l', 'a');
    expect(await leases.holderOf('l')).toBeNull();
    await leases.acquire('short', 'a', 30);
    expect(await eventually(fixture(), async () => (await leases.holderOf('short')) === null)).toBe(true);
  });

  it('lets nobody wait longer than they asked for, as after a clock that was set back', async () => {
    const { leases } = fixture().store;
    await leases.acquire('l', 'a', 3_600_000);
    await leases.once('t', 3_600_000);
    expect(await leases.acquire('l', 'b', 40)).toBeNull();
    expect(await leases.once('t', 40)).toBe(false);
    await eventually(fixture(), () => leases.acquire('l', 'b', 40));
    expect(await eventually(fixture(), () => leases.once('t', 40))).toBe(true);
  });

  it('raises the fence only when the holder changes', async () => {
    const { leases } = fixture().store;
    const fences: number[] = [];
    for (const holder of ['a', 'a', 'b', 'b', 'a']) {
      fences.push((await leases.acquire('l', holder, 60_000))?.fence ?? 0);
      await leases.release('l', holder);
    }
    const [start = 0] = fences;
    expect(fences).toEqual([start, start, start + 1, start + 1, start + 2]);
  });

  it('gives a lease that many ask for at once to one of them', async () => {
    const { leases } = fixture().store;
    const asked = await Promise.all(Array.from({ length: 20 }, (_, index) => leases.acquire('l', `h${index}`, 60_000)));
    expect(asked.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('lets the first caller through, and the next after the time', async () => {
    const { leases } = fixture().store;
    expect(await leases.once('t', 60_000)).toBe(true);
    expect(await leases.once('t', 60_000)).toBe(false);
    expect(await leases.once('short', 30)).toBe(true);
    expect(await eventually(fixture(), () => leases.once('short', 30))).toBe(true);
    const many = await Promise.all(Array.from({ length: 10 }, () => leases.once('many', 60_000)));
    expect(many.filter(Boolean)).toHaveLength(1);
  });

  it('sums counters, in fractions too, and refuses what is no number', async () => {
    const { store, reopen } = fixture();
    expect(await store.counters.read('savedBits')).toBe(0);
    expect(await store.counters.add('savedBits', 1.5)).toBe(1.5);
    await Promise.all(Array.from({ length: 20 }, () => store.counters.add('savedBits', 2)));
    expect(await store.counters.read('savedBits')).toBe(41.5);
    await expect(store.counters.add('savedBits', Number.NaN)).rejects.toMatchObject({ field: 'amount' });
    expect(await (await reopen())?.counters.read('savedBits')).not.toBe(0);
  });
}
