import { expect, it } from 'vitest';
import { briefOf, type ProposalStatus } from '../../src/reroute/proposal.ts';
import { LIMITS } from '../../src/store/keys.ts';
import { PLAN_LEASE } from '../../src/store/store.ts';
import { type StoreFactory, withStore } from './fixture.ts';
import { applyOf, eventOf, inputOf, momentAt, network, planCommitOf, planOf, proposalOf, tunnelOf } from './records.ts';

export function plans(create: StoreFactory): void {
  const fixture = withStore(create, { inputBytesMax: 200_000 });

  it('writes plan, proposals and events together', async () => {
    const { plans, events } = fixture().store;
    const older = proposalOf('x', { createdAtMs: 1 });
    const newer = proposalOf('y', { createdAtMs: 2 });
    const commit = planCommitOf('p1', { proposals: [older, newer], events: [eventOf('x created')] });
    expect(await plans.latest()).toBeNull();
    expect(await plans.commit(commit)).toBe('committed');
    expect(await plans.latest()).toEqual(planOf('p1'));
    expect(await plans.plan('p1')).toEqual(planOf('p1'));
    expect(await plans.plan('p2')).toBeNull();
    expect(await plans.openProposals()).toEqual([newer, older]);
    expect(await plans.proposalsById(['x', 'none', 'y'])).toEqual([older, newer]);
    expect(await plans.proposalsById([])).toEqual([]);
    expect(await plans.briefs('open')).toEqual([briefOf(newer), briefOf(older)]);
    expect(await plans.proposal('x')).toEqual(older);
    expect(await plans.proposal('z')).toBeNull();
    expect((await events.latest(5)).map((event) => event.message)).toEqual(['x created']);
  });

  it('writes nothing under an older fence', async () => {
    const { plans, events, leases, traffic } = fixture().store;
    await plans.commit(planCommitOf('p1', { fence: 5, proposals: [proposalOf('x')] }));
    await plans.transition(applyOf('x'));
    const { version } = await traffic.tunnels();
    const logged = await events.lastId();
    const late = planCommitOf('p2', {
      fence: 4,
      proposals: [proposalOf('x', { revision: 9 }), proposalOf('y')],
      removeTunnels: ['d1'],
      events: [eventOf('late')],
    });
    expect(await plans.commit(late)).toBe('fenced');
    expect((await plans.latest())?.id).toBe('p1');
    expect(await plans.plan('p2')).toBeNull();
    expect((await plans.briefs('all')).map(({ id, revision }) => [id, revision])).toEqual([['x', 1]]);
    expect(await traffic.tunnels()).toEqual({ version, tunnels: [tunnelOf('d1', 'x')] });
    expect(await events.lastId()).toBe(logged);
    for (const holder of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await leases.acquire(PLAN_LEASE, holder, 60_000);
      await leases.release(PLAN_LEASE, holder);
    }
    expect(await plans.commit({ ...late, fence: 5 })).toBe('fenced');
    expect(await plans.commit({ ...late, fence: 6 })).toBe('committed');
  });

  it('tells what stands as it is now, and the closed ones in short', async () => {
    const { store, clock } = fixture();
    const { plans } = store;
    const [x, y] = [proposalOf('x', { createdAtMs: 2 }), proposalOf('y', { createdAtMs: 1 })];
    await plans.commit(planCommitOf('p1', { proposals: [x, y] }));
    expect(await plans.openProposals()).toEqual([x, y]);
    const { proposal } = await plans.transition(applyOf('x'));
    expect((await plans.openProposals()).find(({ id }) => id === 'x')).toEqual(proposal);
    const revised = proposalOf('x', { revision: 2, createdAtMs: 2, expectedSavingBps: 5 });
    await plans.commit(planCommitOf('p2', { proposals: [revised] }));
    expect(await plans.openProposals()).toEqual([revised, y]);
    const closed = { ...y, status: 'expired', closedAtMs: clock.nowMs(), closedReason: 'cause gone' } as const;
    await plans.commit(planCommitOf('p3', { proposals: [closed] }));
    expect(await plans.openProposals()).toEqual([revised]);
    expect(await plans.briefs('open')).toEqual([briefOf(revised)]);
    expect(await plans.briefs('all')).toEqual([briefOf(revised), briefOf(closed)]);
    expect(await plans.proposal('y')).toEqual(closed);
  });

  it('refuses a plan that was made from proposals that have moved on', async () => {
    const { plans } = fixture().store;
    const x = proposalOf('x');
    await plans.commit(planCommitOf('p1', { proposals: [x] }));
    const expected = [{ id: 'x', status: 'proposed', revision: 1 }] as const;
    const revised = proposalOf('x', { revision: 2 });
    await plans.transition(applyOf('x'));
    const commit = planCommitOf('p2', { expected, proposals: [revised], events: [eventOf('late')] });
    expect(await plans.commit(commit)).toBe('conflict');
    expect((await plans.proposal('x'))?.status).toBe('applied');
    expect((await plans.latest())?.id).toBe('p1');
    const now = [{ id: 'x', status: 'applied', revision: 1 }] as const;
    expect(await plans.commit({ ...commit, expected: now })).toBe('committed');
    const gone = [{ id: 'never', status: 'applied', revision: 1 }] as const;
    expect(await plans.commit(planCommitOf('p3', { expected: gone }))).toBe('conflict');
  });

  it('changes a proposal, its tunnels and the log in one step', async () => {
    const { plans, traffic, events } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x')] }));
    const before = await traffic.tunnels();
    expect(before.tunnels).toEqual([]);
    const { changed, proposal } = await plans.transition(applyOf('x'));
    expect(changed).toBe(true);
    expect(proposal).toEqual(applyOf('x').proposal);
    const after = await traffic.tunnels();
    expect(after.tunnels).toEqual([tunnelOf('d1', 'x')]);
    expect(after.version).toBeGreaterThan(before.version);
    expect((await events.latest(1))[0]?.message).toBe('x applied');
  });

  it('leaves a proposal alone that is in another status or revision', async () => {
    const { plans, traffic, events } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x', { revision: 2 })] }));
    const { version } = await traffic.tunnels();
    const attempts = [
      applyOf('x', { revision: 1 }),
      applyOf('x', { revision: 2, from: ['applied', 'failed'] }),
      applyOf('x', { revision: 2, from: [] }),
    ];
    for (const attempt of attempts) {
      const { changed, proposal } = await plans.transition(attempt);
      expect(changed).toBe(false);
      expect(proposal).toEqual(proposalOf('x', { revision: 2 }));
    }
    expect(await plans.transition(applyOf('nowhere'))).toEqual({ changed: false, proposal: null });
    expect(await traffic.tunnels()).toEqual({ version, tunnels: [] });
    expect(await events.lastId()).toBe('0');
    const wrong = plans.transition(applyOf('x', { proposalId: 'y' }));
    await expect(wrong).rejects.toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT' });
  });

  it('lets one of many who apply at once through', async () => {
    const { plans, events } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x')] }));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => plans.transition(applyOf('x'))));
    expect(outcomes.filter((outcome) => outcome.changed)).toHaveLength(1);
    expect(await events.latest(50)).toHaveLength(1);
  });

  it('takes tunnels away with the plan that closes their proposal; the version tells every change', async () => {
    const { plans, traffic } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x')] }));
    await plans.transition(applyOf('x', { setTunnels: [tunnelOf('d1', 'x'), tunnelOf('d2', 'x')] }));
    const applied = await traffic.tunnels();
    expect(applied.tunnels).toHaveLength(2);
    await plans.commit(planCommitOf('p2', { removeTunnels: ['unknown'] }));
    expect(await traffic.tunnels()).toEqual(applied);
    await plans.commit(planCommitOf('p3', { removeTunnels: ['d1'] }));
    const closed = await traffic.tunnels();
    expect(closed.tunnels).toEqual([tunnelOf('d2', 'x')]);
    expect(closed.version).toBeGreaterThan(applied.version);
  });

  it("replaces a demand's tunnel in one step", async () => {
    const { plans, traffic } = fixture().store;
    await plans.commit(planCommitOf('p1', { proposals: [proposalOf('x'), proposalOf('y')] }));
    await plans.transition(applyOf('x'));
    await plans.transition(applyOf('y', { removeTunnels: ['d1'] }));
    expect((await traffic.tunnels()).tunnels).toEqual([tunnelOf('d1', 'y')]);
  });

  it('forgets closed proposals after a day, and open ones never', async () => {
    const { store, clock } = fixture();
    const close = (id: string, status: ProposalStatus) =>
      proposalOf(id, { status, closedAtMs: clock.nowMs(), closedReason: 'over' });
    const ids = async () => (await store.plans.briefs('all')).map((proposal) => proposal.id).sort();
    await store.plans.commit(
      planCommitOf('p1', { proposals: [proposalOf('open'), close('expired', 'expired'), close('back', 'expired')] }),
    );
    clock.advance(LIMITS.planTtlMs / 2);
    await store.plans.commit(planCommitOf('p2', { proposals: [proposalOf('back'), close('late', 'failed')] }));
    expect(await ids()).toEqual(['back', 'expired', 'late', 'open']);
    clock.advance(LIMITS.planTtlMs / 2);
    await store.plans.commit(planCommitOf('p3'));
    expect(await ids()).toEqual(['back', 'late', 'open']);
    clock.advance(LIMITS.planTtlMs / 2);
    await store.plans.transition(applyOf('open'));
    expect(await ids()).toEqual(['back', 'open']);
  });

  it('keeps inputs and networks so that a plan can be run again', async () => {
    const { plans } = fixture().store;
    await plans.saveNetwork('h1', network);
    await plans.saveNetwork('h1', network);
    await plans.saveInput('i1', inputOf());
    await plans.saveInput('i1', inputOf());
    expect(await plans.input('i1')).toEqual(inputOf());
    expect(await plans.network('h1')).toEqual(network);
    expect(await plans.input('i2')).toBeNull();
    expect(await plans.network('h2')).toBeNull();
  });

  it('tells the moments that can be shown again, by time, for a day', async () => {
    const { store, clock } = fixture();
    const { plans } = store;
    const startMs = clock.nowMs();
    const commit = async (id: string, atMs: number, inputId = 'i1') =>
      plans.commit(planCommitOf(id, { moment: momentAt(id, atMs, { inputId }) }));
    await plans.saveInput('i1', inputOf());
    await commit('late', startMs + 3_000);
    await commit('early', startMs + 1_000);
    await commit('twin', startMs + 1_000);
    await commit('early', startMs + 1_000);
    await commit('inputless', startMs + 2_000, 'i9');
    await plans.commit(planCommitOf('silent'));
    const ids = async (fromMs: number, toMs: number) => (await plans.moments(fromMs, toMs)).map(({ planId }) => planId);
    expect(await plans.moments(startMs + 3_000, startMs + 3_000)).toEqual([momentAt('late', startMs + 3_000)]);
    expect(await ids(0, startMs + 9_000)).toEqual(['early', 'twin', 'late']);
    expect(await ids(startMs + 1_001, startMs + 2_999)).toEqual([]);
    clock.advance(LIMITS.planTtlMs / 2);
    await plans.saveInput('i1', inputOf());
    clock.advance(LIMITS.planTtlMs / 2 + 2_000);
    await plans.commit(planCommitOf('next'));
    expect(await ids(0, startMs + 9_000)).toEqual(['late']);
  });

  it('forgets the oldest inputs early when all together grow too large', async () => {
    const { store, clock } = fixture();
    for (let index = 0; index < 20; index += 1) {
      clock.advance(1_000);
      await store.plans.saveInput(`i${index}`, inputOf(1_500));
    }
    expect(await store.plans.input('i0')).toBeNull();
    expect(await store.plans.input('i19')).toEqual(inputOf(1_500));
  });

  it('keeps the latest demands', async () => {
    const { traffic } = fixture().store;
    expect(await traffic.demands()).toBeNull();
    await traffic.writeDemands(inputOf(1).demands);
    await traffic.writeDemands(inputOf(3).demands);
    expect(await traffic.demands()).toEqual(inputOf(3).demands);
  });

  it('keeps an estimate of the demands beside those that are known', async () => {
    const { traffic } = fixture().store;
    expect(await traffic.estimate()).toBeNull();
    const estimate = { ...inputOf(2).demands, source: 'estimated', residual: 0.02 } as const;
    await traffic.writeDemands(inputOf(1).demands);
    await traffic.writeDemands(estimate);
    expect(await traffic.demands()).toEqual(inputOf(1).demands);
    await traffic.removeDemands();
    expect(await traffic.demands()).toBeNull();
    expect(await traffic.estimate()).toEqual(estimate);
  });

  it('keeps everything over a restart', async () => {
    const { store, reopen } = fixture();
    await store.plans.commit(planCommitOf('p1', { fence: 3, proposals: [proposalOf('x')] }));
    await store.plans.transition(applyOf('x'));
    await store.plans.saveInput('i1', inputOf());
    const tunnels = await store.traffic.tunnels();
    await store.close();
    const again = await reopen();
    if (!again) return;
    expect((await again.plans.proposal('x'))?.status).toBe('applied');
    expect(await again.plans.latest()).toEqual(planOf('p1'));
    expect(await again.plans.input('i1')).toEqual(inputOf());
    expect(await again.traffic.tunnels()).toEqual(tunnels);
    expect(await again.plans.commit(planCommitOf('p2', { fence: 2 }))).toBe('fenced');
  });
}
