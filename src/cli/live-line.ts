import type { Status } from '../api/status.ts';
import { formatBits, formatBps, formatDuration } from '../core/units.ts';
import type { Event } from '../main/service.ts';

/** What happened since the line before, as far as a person should know: one line an event. */
const LOUD: ReadonlySet<string> = new Set(['critical', 'major']);
const MAX_EVENT_LINES = 8;
/** Created and applied say the same sentence; the word before it tells them apart. */
const LABELS: Readonly<Partial<Record<Event['type'], string>>> = {
  'proposal-created': 'proposed: ',
  'proposal-revised': 'revised: ',
  'proposal-applied': 'applied: ',
  'proposal-verified': 'kept: ',
  'proposal-closed': 'closed: ',
};

export function eventLines(events: readonly Event[]): string[] {
  const told = events.filter(({ type, severity }) => type.startsWith('proposal-') || LOUD.has(severity));
  const lines = told
    .slice(-MAX_EVENT_LINES)
    .map(({ atMs, type, message }) => `${clockTime(atMs)}    ${LABELS[type] ?? ''}${message}`);
  return told.length > MAX_EVENT_LINES ? [`    (${told.length - MAX_EVENT_LINES} more events)`, ...lines] : lines;
}

/** The line that `detour run` prints every few seconds: is everything well, and if not, is it being looked after. */
export function liveLine(status: Status): string {
  const { links, proposals, lastPlan, killSwitch } = status;
  const states = (['healthy', 'degraded', 'unhealthy', 'down', 'stale'] as const).map(
    (state) => `${links[state]} ${state}`,
  );
  const open = proposals.proposed + proposals.applying + proposals.applied + proposals.noSafeAlternative;
  const parts = [
    ...(proposals.applying > 0 ? [`${proposals.applying} changing`] : []),
    `${proposals.applied} applied`,
    `${proposals.proposed} waiting`,
    ...(proposals.noSafeAlternative > 0 ? [`${proposals.noSafeAlternative} without a safe way`] : []),
  ];
  return [
    clockTime(status.atMs),
    `links ${states.join(', ')}`,
    `proposals ${open}${open > 0 ? ` (${parts.join(', ')})` : ''}`,
    `losing ${formatBps(status.lostBps)}`,
    `saved ${formatBits(status.savedBits)}`,
    planAge(lastPlan),
    ...(killSwitch ? [`AUTOMATIC CHANGES STOPPED by ${killSwitch.by}: ${killSwitch.reason}`] : []),
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
