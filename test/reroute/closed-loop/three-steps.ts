import { ManualClock } from '../../../src/core/clock.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps, MakePlan } from '../../../src/reroute/cycle-deps.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { AT_MS, corrupted, demand, ringNetwork, stateOf } from '../fixtures.ts';
import { ringCycle, writeStates } from '../store-fixture.ts';

/** One demand after the other. */
const makePlan: MakePlan = async (input, trigger, ids) => {
  const { plan, changed } = planReroutes(ringNetwork(), input, trigger, ids);
  return { plan, changed: changed.map((each) => ({ ...each, steps: each.moves.map(({ demand: id }) => [id]) })) };
};

/** A reroute of three steps round the l0 of the ring, which waits for people. */
export async function threeSteps(clock = new ManualClock(AT_MS), more: Partial<CycleDeps> = {}) {
  const ring = await ringCycle(clock, [corrupted('l0')], { mode: 'manual', makePlan, ...more });
  const demands = ['d', 'e', 'f'].map((id) => demand(id, 0, 1, 10));
  await ring.store.traffic.writeDemands({ source: 'file', atMs: null, demands });
  const { created } = await runCycle(ring.deps, 'request', 'run-1');
  const id = created[0] as string;
  const proposal = async () => {
    const found = await ring.store.plans.proposal(id);
    if (!found) throw new Error('it is gone');
    return found;
  };
  /** New samples of all links, which lose so much. */
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
  const actions = async () =>
    (await ring.store.audit.latest(100)).flatMap((each) => (each.subjectId === id ? [each.action] : [])).reverse();
  return { ...ring, clock, id, proposal, look, moved, actions };
}
