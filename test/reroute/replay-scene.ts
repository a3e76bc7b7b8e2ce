import { expect } from 'vitest';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import type { ManualClock } from '../../src/core/clock.ts';
import type { LinkState } from '../../src/health/link-state.ts';
import { rollBackProposal } from '../../src/reroute/apply.ts';
import { STEP_SETTLE_MS } from '../../src/reroute/closed-loop/drive.ts';
import { tendChanges } from '../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import type { CycleDeps } from '../../src/reroute/cycle-deps.ts';
import type { Plan } from '../../src/reroute/plan.ts';
import { isInForce } from '../../src/reroute/proposal.ts';
import { readRecording, replayPlan } from '../../src/reroute/replay.ts';
import type { Store } from '../../src/store/store.ts';
import { indexNetwork } from '../../topology/model.ts';
import { corrupted, demand, LIMITS, part, ringNetwork, stateOf } from './fixtures.ts';
import { setGuardrails, writeStates } from './store-fixture.ts';

const DEMANDS = [demand('d', 0, 1, 40), demand('e', 3, 2, 30), demand('f', 1, 3, 20)];

/** What goes wrong from plan to plan: an unhealthy link, a cut, an overload, recovery, a lost view. */
const SCENES: readonly (readonly LinkState[])[] = [
  [],
  [corrupted('l0')],
  [corrupted('l0'), stateOf('l2', 'down')],
  [stateOf('l2', 'down')],
  [stateOf('l0', 'degraded', { parts: [part('utilisation', 'degraded', 'l0:az', 0.9)] })],
  [stateOf('l0', 'down'), stateOf('l3', 'down'), stateOf('l4', 'down')],
  [],
  ['l1', 'l2', 'l3', 'l4'].map((id) => stateOf(id, 'stale')),
  [corrupted('l1', 'za')],
];

/** Runs live cycles in the store; `look` sees each plan when it is fresh. Every plan that was made, oldest first. */
export async function liveCycles(
  store: Store,
  clock: ManualClock,
  look: (plan: Plan) => Promise<void> = async () => {},
): Promise<Plan[]> {
  const network = ringNetwork();
  const actuator = createSimulatorActuator(store.traffic);
  const deps: CycleDeps = { store, network, clock, limits: LIMITS, mode: 'auto', actuator };
  await setGuardrails(store, { maxMovedShare: 1 });
  const plans: Plan[] = [];
  for (const [round, bad] of SCENES.entries()) {
    clock.advance(60_000);
    const known = new Map(bad.map((state) => [state.linkId, state]));
    await writeStates(
      store,
      network.network.links.map(({ id }) => heardAt(clock.nowMs(), known.get(id) ?? stateOf(id))),
    );
    const scale = round === 4 ? 2.2 : 1 + round / 100;
    const demands = DEMANDS.map((one) => ({ ...one, bps: one.bps * scale }));
    // Without demands of its own a plan works with the loads of links.
    if (round === 3) await store.traffic.removeDemands();
    else await store.traffic.writeDemands({ source: 'measured', atMs: clock.nowMs(), demands });
    const plan = await runCycle(deps, 'request', `run-${round}`);
    plans.push(plan);
    await look(plan);
    for (let step = 0; step < 5; step += 1) {
      clock.advance(STEP_SETTLE_MS);
      await tendChanges(deps);
    }
    const applied = (await store.plans.openProposals()).find(isInForce);
    // What a person takes back is an input of the plans that follow.
    if (round === 2) expect((await rollBackProposal(deps, applied?.id ?? '')).status).toBe('rolled-back');
  }
  return plans;
}

function heardAt(atMs: number, state: LinkState): LinkState {
  const heard = { atMs, receivedAtMs: atMs };
  const ends = { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } };
  return { ...state, ...heard, sinceMs: atMs - 1_000, ends, intervalMs: 30_000 };
}

/** Every plan, run again from what the store has kept of it, comes out the same: at once, and when it is old. */
export async function expectSameAgain(store: Store, clock: ManualClock): Promise<void> {
  const again = async ({ id }: Plan) => {
    const { network, ...recording } = await readRecording(store, id);
    const replay = replayPlan(indexNetwork(network), recording);
    expect(replay).toMatchObject({ planId: id, same: true, differences: [] });
    return replay;
  };
  const moves: number[] = [];
  const plans = await liveCycles(store, clock, async (plan) => {
    const { compared, proposals } = await again(plan);
    // Applied by now, and still the same moves; nothing has had the time to change.
    expect(compared).toBe(plan.created.length + plan.revised.length);
    moves.push(...proposals.map((proposal) => proposal.moves.length));
  });
  for (const plan of plans) await again(plan);
  expect(plans.some(({ refused }) => refused !== null)).toBe(true);
  expect(plans.some(({ created }) => created.length > 0)).toBe(true);
  expect(plans.some(({ closed }) => closed.length > 0)).toBe(true);
  expect(new Set(plans.map(({ demandSource }) => demandSource))).toEqual(new Set(['measured', 'link-local']));
  expect(moves.filter((count) => count > 0).length).toBeGreaterThan(1);
}
