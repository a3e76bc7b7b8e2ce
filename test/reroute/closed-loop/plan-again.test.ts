import { describe, expect, it } from 'vitest';
import { createSimulatorActuator } from '../../../src/actuate/simulator.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import { type Ask, applyProposal, approveProposal } from '../../../src/reroute/apply.ts';
import { MOST_REFUSALS } from '../../../src/reroute/closed-loop/plan-again.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { createMemoryStore } from '../../../src/store/memory/store.ts';
import type { Demand } from '../../../topology/model.ts';
import { AT_MS, corrupted, demand, LIMITS, sketch, stateOf } from '../fixtures.ts';
import { setGuardrails, writeStates } from '../store-fixture.ts';

const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: 'k', automatic: false };

/** From n0 to n1: l0 straight, a short way over l1 and l2, a long one over l3 and l4. */
const NETWORK = sketch(4, [
  { a: 0, z: 1 },
  { a: 0, z: 2 },
  { a: 2, z: 1 },
  { a: 0, z: 3, latencyMs: 30 },
  { a: 3, z: 1, latencyMs: 30 },
]);
const BAD = corrupted('l0');

async function scene(states: readonly LinkState[], demands: readonly Demand[], mode: CycleDeps['mode'] = 'manual') {
  const clock = new ManualClock(AT_MS);
  const store = createMemoryStore({ networkName: 'n', partitions: 1, clock });
  const see = async (...other: readonly LinkState[]) => {
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const all = NETWORK.network.links.map(({ id }) => other.find((each) => each.linkId === id) ?? stateOf(id));
    await writeStates(
      store,
      all.map((state) => ({
        ...state,
        ...heard,
        ends: { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } },
      })),
    );
  };
  const send = (...wanted: readonly Demand[]) =>
    store.traffic.writeDemands({ source: 'file', atMs: null, demands: [...wanted] });
  await see(...states);
  await send(...demands);
  await setGuardrails(store, { maxMovedShare: 1 });
  const actuator = createSimulatorActuator(store.traffic);
  const deps: CycleDeps = { store, network: NETWORK, clock, limits: LIMITS, mode: 'manual', actuator };
  const { created } = await runCycle(deps, 'request', 'run-1');
  const id = created[0] as string;
  const proposal = async () => {
    const found = await store.plans.proposal(id);
    if (!found) throw new Error('no proposal');
    return found;
  };
  const apply = () => applyProposal(deps, id, asked);
  const refusal = () =>
    apply().then(
      () => null,
      (error: { code: string; problems: { field: string; message: string }[] }) => error,
    );
  const actions = async () =>
    (await store.audit.latest(50)).flatMap(({ subjectId, action }) => (subjectId === id ? [action] : [])).reverse();
  return { deps: { ...deps, mode }, store, clock, id, see, send, proposal, apply, refusal, actions };
}

const D = demand('d', 0, 1, 40);

