import { workerData } from 'node:worker_threads';
import { indexNetwork, type Network } from '../../topology/model.ts';
import { collectWhenIdle } from '../core/collect.ts';
import type { PlanInput, PlanOutcome, PlanTrigger } from './plan.ts';
import { type PlanIds, planReroutes } from './planner.ts';

/** What a worker thread is asked; the network comes with the thread (`workerData`), because it does not change. */
export interface PlanTask {
  readonly input: PlanInput;
  readonly trigger: PlanTrigger;
  readonly ids: PlanIds;
}

const network = indexNetwork(workerData as Network);

/** Entry of the worker thread: one plan. */
export function plan({ input, trigger, ids }: PlanTask): PlanOutcome {
  try {
    return planReroutes(network, input, trigger, ids);
  } finally {
    collectWhenIdle();
  }
}
