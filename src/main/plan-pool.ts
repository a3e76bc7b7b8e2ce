import { Piscina } from 'piscina';
import { indexNetwork, type Network } from '../../topology/model.ts';
import type { MakePlan } from '../reroute/cycle-deps.ts';
import type { PlanTask } from '../reroute/plan-worker.ts';
import { planReroutes } from '../reroute/planner.ts';
import { PLAN_THREAD_LIMITS } from './heap.ts';
import type { Service } from './lifecycle.ts';

const WORKER = new URL(`../reroute/plan-worker${import.meta.url.slice(-3)}`, import.meta.url);
/** A plan that takes longer than this helps nobody any more. */
const PLAN_TIMEOUT_MS = 60_000;

/** Makes plans in a thread of their own, so that the API and the scorer never wait for one. */
export function planPool(network: Network): Service & { readonly makePlan: MakePlan } {
  // Run from the sources a thread could not load them; then plans are made right here.
  if (WORKER.pathname.endsWith('.ts')) return inline(network);
  let pool: Piscina<PlanTask, ReturnType<typeof planReroutes>> | null = null;
  return {
    name: 'plan pool',
    start: async () => {
      // Without atomics the thread waits in its event loop, where it can collect its garbage.
      const limits = { maxThreads: 1, maxQueue: 4, atomics: 'disabled', resourceLimits: PLAN_THREAD_LIMITS } as const;
      pool = new Piscina({ filename: WORKER.href, name: 'plan', workerData: network, ...limits });
    },
    stop: async () => {
      await pool?.destroy();
    },
    makePlan: async (input, trigger, ids) => {
      if (!pool) throw new Error('the plan pool is not started');
      return pool.run({ input, trigger, ids }, { signal: AbortSignal.timeout(PLAN_TIMEOUT_MS) });
    },
  };
}

function inline(network: Network): ReturnType<typeof planPool> {
  const index = indexNetwork(network);
  return {
    name: 'plans',
    start: async () => undefined,
    stop: async () => undefined,
    makePlan: async (input, trigger, ids) => planReroutes(index, input, trigger, ids),
  };
}
