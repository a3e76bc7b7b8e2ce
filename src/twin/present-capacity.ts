import type { Network } from '../../topology/model.ts';
import { arcId, DIRECTIONS } from '../core/ids.ts';
import { type LinkState, presentCapacityBps } from '../health/link-state.ts';
import type { CompiledGraph } from './compiled.ts';

/**
 * The graph with what every arc carries now, bit/s: aggregates may have lost members. An arc without any active member
 * keeps the capacity on file, since nothing can be a share of 0; nothing may be put on it (`hasNoMember`).
 */
export function withPresentCapacities(
  graph: CompiledGraph,
  network: Network,
  states: ReadonlyMap<string, LinkState>,
): CompiledGraph {
  const capacityBps = graph.capacityBps.slice();
  for (const link of network.links) {
    const arcs = states.get(link.id)?.arcs;
    if (!arcs) continue;
    for (const direction of DIRECTIONS) {
      const arc = graph.arcIndex.get(arcId(link.id, direction)) as number;
      const bps = presentCapacityBps(link, arcs, direction);
      if (bps > 0) capacityBps[arc] = bps;
    }
  }
  return { ...graph, capacityBps };
}

/** True where a direction of the link is an aggregate of which no member carries traffic. */
export function hasNoMember({ arcs }: LinkState): boolean {
  return DIRECTIONS.some((direction) => arcs[direction].capacityBps === 0);
}
