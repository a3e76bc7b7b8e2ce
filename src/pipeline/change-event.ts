import { isBouncing, isFlapping } from '../health/flapping.ts';
import type { HealthState, LinkState, ScorePart } from '../health/link-state.ts';
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
 * shut by its operator is information, not an alarm. Of one that counts as down it is news that it went down again, and
 * that it is up again after a short outage: before it counts as up, routers have given it its traffic back.
 */
export function changeEvent(before: LinkState | null, after: LinkState): NewEvent | null {
  const isSame = before?.state === after.state && before.adminDown === after.adminDown;
  const news = isSame ? newsOfDown(before, after) : null;
  if (isSame && news === null) return null;
  if (before === null && after.state === 'healthy') return null;
  return {
    atMs: news?.atMs ?? after.sinceMs,
    type: 'link-state',
    severity: after.adminDown && after.state === 'down' ? 'info' : SEVERITY[after.state],
    cleared: after.state === 'healthy',
    linkId: after.linkId,
    deviceId: null,
    proposalId: null,
    message: `${after.linkId} is ${after.state}: ${news?.text ?? after.reason}`,
    details: {
      from: before?.state ?? null,
      to: after.state,
      score: after.score,
      adminDown: after.adminDown,
      parts: after.parts.map(({ part, level, arc, value }) => ({ part, level, arc, value })),
    },
  };
}

/** Of a link that counts as down, before and after: what is news of it all the same, and since when; null for nothing. */
function newsOfDown(before: LinkState, after: LinkState): { atMs: number; text: string } | null {
  if (after.state !== 'down' || after.adminDown) return null;
  const flapping = isFlapping(before) ? undefined : after.parts.find(isUnhealthyFlapping);
  if (flapping) return { atMs: flapping.sinceMs, text: flapping.text };
  return isBouncing(after) && !isBouncing(before) ? { atMs: after.receivedAtMs ?? 0, text: after.reason } : null;
}

function isUnhealthyFlapping({ part, level }: ScorePart): boolean {
  return part === 'flapping' && level === 'unhealthy';
}
