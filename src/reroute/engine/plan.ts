import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { movablePart } from './commodities.ts';
import { changedFlows, type DemandFlow } from './demand-flows.ts';
import { type Optimum, optimise } from './optimise.ts';
import type { PlanOptions } from './options.ts';
import { prepare, type Scenario } from './prepare.ts';
import { startRouting } from './start.ts';
import { writePlan } from './write-plan.ts';

/** What the optimiser found for a scenario. */
export interface Solution {
  readonly flows: readonly DemandFlow[];
  readonly optimum: Optimum;
  /** Demands that may move: the affected ones and the extra ones that do. */
  readonly movable: readonly number[];
  readonly extra: ReadonlySet<number>;
  /** Why a demand stays on an arc to avoid. */
  readonly reasons: ReadonlyMap<number, string>;
}

/**
 * Makes a plan with its proof. `before` is what is without it; where nothing can be improved the plan has no moves.
 * Throws DetourError INVALID_INPUT or INVALID_DEMANDS for what does not fit the network.
 */
export async function makePlan(options: PlanOptions): Promise<DetourPlan> {
  const startedMs = performance.now();
  const scenario = prepare(options);
  const solution = solve(scenario);
  return writePlan(scenario, solution, startedMs);
}

/** The moves for a scenario. Pure: the same scenario gives the same moves. */
export function solve(scenario: Scenario): Solution {
  const movable = movablePart(scenario, scenario.affected);
  const start = startRouting(movable);
  const optimum = optimise(movable.problem, start.routing, start.stays);
  const flows = changedFlows(scenario, movable, optimum.routing);
  return { flows, optimum, movable: scenario.affected, extra: new Set(), reasons: new Map() };
}
