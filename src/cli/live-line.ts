import type { Status } from '../api/status.ts';
import { formatBits, formatDuration } from '../core/units.ts';

/** The line that `detour run` prints every few seconds: is everything well, and if not, is it being looked after. */
export function liveLine(status: Status): string {
  const { links, proposals, lastPlan } = status;
  const states = (['healthy', 'degraded', 'unhealthy', 'down', 'stale'] as const).map(
    (state) => `${links[state]} ${state}`,
  );
  const open = proposals.proposed + proposals.applied + proposals.noSafeAlternative;
  const parts = [
    `${proposals.applied} applied`,
    `${proposals.proposed} waiting`,
    ...(proposals.noSafeAlternative > 0 ? [`${proposals.noSafeAlternative} without a safe way`] : []),
  ];
  return [
    clockTime(status.atMs),
    `links ${states.join(', ')}`,
    `proposals ${open}${open > 0 ? ` (${parts.join(', ')})` : ''}`,
    `saved ${formatBits(status.savedBits)}`,
    planAge(lastPlan),
  ].join('  ');
}

function planAge(plan: Status['lastPlan']): string {
  if (plan === null) return 'no plan yet';
  const refused = plan.refused === null ? '' : ` (refused: ${plan.refused.reason})`;
  return `plan ${formatDuration(plan.ageMs)} ago${refused}`;
}

function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB', { hour12: false });
}
