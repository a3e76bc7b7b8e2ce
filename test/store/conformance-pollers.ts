import { expect, it } from 'vitest';
import { POLLER_REPORT_TTL_MS, POLLER_REPORTS_MAX, type PollerReport } from '../../src/store/pollers.ts';
import { type StoreFactory, withStore } from './fixture.ts';

export const pollerReport = (holder: string, atMs: number): PollerReport => ({
  ...{ holder, atMs, devices: 10, held: 5, silent: 1, slowCount: 1, leases: 3 },
  ...{ polls: 7, failures: 1, skipped: 0, suspended: 0, statusPolls: 0, samples: 20 },
  ...{ polling: 1, waiting: 0, inFlight: 1, lagMs: 2.5, requests: 9, retries: 1, answers: 8, timeouts: 1 },
  unexpected: { late: 2 },
  traps: { received: { linkDown: 1 }, dropped: { unknownSender: 4 }, acknowledged: 0, confirmed: 1, contradicted: 0 },
  slow: [{ deviceId: 'r1', pollMs: 900, silent: true }],
});

export function pollers(create: StoreFactory): void {
  const fixture = withStore(create);

  it('keeps what each poller said last', async () => {
    const { store, clock } = fixture();
    expect(await store.pollers.readAll()).toEqual([]);
    await store.pollers.write(pollerReport('b', clock.nowMs()));
    await store.pollers.write(pollerReport('a', clock.nowMs()));
    await store.pollers.write({ ...pollerReport('b', clock.nowMs()), polls: 8 });
    expect((await store.pollers.readAll()).map(({ holder, polls }) => `${holder} ${polls}`)).toEqual(['a 7', 'b 8']);
    expect((await store.pollers.readAll())[0]).toEqual(pollerReport('a', clock.nowMs()));
    await store.pollers.remove('a');
    expect((await store.pollers.readAll()).map(({ holder }) => holder)).toEqual(['b']);
  });

  it('forgets pollers that say nothing any more, and the oldest of too many', async () => {
    const { store, clock } = fixture();
    await store.pollers.write(pollerReport('old', clock.nowMs()));
    clock.advance(POLLER_REPORT_TTL_MS + 1);
    expect(await store.pollers.readAll()).toEqual([]);
    for (let at = 0; at < POLLER_REPORTS_MAX + 3; at += 1) {
      clock.advance(1);
      await store.pollers.write(pollerReport(`p${at}`, clock.nowMs()));
    }
    const kept = (await store.pollers.readAll()).map(({ holder }) => holder);
    expect(kept).toHaveLength(POLLER_REPORTS_MAX);
    expect(kept).not.toContain('p2');
  });

  it('tells the time that leases run by, which never goes back', async () => {
    const { leases } = fixture().store;
    const first = await leases.nowMs();
    expect(first).toBeGreaterThanOrEqual(0);
    expect(await leases.nowMs()).toBeGreaterThanOrEqual(first);
  });

  it('keeps the discovered network with all that stands beside its links', async () => {
    const { store, reopen } = fixture();
    expect(await store.discovered.read()).toBeNull();
    const links = [{ id: 'l', discovery: { isStale: true } }];
    const network = { format: 'detour-network/1', name: 'n', nodes: [{ id: 'r1' }], links } as const;
    await store.discovered.write(network);
    expect(await store.discovered.read()).toEqual(network);
    const again = await reopen();
    if (again) expect(await again.discovered.read()).toEqual(network);
  });
}
