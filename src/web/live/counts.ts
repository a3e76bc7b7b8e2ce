import type { HealthState, LinkView } from '../../api/schemas/screen.ts';

export type Counts = Readonly<Record<HealthState, number>>;

export function countLinks(links: readonly Pick<LinkView, 'state'>[]): Counts {
  const counts: Record<HealthState, number> = { healthy: 0, degraded: 0, unhealthy: 0, down: 0, stale: 0 };
  for (const { state } of links) counts[state] += 1;
  return counts;
}
