import type { HealthState, LinkState } from '../health/link-state.ts';
import type { NewEvent } from '../store/events.ts';

const SEVERITY = {
  healthy: 'info',
  degraded: 'minor',
  unhealthy: 'major',
  down: 'critical',
  stale: 'warning',
} as const satisfies Record<HealthState, NewEvent['severity']>;

/**
 * The event of a change of state; null when there is none. A link first heard from and healthy is no news. A link
 * shut by its operator is information, not an alarm.
 */
export function changeEvent(before: LinkState | null, after: LinkState): NewEvent | null {
  if (before?.state === after.state && before.adminDown === after.adminDown) return null;
  if (before === null && after.state === 'healthy') return null;
  return {
    atMs: after.sinceMs,
    type: 'link-state',
    severity: after.adminDown && after.state === 'down' ? 'info' : SEVERITY[after.state],
    cleared: after.state === 'healthy',
    linkId: after.linkId,
    deviceId: null,
    proposalId: null,
    message: `${after.linkId} is ${after.state}: ${after.reason}`,
    details: {
      from: before?.state ?? null,
      to: after.state,
      score: after.score,
      adminDown: after.adminDown,
      parts: after.parts.map(({ part, level, arc, value }) => ({ part, level, arc, value })),
    },
  };
}
