import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { formatBps } from '../../core/units.ts';

const SHOWN = 6;

/** A plan in words, one statement per line; each is true by what the plan proves. */
export function describePlan(plan: DetourPlan): string[] {
  const { before, after, moves, bound, unavoidable, stayed } = plan;
  const lines = [
    `failed ${some(plan.failed)}; to avoid ${some(plan.avoided)}; to relieve ${some(plan.relieved)}; base ${plan.base}`,
    `lost                 ${formatBps(before.lostBps)} before, ${formatBps(after.lostBps)} after`,
    `overload             ${formatBps(before.overloadBps)} before, ${formatBps(after.overloadBps)} after`,
    `highest utilisation  ${percent(before.mlu)} before, ${percent(after.mlu)} after`,
  ];
  if (bound.movable.length > 0) lines.push(proofOf(plan));
  lines.push(`${moves.length} of ${bound.movable.length} demands move${stepsOf(plan)}`);
  if (unavoidable.demands.length > 0) {
    lines.push(`no path connects ${some(unavoidable.demands)}: ${formatBps(unavoidable.lostBps)} cannot be saved`);
  }
  if (stayed.length > 0) {
    lines.push(
      `${new Set(stayed.map(({ demand }) => demand)).size} demands stay on arcs to avoid: ${stayed[0]?.reason}`,
    );
  }
  if (plan.orderDeadlock) lines.push(`order: ${plan.orderDeadlock.reason}`);
  return lines;
}

/** What the certificates prove, in words. */
export function proofOf({ after, bound }: DetourPlan): string {
  const overload =
    after.overloadBps === 0
      ? ''
      : `; at least ${formatBps(bound.overloadBps)} of overload whatever way these demands take`;
  return `${withinOf(bound.gap)} by moving these demands${overload}`;
}

function withinOf(gap: number): string {
  if (gap < 5e-6) return 'highest utilisation is the lowest possible';
  // Rounded up: the statement must hold.
  const digits = gap < 0.001 ? 3 : gap < 0.1 ? 1 : 0;
  const scale = 10 ** digits;
  return `highest utilisation within ${(Math.ceil(gap * 100 * scale) / scale).toFixed(digits)} % of the lowest possible`;
}

function stepsOf({ steps, moves }: DetourPlan): string {
  return moves.length === 0 ? '' : ` in ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
}

function some(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
