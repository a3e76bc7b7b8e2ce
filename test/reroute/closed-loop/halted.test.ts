import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { type Ask, applyProposal, BY_ITSELF, rollBackProposal, takeBack } from '../../../src/reroute/apply.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { VERIFY_MS } from '../../../src/reroute/closed-loop/verify.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { MakePlan } from '../../../src/reroute/cycle-deps.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { AT_MS, corrupted, demand, ringNetwork, stateOf } from '../fixtures.ts';
import { ringCycle, setGuardrails, writeStates } from '../store-fixture.ts';

const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: null, automatic: false };
const KILL = { killSwitch: { atMs: AT_MS, by: 'ben', reason: 'storm' } };

/** One demand after the other. */
const makePlan: MakePlan = async (input, trigger, ids) => {
  const { plan, changed } = planReroutes(ringNetwork(), input, trigger, ids);
  return { plan, changed: changed.map((each) => ({ ...each, steps: each.moves.map(({ demand: id }) => [id]) })) };
};

/** A change of three steps after its first one. */
async function underWay(ask: Ask) {
  const clock = new ManualClock(AT_MS);
  const ring = await ringCycle(clock, [corrupted('l0')], { mode: 'manual', makePlan });
  const demands = ['d', 'e', 'f'].map((id) => demand(id, 0, 1, 10));
  await ring.store.traffic.writeDemands({ source: 'file', atMs: null, demands });
  const { created } = await runCycle(ring.deps, 'request', 'run-1');
  const id = created[0] as string;
  const proposal = async () => {
    const found = await ring.store.plans.proposal(id);
    if (!found) throw new Error('it is gone');
    return found;
  };
  const see = async (lossRatio = 0) => {
    const heard = { atMs: clock.nowMs(), receivedAtMs: clock.nowMs() };
    const states = ring.network.network.links.map((link) => {
      const state = link.id === 'l0' ? corrupted('l0') : stateOf(link.id);
      const arc = { ...state.arcs.za, loadBps: 10, lossRatio };
      const ends = { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } };
      return { ...state, ...heard, arcs: { az: arc, za: arc }, ends, intervalMs: 1_000 };
    });
    await writeStates(ring.store, states);
  };
  const look = async (afterMs = 4_000, lossRatio = 0) => {
    clock.advance(afterMs);
    await see(lossRatio);
    await tendChanges(ring.deps);
    return proposal();
  };
  const moved = async () => (await ring.store.traffic.tunnels()).tunnels.length;
  const actions = async () => (await ring.store.audit.latest(100)).map(({ action }) => action);
  await applyProposal(ring.deps, id, ask);
  expect(await proposal()).toMatchObject({ status: 'applying', execution: { done: 1, steps: [{}, {}, {}] } });
  return { ...ring, clock, id, proposal, look, moved, actions };
}

describe('the kill switch, while a change is under way', () => {
  it('stops what nobody asked for between two steps, says so once, and lets it go on when it is released', async () => {
    const at = await underWay(BY_ITSELF);
    await setGuardrails(at.store, KILL);
    for (let round = 0; round < 3; round += 1) expect((await at.look()).execution?.done).toBe(1);
    const halted = await at.proposal();
    expect(halted).toMatchObject({
      status: 'applying',
      heldBack: expect.stringMatching(/after 1 of \d+ steps.*storm/),
    });
    expect(await at.moved()).toBe(1);
    expect((await at.actions()).filter((action) => action === 'hold-back')).toHaveLength(1);
    await setGuardrails(at.store, { killSwitch: null });
    for (let round = 1; round < 3; round += 1) await at.look();
    const done = await at.proposal();
    expect(done.status).toBe('applied');
    expect(done.heldBack).toBeUndefined();
  });

  it('lets a change go on that somebody asked for, and one go back that somebody rolls back', async () => {
    const at = await underWay(asked);
    await setGuardrails(at.store, KILL);
    expect((await at.look()).execution?.done).toBe(2);
    const own = await underWay(BY_ITSELF);
    await setGuardrails(own.store, KILL);
    await own.look();
    expect((await rollBackProposal(own.deps, own.id, 'enough', asked)).status).toBe('rolled-back');
    expect(await own.moved()).toBe(0);
  });

  it('stops a return on its way, too', async () => {
    const at = await underWay(BY_ITSELF);
    for (let round = 1; round < 3; round += 1) await at.look();
    await setGuardrails(at.store, KILL);
    await takeBack(at.deps, await at.proposal(), 'cause gone: traffic returned to the IGP', BY_ITSELF);
    expect(await at.proposal()).toMatchObject({ status: 'applying', execution: { direction: 'back', done: 3 } });
    await setGuardrails(at.store, { killSwitch: null });
    expect((await at.look()).status).toBe('rolled-back');
  });

  it('does not keep in the network what does harm', async () => {
    const at = await underWay(BY_ITSELF);
    await setGuardrails(at.store, KILL);
    expect((await at.look()).status).toBe('applying');
    expect((await at.look(4_000, 0.5)).status).toBe('rolled-back');
    expect(await at.moved()).toBe(0);
  });
});

describe('a clock that is set', () => {
  it('back by an hour does not stop a change between two steps, nor its verification', async () => {
    const at = await underWay(asked);
    expect((await at.look(-3_600_000)).execution?.stepAtMs).toBe(at.clock.nowMs());
    expect((await at.look()).execution?.done).toBe(2);
    expect((await at.look()).status).toBe('applied');
    expect((await at.look(-3_600_000)).status).toBe('applied');
    expect((await at.look(VERIFY_MS)).status).toBe('verified');
    expect((await at.actions()).filter((action) => action === 'clock-set-back')).toHaveLength(2);
  });

  it('forward by an hour makes nothing out of what was seen before', async () => {
    const at = await underWay(asked);
    at.clock.advance(3_600_000);
    await tendChanges(at.deps);
    const { status, execution } = await at.proposal();
    expect(status).not.toBe('rolled-back');
    expect(execution?.direction).toBe('forward');
  });
});
