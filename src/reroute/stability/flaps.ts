import type { LinkState } from '../../health/link-state.ts';
import type { PlanInput } from '../plan.ts';
import type { Cause } from '../proposal.ts';
import { type Charge, dampingAt, FLAP_PENALTY } from './damping.ts';

/**
 * Links that are not trusted with new traffic, nor with traffic that would return, because they keep changing: by
 * what the scorer counts, by when the present state began, and by how often they were the cause of a proposal.
 */
export function dampedLinks(input: PlanInput): Set<string> {
  const halfLifeMs = input.limits.stability?.flapHalfLifeMs;
  if (halfLifeMs === undefined) return new Set();
  const charges = chargesByLink(input);
  const isDamped = (state: LinkState): boolean => {
    const all = [...(charges.get(state.linkId) ?? []), ...chargesOf(state, input.atMs)];
    return dampingAt(all, input.atMs, halfLifeMs).isSuppressed;
  };
  return new Set(input.links.filter(isDamped).map(({ linkId }) => linkId));
}

/** Of a link that gets no new traffic: whether that is only because it keeps changing, for its state is good enough. */
export function isDamped({ state, adminDown }: LinkState): boolean {
  return !adminDown && (state === 'healthy' || state === 'degraded');
}

/** The scorer's count of downs is decayed already, so it counts as it is now. */
function chargesOf(state: LinkState, atMs: number): Charge[] {
  const flaps = state.parts.find(({ part }) => part === 'flapping')?.value ?? 0;
  return flaps > 0 ? [{ atMs, penalty: flaps * FLAP_PENALTY }] : [];
}

function chargesByLink(input: PlanInput): Map<string, Charge[]> {
  const charges = new Map<string, Charge[]>();
  const charge = (links: readonly string[], atMs: number): void => {
    for (const link of links) charges.set(link, [...(charges.get(link) ?? []), { atMs, penalty: FLAP_PENALTY }]);
  };
  for (const proposal of input.open) charge(guilty(proposal.cause, proposal.links), proposal.createdAtMs);
  for (const { cause, links, createdAtMs, closedAtMs } of input.closed ?? []) {
    if (!cause || !links || createdAtMs === undefined) continue;
    charge(guilty(cause, links), createdAtMs);
    charge(guilty(cause, links), closedAtMs);
  }
  return charges;
}

/** An arc that is too full is no fault of its link, but of those that went down before. */
function guilty(cause: Cause, links: readonly string[]): readonly string[] {
  return cause.kind === 'overload' ? links.filter((link) => !cause.links.includes(link)) : cause.links;
}
