import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { createRng } from '../../../src/core/rng.ts';
import type { Actuator } from '../../../src/reroute/actuator.ts';
import { type Ask, applyProposal, rollBackProposal } from '../../../src/reroute/apply.ts';
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
const asked: Ask = { by: { name: 'anna', role: 'approver' }, reason: null, requestKey: null, automatic: false };

/** Ends a process at its `at`-th operation on the store or the network: before it is done, or after. */
class Mortal {
  #count = 0;
  readonly #at: number;
  readonly #isDone: boolean;

  constructor(at: number, isDone: boolean) {
    this.#at = at;
    this.#isDone = isDone;
  }

  get operations(): number {
    return this.#count;
  }

  /** The same object, whose methods die with the process. */
  holding<T extends object>(object: T): T {
    return new Proxy(object, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === 'plan' || Array.isArray(value)) return value;
        if (typeof value === 'function') return (...args: unknown[]) => this.#call(() => value.apply(target, args));
        return typeof value === 'object' && value !== null ? this.holding(value) : value;
      },
    });
  }

  async #call(operation: () => unknown): Promise<unknown> {
    this.#count += 1;
    if (this.#count > this.#at || (this.#count === this.#at && !this.#isDone)) throw new Error('killed');
    const answer = await operation();
    if (this.#count >= this.#at) throw new Error('killed');
    return answer;
  }
}

/** The same plan for every scene: it is not what is looked at here. */
let made: PlanOutcome | null = null;
const makePlan: MakePlan = async (input, trigger, ids) => {
  made ??= planReroutes(NETWORK, input, trigger, ids);
  return made;
};

async function lab() {
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
  };
  const see = async (heardMs = clock.nowMs()) => {
    const heard = { atMs: heardMs, receivedAtMs: heardMs };
    const full = part('utilisation', 'degraded', 'l0:az', 1.8);
    const states = NETWORK.network.links.map(({ id }) => {
      const state = stateOf(id, id === 'l0' ? 'degraded' : 'healthy', id === 'l0' ? { parts: [full] } : {});
      return { ...state, ...heard, ends: { a: { ...state.ends.a, ...heard }, z: { ...state.ends.z, ...heard } } };
    });
    await writeStates(store, states);
  };
  await see();
  const { created } = await runCycle({ ...deps, makePlan }, 'request', 'run-1');
  const proposals = await store.plans.proposalsById(created);
  const found = proposals.find(({ metrics }) => (metrics?.length ?? 0) > 0);
  if (!found) throw new Error(`nothing to apply: ${JSON.stringify(proposals.map(({ heldBack }) => heldBack))}`);
  const mortal = (at: number, isDone: boolean) => {
    const life = new Mortal(at, isDone);
    const dying: CycleDeps = { ...deps, store: life.holding(store), actuator: life.holding<Actuator>(deps.actuator) };
    return { life, dying };
  };
  /** Another process takes over, and has all the time it needs. */
  const survive = async () => {
    for (let round = 0; round < 8; round += 1) {
      clock.advance(11_000);
      await see();
      await tendChanges(deps);
    }
    return store.plans.proposal(found.id);
  };
  return { deps, store, clock, routers, found, mortal, survive };
}

/** Carries a change on until its process dies or there is nothing left to do. */
async function work(at: Awaited<ReturnType<typeof lab>>, dying: CycleDeps, begin: () => Promise<unknown>) {
  await begin();
  for (let round = 0; round < 10; round += 1) {
    at.clock.advance(4_000);
    await tendChanges(dying);
  }
}

type Way = 'into the network' | 'out of it again';

async function killedAt(way: Way, at: number, isDone: boolean) {
  const scene = await lab();
  const { id } = scene.found;
  if (way === 'out of it again') {
    await applyProposal(scene.deps, id, asked);
    await scene.survive();
  }
  const { life, dying } = scene.mortal(at, isDone);
  const begin = () =>
    way === 'into the network' ? applyProposal(dying, id, asked) : rollBackProposal(dying, id, 'no more', asked);
  const died = await work(scene, dying, begin).then(
    () => false,
    () => true,
  );
  const proposal = await scene.survive();
  const wanted = Object.fromEntries((proposal?.metrics ?? []).map(({ arc, to }) => [arc, to]));
  const actions = (await scene.store.audit.latest(500)).map(({ action }) => action);
  return { died, operations: life.operations, status: proposal?.status, set: scene.routers.set(), wanted, actions };
}

describe.each<Way>(['into the network', 'out of it again'])(
  'a process that is killed while a change goes %s',
  (way) => {
    it('at 20 random operations, before or after each: all of it is there in the end, or nothing', async () => {
      const whole = await killedAt(way, Number.POSITIVE_INFINITY, false);
      expect(whole.died).toBe(false);
      expect(Object.keys(whole.wanted).length).toBeGreaterThan(1);
      const rng = createRng(way.length);
      for (let kill = 0; kill < 20; kill += 1) {
        const at = 1 + rng.below(whole.operations);
        const { died, status, set, wanted, actions } = await killedAt(way, at, rng.next() < 0.5);
        expect(died).toBe(true);
        const isThere = status === 'applied' || status === 'verified';
        if (!isThere) expect(['proposed', 'approved', 'rolled-back', 'failed']).toContain(status);
        expect(set).toEqual(isThere ? wanted : {});
        // Nothing is done twice.
        expect(actions.filter((action) => action === 'apply').length).toBeLessThanOrEqual(1);
        expect(actions.filter((action) => action === 'rolled-back').length).toBeLessThanOrEqual(1);
      }
    });
  },
);
