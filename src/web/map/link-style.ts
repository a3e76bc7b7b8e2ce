import type { HealthState, LinkView } from '../../api/schemas/screen.ts';

/** What is known of a link decides how it is drawn. */
export type LinkLook = 'figures' | 'down' | 'shut' | 'stale';

export function lookOf(link: Pick<LinkView, 'state' | 'adminDown'> | null): LinkLook {
  if (link === null || link.state === 'stale') return 'stale';
  if (link.adminDown) return 'shut';
  return link.state === 'down' ? 'down' : 'figures';
}

const SEVERITY: Readonly<Record<HealthState, number>> = { healthy: 0, stale: 1, degraded: 1, unhealthy: 2, down: 3 };

/** How much a state matters; not knowing is as good as degraded. */
export function severityOf(state: HealthState): number {
  return SEVERITY[state];
}

export const MIN_SEVERITIES = ['degraded', 'unhealthy', 'down'] as const;
export type MinSeverity = (typeof MIN_SEVERITIES)[number];

export function isShown(link: Pick<LinkView, 'state'> | null, least: MinSeverity | null): boolean {
  return least === null || (link !== null && severityOf(link.state) >= severityOf(least));
}
