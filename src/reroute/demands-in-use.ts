import type { NetworkIndex } from '../../topology/model.ts';
import type { DemandSet } from './plan.ts';

/** An estimate is of use for this long: traffic between routers changes slowly, and a new one comes every minute. */
export const ESTIMATE_MAX_AGE_MS = 600_000;
/** An estimate that leaves more than this part of the loads unexplained is not planned with. */
export const ESTIMATE_MAX_RESIDUAL = 0.1;

/** What is known of the traffic: what was measured or given, and what was estimated from loads. */
export interface KnownDemands {
  readonly given: DemandSet | null;
  readonly estimate: DemandSet | null;
}

/**
 * The demands to plan with: measured or given ones, else an estimate that explains the loads; null where neither
 * serves, and then the load of each link is taken as one demand.
 */
export function demandsInUse(
  network: NetworkIndex,
  { given, estimate }: KnownDemands,
  maxDemandAgeMs: number,
  atMs: number,
): DemandSet | null {
  const usable = given && !isTooOld(given, maxDemandAgeMs, atMs) ? carried(network, given) : null;
  return usable ?? (estimate && whyUnused(estimate, atMs) === null ? carried(network, estimate) : null);
}

/** Why an estimate is not planned with; null when it is fit for use. */
export function whyUnused({ atMs, residual }: DemandSet, nowMs: number): string | null {
  if (residual === undefined || residual > ESTIMATE_MAX_RESIDUAL) return 'it does not explain the measured loads';
  return atMs === null || nowMs - atMs > ESTIMATE_MAX_AGE_MS ? 'it is too old' : null;
}

/** How old these demands may be to plan with, ms; an estimate may be older than a measurement. */
export function maxAgeOf({ source }: DemandSet, maxDemandAgeMs: number): number {
  return source === 'estimated' ? Math.max(ESTIMATE_MAX_AGE_MS, maxDemandAgeMs) : maxDemandAgeMs;
}

/** True for measured demands that say nothing about now any more; what has no time does not age. */
export function isTooOld(demands: DemandSet, maxDemandAgeMs: number, nowMs: number): boolean {
  return demands.atMs !== null && nowMs - demands.atMs > maxAgeOf(demands, maxDemandAgeMs);
}

/** Those that this network has both ends of; null when there are none. */
function carried(network: NetworkIndex, set: DemandSet): DemandSet | null {
  const demands = set.demands.filter(
    ({ source, target }) => source !== target && network.nodeById.has(source) && network.nodeById.has(target),
  );
  return demands.length > 0 ? { ...set, demands } : null;
}
