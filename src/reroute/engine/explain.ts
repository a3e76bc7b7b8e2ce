import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import type { Scenario } from './prepare.ts';
import type { Solution } from './solve.ts';

export function explainMoves(plan: DetourPlan, _scenario: Scenario, _solution: Solution): DetourPlan {
  return plan;
}
