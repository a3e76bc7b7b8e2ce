import { type DetourPlan, detourPlan } from '../../topology/formats/detour-plan.ts';
import { describeProblem } from '../core/schema.ts';
import { type Check, Problems } from './check.ts';

/** Checks the shape: fields, kinds, signs; JSON has no NaN, but a value made in memory may. */
export function readPlan(value: unknown): { plan: DetourPlan | null; check: Check } {
  if (detourPlan.matches(value)) return { plan: value, check: new Problems().check('format', 'it is a detour-plan/1') };
  const problems = new Problems();
  for (const problem of detourPlan.problems(value)) problems.add(describeProblem(problem));
  if (problems.none) problems.add('it does not match detour-plan/1');
  return { plan: null, check: problems.check('format', '') };
}
