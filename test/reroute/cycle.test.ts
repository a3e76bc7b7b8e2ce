import { describe, expect, it } from 'vitest';
import { createDryRunActuator } from '../../src/actuate/dry-run.ts';
import { ManualClock } from '../../src/core/clock.ts';
import { applyProposal, rollBackProposal } from '../../src/reroute/apply.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import { CYCLE_POINTS } from '../../src/reroute/cycle-deps.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import { SavingsTicker } from '../../src/reroute/savings.ts';
import { corrupted } from './fixtures.ts';
import { AT_MS, ringCycle } from './store-fixture.ts';

describe('a cycle', () => {
  it('plans, commits, applies, and keeps what it was made from', async () => {
    const clock = new ManualClock(AT_MS);
    const { store, network, deps } = await ringCycle(clock, [corrupted('l0')]);
    const plan = await runCycle(deps, 'request', 'run-1');
    expect(plan).toMatchObject({ badLinks: ['l0'], refused: null, trigger: 'request' });
    const proposal = await store.plans.proposal(plan.created[0] as string);
    expect(proposal).toMatchObject({ status: 'applied', appliedAtMs: AT_MS });
    expect((await store.traffic.tunnels()).tunnels).toMatchObject([{ demand: 'd', proposalId: proposal?.id }]);
    const input = await store.plans.input(plan.inputId);
    const again = planReroutes(
      network,
      input as NonNullable<typeof input>,
      'request',
      plan.created.length > 0 ? { planId: plan.id, inputId: plan.inputId } : undefined,
    );
    expect(again.plan.created).toEqual(plan.created);
    const types = (await store.events.latest(10)).map((event) => event.type).sort();
    expect(types).toEqual(['proposal-applied', 'proposal-created']);
  });

  it('in manual mode proposes only; a person applies and takes back', async () => {
    const { store, deps } = await ringCycle(new ManualClock(AT_MS), [corrupted('l0')], { mode: 'manual' });
    const { created } = await runCycle(deps, 'schedule', 'run-1');
    const id = created[0] as string;
    expect((await store.traffic.tunnels()).tunnels).toEqual([]);
    expect(await applyProposal(deps, id)).toMatchObject({ status: 'applied' });
    await expect(applyProposal(deps, id)).rejects.toMatchObject({ code: 'DETOUR_ERR_CONFLICT' });
    expect(await rollBackProposal(deps, id)).toMatchObject({ status: 'rolled-back' });
    expect((await store.traffic.tunnels()).tunnels).toEqual([]);
    expect((await runCycle(deps, 'schedule', 'run-2')).created).toEqual([]);
    await expect(applyProposal(deps, 'r-none')).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_FOUND' });
  });

  it('changes nothing in a network that is not simulated', async () => {
    const actuator = createDryRunActuator('real');
    const { store, deps } = await ringCycle(new ManualClock(AT_MS), [corrupted('l0')], { mode: 'manual', actuator });
    const { created } = await runCycle(deps, 'schedule', 'run-1');
    const attempt = applyProposal(deps, created[0] as string);
    await expect(attempt).rejects.toMatchObject({ code: 'DETOUR_ERR_NOT_SIMULATED' });
    expect((await store.traffic.tunnels()).tunnels).toEqual([]);
  });

  it('can be dismissed there all the same, with the reason', async () => {
    const actuator = createDryRunActuator('real');
    const { deps } = await ringCycle(new ManualClock(AT_MS), [corrupted('l0')], { mode: 'manual', actuator });
    const { created } = await runCycle(deps, 'schedule', 'run-1');
    const dismissed = await rollBackProposal(deps, created[0] as string, 'work is planned there');
    expect(dismissed).toMatchObject({
      status: 'dismissed',
      closedReason: 'on request: dismissed (work is planned there)',
    });
    expect((await runCycle(deps, 'schedule', 'run-2')).created).toEqual([]);
  });

  it.each(CYCLE_POINTS)('that ends at %s is finished by its next run: one plan, the same ids', async (point) => {
    const clock = new ManualClock(AT_MS);
    const reference = await ringCycle(clock, [corrupted('l0')]);
    const expected = await runCycle(reference.deps, 'request', 'run-1');
    const { store, deps } = await ringCycle(clock, [corrupted('l0')]);
    // What ends here releases nothing, as a process that was killed would not.
    const leases = {
      ...store.leases,
      acquire: store.leases.acquire.bind(store.leases),
      release: async () => undefined,
    };
    const dying = {
      ...deps,
      store: {
        ...store,
        networkName: store.networkName,
        leases: { ...leases, once: store.leases.once.bind(store.leases) },
      },
      reach: (at: string) => {
        if (at === point) throw new Error(`ended at ${at}`);
      },
    };
    await expect(runCycle(dying, 'request', 'run-1')).rejects.toThrow(`ended at ${point}`);
    clock.advance(6000);
    const plan = await runCycle(deps, 'request', 'run-1');
    expect(plan.id).toBe(expected.id);
    expect([...plan.created, ...plan.kept]).toEqual(expected.created);
    const proposals = await store.plans.briefs('all');
    expect(proposals.map(({ id, status, revision }) => ({ id, status, revision }))).toEqual([
      { id: expected.created[0], status: 'applied', revision: 1 },
    ]);
    expect((await store.traffic.tunnels()).tunnels).toHaveLength(1);
    expect((await store.events.latest(10)).filter((event) => event.type === 'proposal-created')).toHaveLength(1);
  });

  it('says once that the view is lost, and once that it is back', async () => {
    const clock = new ManualClock(AT_MS);
    const { store, deps } = await ringCycle(clock, [corrupted('l0')]);
    clock.advance(4 * 86_400_000);
    for (const run of ['1', '2']) {
      expect((await runCycle(deps, 'schedule', run)).refused?.code).toBe('VIEW_LOST');
      clock.advance(1000);
    }
    expect((await store.events.latest(10)).map((event) => event.type)).toEqual(['view-lost']);
  });

  it('counts what it saves', async () => {
    const clock = new ManualClock(AT_MS);
    const { store, deps } = await ringCycle(clock, [corrupted('l0')]);
    await runCycle(deps, 'schedule', 'run-1');
    const errors: unknown[] = [];
    const ticker = new SavingsTicker({ store, clock, holder: 'me', onError: (error) => errors.push(error) });
    await ticker.tick();
    clock.advance(2000);
    await ticker.tick();
    // 40 bit/s left an arc that loses 5 %, for 2 s.
    expect(await store.counters.read('savedBits')).toBeCloseTo(4);
    expect(errors).toEqual([]);
  });
});
