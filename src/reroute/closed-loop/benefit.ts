import { addPaths, numberedPaths } from '../../twin/arc-path.ts';
import { currentPaths, type Twin } from '../../twin/twin.ts';
import { pathLatencyMs } from '../cost.ts';
import type { LiveView } from '../live-view.ts';
import type { Cause, Move } from '../proposal.ts';
import { changedShare } from '../stability/gain.ts';

/** What moves do for a cause, from the network as it is now. */
export interface Benefit {
  /** Traffic that leaves what it is to leave, or load that goes above the limit no more; bit/s. */
  readonly reliefBps: number;
  /** Mean delay of the ways that traffic would take, ms; null where nothing moves. */
  readonly latencyMs: number | null;
}

/** Moves of demands, or over arcs, that are not there any more do nothing, nor do those that leave traffic where it is. Pure. */
export function benefitOf({ board, limits }: Pick<LiveView, 'board' | 'limits'>, cause: Cause, moves: readonly Move[]) {
  const { twin } = board;
  const afterBps = twin.loadBps.slice();
  let [movedBps, latencyBpsMs] = [0, 0];
  for (const { demand, to } of moves) {
    const index = twin.demandIndex.get(demand);
    const paths = numberedPaths(twin.graph, to);
    if (index === undefined || paths === null) continue;
    const bps = twin.demands[index]?.bps ?? 0;
    const now = currentPaths(twin, index);
    if (changedShare(now, paths) === 0) continue;
    addPaths(afterBps, now, -bps);
    addPaths(afterBps, paths, bps);
    movedBps += bps;
    for (const { share, arcs } of paths) latencyBpsMs += bps * share * pathLatencyMs(twin.graph, arcs);
  }
  const trouble = (loadBps: Float64Array): number => troubleBps(twin, cause, loadBps, limits.utilisationLimit);
  const benefit: Benefit = {
    reliefBps: trouble(twin.loadBps) - trouble(afterBps),
    latencyMs: movedBps > 0 ? latencyBpsMs / movedBps : null,
  };
  return benefit;
}

/** Load on links that traffic has to leave, or what of it is above the limit on links that are too full; bit/s. */
function troubleBps({ graph, linkOf }: Twin, { kind, links }: Cause, loadBps: Float64Array, limit: number): number {
  return linkOf.reduce((sum, link, arc) => {
    if (!links.includes(link)) return sum;
    const allowedBps = kind === 'overload' ? limit * (graph.capacityBps[arc] as number) : 0;
    return sum + Math.max(0, (loadBps[arc] as number) - allowedBps);
  }, 0);
}
