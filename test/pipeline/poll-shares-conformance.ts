import { afterEach, beforeEach, expect, it } from 'vitest';
import { PollShares } from '../../src/pipeline/poll-shares.ts';
import type { LeaseStore } from '../../src/store/store.ts';
import { waitFor } from '../support/wait.ts';

const DEVICES = Array.from({ length: 100 }, (_, at) => `router-${at}`);
const INTERVAL_MS = 1_500;
const SOON = { timeoutMs: 20_000 };

/** How pollers share devices, over leases of any store. */
export function pollSharesConformance(create: () => Promise<{ leases: LeaseStore; close(): Promise<void> }>): void {
  let fixture: Awaited<ReturnType<typeof create>>;
  let pollers: PollShares[] = [];
  beforeEach(async () => {
    fixture = await create();
  });
  afterEach(async () => {
    await Promise.all(pollers.map((poller) => poller.stop()));
    pollers = [];
    await fixture.close();
  });

  const join = async (holder: string, leases: LeaseStore = fixture.leases): Promise<PollShares> => {
    const errors: unknown[] = [];
    const poller = new PollShares({
      leases,
      deviceIds: DEVICES,
      intervalMs: INTERVAL_MS,
      holder,
      onError: (error) => errors.push(error),
    });
    pollers.push(poller);
    await poller.start();
    return poller;
  };
  const owned = (poller: PollShares): string[] => DEVICES.filter((id) => poller.isMine(id, poller.nowMs()));
  /** Looks at all pollers at once: a device that two call their own would be polled twice. */
  const shared = (): string[] => {
    const all = pollers.flatMap(owned);
    return all.filter((id, at) => all.indexOf(id) !== at);
  };
  const until = (what: string, holds: () => boolean) =>
    waitFor(
      what,
      () => {
        expect(shared()).toEqual([]);
        return holds();
      },
      SOON,
    );

  it('gives one poller everything', async () => {
    expect(owned(await join('one'))).toEqual(DEVICES);
  });

  it('shares fairly as pollers come and go, and never gives a device to two', async () => {
    const one = await join('one');
    const two = await join('two');
    await until('halves', () => Math.abs(owned(one).length - 50) <= 2 && Math.abs(owned(two).length - 50) <= 2);
    const three = await join('three');
    await until('thirds', () => [one, two, three].every((poller) => Math.abs(owned(poller).length - 33) <= 3));
    expect([one, two, three].flatMap(owned).sort()).toEqual([...DEVICES].sort());
    await two.stop();
    expect(owned(two)).toEqual([]);
    await until('halves again', () => owned(one).length + owned(three).length === DEVICES.length);
    expect(Math.abs(owned(one).length - 50)).toBeLessThanOrEqual(3);
  });

  it('takes over from one that dies without a word, and only what falls due after that', async () => {
    const one = await join('one');
    let isDead = false;
    const mortal: LeaseStore = {
      acquire: (...args) => (isDead ? Promise.reject(new Error('dead')) : fixture.leases.acquire(...args)),
      release: (...args) => (isDead ? Promise.reject(new Error('dead')) : fixture.leases.release(...args)),
      holderOf: (...args) => fixture.leases.holderOf(...args),
      once: (...args) => fixture.leases.once(...args),
      nowMs: () => fixture.leases.nowMs(),
    };
    const two = await join('two', mortal);
    await until('a share', () => owned(two).length > 40 && owned(one).length + owned(two).length === DEVICES.length);
    const inherited = owned(two);
    const diedAtMs = one.nowMs();
    isDead = true;
    await until('the rest', () => owned(one).length === DEVICES.length);
    expect(owned(two)).toEqual([]);
    // What was due while the dead one may still have polled stays left out.
    expect(inherited.filter((id) => one.isMine(id, diedAtMs))).toEqual([]);
  });

  it('lets one that stalled find its devices with another, and both go on', async () => {
    const one = await join('one');
    let isStalled = false;
    const stalling: LeaseStore = {
      acquire: async (...args) => {
        // As after a long pause of the whole process: what it asks comes late.
        await waitFor('the end of the stall', () => !isStalled, SOON);
        return fixture.leases.acquire(...args);
      },
      release: (...args) => fixture.leases.release(...args),
      holderOf: (...args) => fixture.leases.holderOf(...args),
      once: (...args) => fixture.leases.once(...args),
      nowMs: () => fixture.leases.nowMs(),
    };
    const two = await join('two', stalling);
    await until('a share', () => owned(two).length > 40);
    isStalled = true;
    await until('all with the other', () => owned(one).length === DEVICES.length);
    isStalled = false;
    await until('halves again', () => owned(two).length > 40 && owned(one).length < 60);
  });

  it('goes on after the store was away', async () => {
    let isAway = false;
    const away = (): Promise<never> => Promise.reject(new Error('away'));
    const unsteady: LeaseStore = {
      acquire: (...args) => (isAway ? away() : fixture.leases.acquire(...args)),
      release: (...args) => (isAway ? away() : fixture.leases.release(...args)),
      holderOf: (...args) => fixture.leases.holderOf(...args),
      once: (...args) => fixture.leases.once(...args),
      nowMs: () => (isAway ? away() : fixture.leases.nowMs()),
    };
    const one = await join('one', unsteady);
    isAway = true;
    await until('nothing held on a lease that is over', () => owned(one).length === 0);
    isAway = false;
    await until('everything again', () => owned(one).length === DEVICES.length);
  });
}
