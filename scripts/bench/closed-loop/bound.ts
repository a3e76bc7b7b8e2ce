import type { Highs } from 'highs';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import type { OracleDemand } from '../oracle/instance.ts';
import { findOptimum } from '../oracle/optimum.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** An arc that loses more than this costs more than it carries, whatever else is full: nobody would use it. */
const USELESS_LOSS = 0.5;

/**
 * What has to be left, bit/s: traffic between nodes that no way joins, and the least load above the limit (a linear program
 * over all ways of all demands) where wires lose nothing but those that lose more than half. Lower than the truth where
 * wires lose less than that. Higher, by a little, where arcs in a row are wanted beyond their capacity: what the first drops
 * does not burden the next, and a linear program carries all to the end.
 */
export function leastHarmBps(highs: Highs, world: ClosedLoopWorld, segment: Segment, limit: number): number {
  const { graph, links, table } = world;
  const { plant, sentBps } = segment;
  const alive = Uint8Array.from({ length: graph.arcCount }, (_, arc) => {
    const loss = 1 - (1 - (plant.corruption[arc] as number)) * (1 - (plant.throttled[arc] as number));
    return plant.linkUp[links.linkOfArc[arc] as number] === 1 && loss <= USELESS_LOSS ? 1 : 0;
  });
  const { demands, cutOffBps } = reachable(graph, alive, table, sentBps);
  const instance = { graph, alive, limit, fixedBps: new Float64Array(graph.arcCount), demands };
  return cutOffBps + findOptimum(highs, instance, { upTo: 'overload' }).overloadBps;
}

function reachable(
  graph: ClosedLoopWorld['graph'],
  alive: Uint8Array,
  table: ClosedLoopWorld['table'],
  sentBps: Float64Array,
): { demands: OracleDemand[]; cutOffBps: number } {
  const cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
  const paths = new ShortestPaths(graph);
  const demands: OracleDemand[] = [];
  let cutOffBps = 0;
  for (let source = 0; source < graph.nodeCount; source += 1) {
    paths.from(source, cost);
    table.ids.forEach((id, demand) => {
      if (table.source[demand] !== source) return;
      const target = table.target[demand] as number;
      const bps = sentBps[demand] as number;
      const arcs = paths.pathTo(target);
      if (arcs === null) cutOffBps += bps;
      else if (bps > 0) demands.push({ id, source, target, bps, current: [{ share: 1, arcs }] });
    });
  }
  return { demands, cutOffBps };
}
