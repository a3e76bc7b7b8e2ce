import { parseArcId } from '../core/ids.ts';
import type { LinkState } from '../health/link-state.ts';
import type { Proposal } from '../reroute/proposal.ts';
import type { ApiDeps } from './deps.ts';
import { readLinkStates } from './link-view.ts';
import type { BrokenPaths, ProposalView } from './schemas/reroutes.ts';

/** Proposals as they stand now. Link states are read only where one is applied. */
export async function viewProposals(
  deps: Pick<ApiDeps, 'network' | 'store' | 'clock'>,
  proposals: readonly Proposal[],
): Promise<ProposalView[]> {
  const states = proposals.some(isApplied) ? await readLinkStates(deps) : new Map<string, LinkState>();
  const isDown = (linkId: string): boolean => states.get(linkId)?.state === 'down';
  return proposals.map(({ execution, ...proposal }) => {
    const change = execution
      ? { ...execution, steps: execution.steps.map(({ summary }) => summary), arcs: execution.arcs.length }
      : null;
    return { ...proposal, change, brokenPaths: brokenPaths(proposal, isDown) };
  });
}

/** The paths of an applied proposal that cross a link that is down; null where there is none. */
export function brokenPaths(proposal: Proposal, isDown: (linkId: string) => boolean): BrokenPaths | null {
  if (!isApplied(proposal)) return null;
  const links = new Set<string>();
  const demands: BrokenPaths['demands'] = [];
  let brokenBps = 0;
  for (const { demand, bps, to } of proposal.moves) {
    let share = 0;
    for (const path of to) {
      const down = path.arcs.map((arc) => parseArcId(arc)?.linkId ?? '').filter(isDown);
      for (const link of down) links.add(link);
      if (down.length > 0) share += path.share;
    }
    if (share === 0) continue;
    demands.push({ demand, share });
    brokenBps += share * bps;
  }
  return demands.length === 0 ? null : { links: [...links].sort(), demands, bps: brokenBps, follows: 'igp' };
}

function isApplied({ status }: Proposal): boolean {
  return status === 'applied' || status === 'verified';
}
