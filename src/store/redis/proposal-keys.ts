import type { NetworkKeys } from '../keys.ts';

/** The first keys of every script that changes proposals or tunnels, in the order of `PROPOSALS` in lua.ts. */
export function proposalKeys(keys: NetworkKeys): string[] {
  return [
    keys.proposals,
    keys.proposalHeads,
    keys.closedProposals,
    keys.tunnels,
    keys.tunnelsVersion,
    keys.events,
    keys.openBriefs,
    keys.closedBriefs,
    keys.audit,
  ];
}
