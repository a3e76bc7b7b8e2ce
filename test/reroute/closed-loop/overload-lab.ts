import { ManualClock } from '../../../src/core/clock.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import { runCycle } from '../../../src/reroute/cycle.ts';
import type { CycleDeps, MakePlan } from '../../../src/reroute/cycle-deps.ts';
import type { PlanOutcome } from '../../../src/reroute/plan.ts';
import { planReroutes } from '../../../src/reroute/planner.ts';
import { createMemoryStore } from '../../../src/store/memory/store.ts';
import { AT_MS, demand, LIMITS, part, sketch, stateOf } from '../fixtures.ts';
import { costRouters } from '../metrics/routers.ts';
import { setGuardrails, writeStates } from '../store-fixture.ts';

/** The overload of l0 and l1 takes more than one metric to relieve: a change of several steps. */
const NETWORK = sketch(5, [
  { a: 0, z: 1 },
  { a: 1, z: 2 },
  { a: 0, z: 3, metric: { az: 15, za: 15 } },
  { a: 3, z: 2 },
  { a: 0, z: 4, metric: { az: 18, za: 18 } },
  { a: 4, z: 2 },
]);
const DEMANDS = [...Array.from({ length: 18 }, (_, index) => demand(`d${index}`, 0, 2, 10))];

/** The same plan for every scene: it is not what is looked at here. */
let made: PlanOutcome | null = null;
const makePlan: MakePlan = async (input, trigger, ids) => {
  made ??= planReroutes(NETWORK, input, trigger, ids);
  return made;
};

/** A proposal of several steps, by metrics, that waits for people. */
export async function overloadLab() {
  const clock = new ManualClock(AT_MS);
  const store = createMemoryStore({ networkName: 'n', partitions: 1, clock });
  await store.traffic.writeDemands({ source: 'file', atMs: null, demands: DEMANDS });
  await setGuardrails(store, { maxMovedShare: 1 });
  const routers = costRouters(NETWORK);
  const deps: CycleDeps = {
    store,
    network: NETWORK,
    clock,
    limits: LIMITS,
    mode: 'manual',
    actuator: routers.actuator,
    makePlan,
  };
  /** New samples of all links, which lose so much. */
  const see = async (heardMs = clock.nowMs(), lossRatio = 0) => {
    const heard = { atMs: heardMs, receivedAtMs: heardMs };
    const full = part('utilisation', 'degraded', 'l0:az', 1.8);
    const states = NETWORK.network.links.map(({ id }) => {
      const state = stateOf(id, id === 'l0' ? 'degraded' : 'healthy', id === 'l0' ? { parts: [full] } : {});
      const arcs = { az: { ...state.arcs.az, lossRatio }, za: { ...state.arcs.za, lossRatio } };
      const ends = { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } };
      return { ...state, ...heard, arcs, ends };
    });
    await writeStates(store, states);
  };
  await see();
  const { created } = await runCycle(deps, 'request', 'run-1');
  const proposals = await store.plans.proposalsById(created);
  const found = proposals.find(({ metrics }) => (metrics?.length ?? 0) > 0);
  if (!found) throw new Error(`nothing to apply: ${JSON.stringify(proposals.map(({ heldBack }) => heldBack))}`);
  /** Another process takes over, and has all the time it needs. */
  const survive = async () => {
    for (let round = 0; round < 8; round += 1) {
      clock.advance(11_000);
      await see();
      await tendChanges(deps);
    }
    return store.plans.proposal(found.id);
  };
  return { deps, store, clock, routers, found, see, survive };
}
