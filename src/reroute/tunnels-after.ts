import type { PlanInput, PlanOutcome } from './plan.ts';
import { isIntended, isOpen, type Proposal, type Tunnel, tunnelsOf } from './proposal.ts';

/** The tunnels that there would be once everything that a plan leaves open is applied; a refused plan changes none. */
export function tunnelsAfter(input: PlanInput, { plan, changed }: PlanOutcome): Tunnel[] {
  if (plan.refused) return [...input.tunnels];
  const now = new Map<string, Proposal>([...input.open, ...changed].map((proposal) => [proposal.id, proposal]));
  const open = [...now.values()].filter(isOpen);
  const standing = new Set(open.map(({ id }) => id));
  const tunnels = new Map(
    input.tunnels.filter(({ proposalId }) => standing.has(proposalId)).map((tunnel) => [tunnel.demand, tunnel]),
  );
  for (const proposal of open) {
    if (!isIntended(proposal)) continue;
    for (const tunnel of tunnelsOf(proposal)) tunnels.set(tunnel.demand, tunnel);
  }
  return [...tunnels.values()];
}
