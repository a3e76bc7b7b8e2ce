import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { capsOf } from './caps.ts';
import { groupBySource } from './column-search.ts';
import { movablePart } from './commodities.ts';
import { changedFlows, type DemandFlow } from './demand-flows.ts';
import { figuresOf } from './figures.ts';
import type { Column, FlowProblem, FlowRouting } from './flow.ts';
import { type Optimum, optimise } from './optimise.ts';
import { DEFAULTS, type PlanOptions } from './options.ts';
import { Polish } from './polish.ts';
import { prepare, type Scenario } from './prepare.ts';
import { startRouting } from './start.ts';
import { writePlan } from './write-plan.ts';

/** Passes over all commodities for less cost. */
const PASSES = 2;
/** Part of the Fortz-Thorup cost that fewer moves are worth. */
const UNDO_BUDGET = 0.02;

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
  const polished = polish(scenario, movable.problem, start.stays, optimum);
  const flows = changedFlows(scenario, movable, polished);
  return { flows, optimum, movable: scenario.affected, extra: new Set(), reasons: new Map() };
}

/** Less cost, then fewer moves, as long as overload and highest utilisation stay what they are. */
function polish(
  { relieved, options }: Scenario,
  problem: FlowProblem,
  stays: readonly (Column | null)[],
  optimum: Optimum,
): FlowRouting {
  const caps = capsOf(problem, optimum.loadBps, relieved, options.holdMargin ?? DEFAULTS.holdMargin);
  const search = new Polish(problem, stays, optimum.routing, caps);
  const bySource = groupBySource(problem);
  for (let pass = 0; pass < PASSES; pass += 1) if (search.cheapen(bySource) === 0) break;
  search.undo(UNDO_BUDGET * figuresOf(problem, search.loadBps).cost);
  return search.routing;
}
