import type { LinkState } from '../../../src/health/link-state.ts';
import type { PinnedRoute } from '../../../src/twin/arc-path.ts';
import { buildTwin, currentPaths, type Twin } from '../../../src/twin/twin.ts';
import type { Demand, Network } from '../../../topology/model.ts';
import type { StepFaults } from './timeline.ts';

/** A demand of which less than this share changes its way has not moved. */
const SAME_SHARE = 0.01;

/** The network as it carries its traffic, judged by the twin's own routing. */
export function carried(
  network: Network,
  states: readonly LinkState[],
  demands: readonly Demand[],
  tunnels: readonly PinnedRoute[],
): Twin {
  return buildTwin({ network, states, demands, tunnels });
}

/** bit/s that are lost for want of a way, lost to corruption, or above the limit of an arc. */
export function harmBps(twin: Twin, faults: StepFaults, limit: number): number {
  let harm = twin.lost.reduce((sum, index) => sum + (twin.demands[index]?.bps ?? 0), 0);
  twin.loadBps.forEach((load, arc) => {
    if (twin.closed[arc]) return;
    harm += Math.max(0, load - limit * (twin.graph.capacityBps[arc] as number));
    harm += load * (faults.lossRatio.get(twin.graph.arcIds[arc] as string) ?? 0);
  });
  return harm;
}

/** Demands whose way differs between the two, in the same network: what the change of tunnels has moved. */
export function movedBetween(before: Twin, after: Twin): { demands: number; bps: number } {
  let demands = 0;
  let bps = 0;
  after.demands.forEach((demand, index) => {
    const share = changedShare(currentPaths(before, index), currentPaths(after, index));
    if (share <= SAME_SHARE) return;
    demands += 1;
    bps += share * demand.bps;
  });
  return { demands, bps };
}

type Paths = ReturnType<typeof currentPaths>;

function changedShare(before: Paths, after: Paths): number {
  const had = new Map<string, number>();
  for (const { arcs, share } of before) had.set(arcs.join(' '), (had.get(arcs.join(' ')) ?? 0) + share);
  let kept = 0;
  for (const { arcs, share } of after) kept += Math.min(share, had.get(arcs.join(' ')) ?? 0);
  return after.length === 0 ? 0 : 1 - kept;
}
