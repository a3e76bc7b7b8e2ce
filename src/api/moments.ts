import type { NetworkIndex } from '../../topology/model.ts';
import type { PlanInput } from '../reroute/plan.ts';
import { briefOf, type Proposal } from '../reroute/proposal.ts';
import type { Recording } from '../reroute/replay.ts';
import { networkHashOf } from '../reroute/snapshot.ts';
import { linkView } from './link-view.ts';
import type { MomentView } from './schemas/moments.ts';

/** The network as a stored plan saw it. */
export function momentView({ plan, input, network }: Recording, current: NetworkIndex): MomentView {
  const linkById = new Map(network.links.map((link) => [link.id, link]));
  const { demands } = input.demands;
  return {
    planId: plan.id,
    atMs: input.atMs,
    currentNetwork: input.networkHash === networkHashOf(current),
    plan,
    demands: {
      source: input.demands.source,
      count: demands.length,
      totalBps: demands.reduce((sum, { bps }) => sum + bps, 0),
    },
    tunnels: input.tunnels.length,
    links: input.links.flatMap((state) => {
      const link = linkById.get(state.linkId);
      return link ? [linkView(link, state)] : [];
    }),
    open: standing(input).map(briefOf),
  };
}

/** Proposals that stood before the plan, newest first. */
export function standing({ open }: PlanInput): Proposal[] {
  return open.toSorted((x, y) => y.createdAtMs - x.createdAtMs || (x.id < y.id ? -1 : 1));
}
