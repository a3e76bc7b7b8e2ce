import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { explainMoves } from './explain.ts';
import { solveByMetrics } from './metrics/realise.ts';
import type { PlanOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { solve } from './solve.ts';
import { writePlan } from './write-plan.ts';

/**
 * Makes a plan with its proof. `before` is what is without it; where nothing can be improved the plan has no moves.
 * Throws DetourError INVALID_INPUT or INVALID_DEMANDS for what does not fit the network.
 */
export async function makePlan(options: PlanOptions): Promise<DetourPlan> {
  const startedMs = performance.now();
  const scenario = prepare(options);
  const solution = options.realise === 'metrics' ? solveByMetrics(scenario) : solve(scenario);
  const plan = writePlan(scenario, solution, startedMs);
  return options.explain ? explainMoves(plan, scenario, solution) : plan;
}
