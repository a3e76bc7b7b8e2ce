import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import type { Actuator } from '../../../src/reroute/actuator.ts';
import { type Ask, applyProposal, rollBackProposal } from '../../../src/reroute/apply.ts';
import { tendChanges } from '../../../src/reroute/closed-loop/tend.ts';
import type { CycleDeps } from '../../../src/reroute/cycle-deps.ts';
import { overloadLab } from './overload-lab.ts';

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

/** Carries a change on until its process dies or there is nothing left to do. */
async function work(at: Awaited<ReturnType<typeof overloadLab>>, dying: CycleDeps, begin: () => Promise<unknown>) {
  await begin();
  for (let round = 0; round < 10; round += 1) {
    at.clock.advance(4_000);
    await tendChanges(dying);
  }
}

type Way = 'into the network' | 'out of it again';

async function killedAt(way: Way, at: number, isDone: boolean) {
  const scene = await overloadLab();
  const { id } = scene.found;
  if (way === 'out of it again') {
    await applyProposal(scene.deps, id, asked);
    await scene.survive();
  }
  const life = new Mortal(at, isDone);
  const { store, actuator } = scene.deps;
  const dying: CycleDeps = { ...scene.deps, store: life.holding(store), actuator: life.holding<Actuator>(actuator) };
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