describe('before a change the plan is made again', () => {
  it('and what is still as good is applied: figures waver', async () => {
    const at = await scene([BAD], [D]);
    await at.send(demand('d', 0, 1, 42), demand('e', 0, 1, 4));
    expect((await at.apply()).status).toBe('applied');
    expect(await at.actions()).toEqual(['propose', 'apply', 'step']);
  });

  it('and where a plan would do much more, it is refused with both plans, made anew, and approved anew', async () => {
    const at = await scene([BAD], [D]);
    await approveProposal(at.deps, at.id, { ...asked, requestKey: null });
    await at.send(D, demand('e', 0, 1, 20));
    expect(await at.refusal()).toMatchObject({
      code: 'DETOUR_ERR_WORLD_CHANGED',
      problems: [
        {
          field: 'plan',
          message:
            'it takes 1 demand(s) and 40 b/s, over ways of 2.0 ms on average off l0; ' +
            'a plan made now would: 2 demand(s) and 60 b/s, over ways of 2.0 ms on average',
        },
        {
          field: 'moves[e]',
          message: 'proposed: stays where it is; now: 20 b/s over l1:az > l2:az (2.0 ms)',
        },
      ],
    });
    expect(await at.proposal()).toMatchObject({ status: 'approved', outdatedAtMs: AT_MS, refusals: 1, revision: 1 });
    expect((await at.store.traffic.tunnels()).tunnels).toEqual([]);
    expect((await runCycle(at.deps, 'request', 'run-2')).revised).toEqual([at.id]);
    const anew = await at.proposal();
    expect(anew).toMatchObject({ status: 'proposed', revision: 2 });
    expect([anew.approvals, anew.outdatedAtMs, anew.heldBack]).toEqual([undefined, undefined, undefined]);
    expect(anew.moves.map((move) => move.demand).sort()).toEqual(['d', 'e']);
    // The key of the request that was refused is not used up.
    const applied = await at.apply();
    expect(applied).toMatchObject({ status: 'applied' });
    expect(applied.refusals).toBeUndefined();
    expect(await at.actions()).toEqual(['propose', 'approve', 'refuse', 'supersede', 'apply', 'step']);
  });

  it('and where its ways have become long ones, it is refused', async () => {
    const at = await scene([BAD, stateOf('l1', 'unhealthy')], [D]);
    expect((await at.proposal()).moves[0]?.to[0]?.arcs).toEqual(['l3:az', 'l4:az']);
    await at.see(BAD);
    const refusal = await at.refusal();
    expect(refusal?.problems.map(({ field }) => field)).toEqual(['plan', 'moves[d]']);
    expect(refusal?.problems[1]?.message).toBe(
      'proposed: 40 b/s over l3:az > l4:az (60.0 ms); now: 40 b/s over l1:az > l2:az (2.0 ms)',
    );
    await runCycle(at.deps, 'request', 'run-2');
    expect((await at.apply()).moves[0]?.to[0]?.arcs).toEqual(['l1:az', 'l2:az']);
  });

  it('and where a plan would move nothing any more, it is refused, and closed by the next plan', async () => {
    const at = await scene([BAD], [D]);
    await at.see(stateOf('l0', 'down'));
    expect((await at.refusal())?.problems).toEqual([
      { field: 'plan', message: 'a plan made now would move nothing for l0', value: null },
    ]);
    expect((await runCycle(at.deps, 'request', 'run-2')).closed).toEqual([at.id]);
    expect((await at.proposal()).status).toBe('expired');
  });

  it('and while the view is lost, it is refused', async () => {
    const at = await scene([BAD], [D]);
    const stale = NETWORK.network.links.slice(1).map(({ id }) => stateOf(id, 'stale'));
    await at.see(BAD, ...stale.map((state) => ({ ...state, intervalMs: null })));
    const [problem] = (await at.refusal())?.problems ?? [];
    expect(problem?.message).toMatch(/stale|not healthy/);
    expect((await at.proposal()).status).toBe('proposed');
  });

  it('alone: what other causes need does not matter, and other proposals stay as they are', async () => {
    const at = await scene([BAD], [D]);
    await at.see(BAD, corrupted('l3'));
    await at.send(D, demand('f', 0, 3, 10));
    expect((await at.apply()).status).toBe('applied');
    expect(await at.store.plans.briefs('all')).toHaveLength(1);
  });

  it('but not for ever: a network that changes faster than plans gets what helps', async () => {
    const at = await scene([BAD], [D]);
    for (let turn = 1; turn <= MOST_REFUSALS; turn += 1) {
      await at.send(demand('d', 0, 1, 1), demand(`e${turn}`, 0, 1, 20));
      expect(await at.refusal()).toMatchObject({ code: 'DETOUR_ERR_WORLD_CHANGED' });
      await runCycle(at.deps, 'request', `again-${turn}`);
    }
    await at.send(demand('d', 0, 1, 1), demand('other', 0, 1, 20), demand(`e${MOST_REFUSALS}`, 0, 1, 2));
    expect((await at.apply()).status).toBe('applied');
  });

  it('by itself, too: what is refused is planned anew and applied with the next plan', async () => {
    const at = await scene([BAD], [D], 'auto');
    await at.send(D, demand('e', 0, 1, 20));
    const { revised, kept } = await runCycle(at.deps, 'request', 'run-2');
    expect([...revised, ...kept]).toEqual([at.id]);
    expect((await at.proposal()).status).toBe('applied');
    expect((await at.store.traffic.tunnels()).tunnels.map((tunnel) => tunnel.demand).sort()).toEqual(['d', 'e']);
  });
});
