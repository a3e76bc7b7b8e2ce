import type { Proposal } from './proposal.ts';

/**
 * Proposals that this plan closes without their ever having been applied, where a newer one stands for the same links or
 * moves the same traffic: those were not merely over, they were replaced.
 */
export function withSuperseded(closed: readonly Proposal[], fresh: readonly Proposal[]): Proposal[] {
  return closed.map((proposal) => {
    const newer = proposal.status === 'expired' ? fresh.find((other) => replaces(other, proposal)) : undefined;
    if (!newer) return proposal;
    return { ...proposal, status: 'superseded', closedReason: `superseded by ${newer.id}: nothing was applied` };
  });
}

function replaces(newer: Proposal, old: Proposal): boolean {
  if (newer.kind !== 'reroute' || newer.createdAtMs <= old.createdAtMs) return false;
  const moved = new Set(newer.moves.map(({ demand }) => demand));
  const isSameTraffic = old.moves.length > 0 && old.moves.every(({ demand }) => moved.has(demand));
  return isSameTraffic || old.cause.links.every((link) => newer.cause.links.includes(link));
}
