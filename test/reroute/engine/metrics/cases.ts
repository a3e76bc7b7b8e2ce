import type { Rng } from '../../../../src/core/rng.ts';
import type { RoutedEnds } from '../../../../src/reroute/engine/igp-routes.ts';
import type { MetricsInput } from '../../../../src/reroute/engine/metrics/index.ts';
import type { CompiledGraph } from '../../../../src/twin/compiled.ts';
import { addLoads, routeTo } from '../../../../src/twin/ecmp.ts';
import { ShortestPaths } from '../../../../src/twin/shortest-path.ts';
import { randomGraph } from '../order/cases.ts';

/** bit/s per arc by shortest paths and equal split, all anew. */
export function routedLoads(graph: CompiledGraph, cost: Float64Array, ends: readonly RoutedEnds[]): Float64Array {
  const loadBps = new Float64Array(graph.arcCount);
  for (const { source, target, bps } of ends) {
    if (source === target) continue;
    const inflow = new Float64Array(graph.nodeCount);
    inflow[source] = bps;
    addLoads(routeTo(new ShortestPaths(graph), target, cost), graph, inflow, loadBps);
  }
  return loadBps;
}

/** A network that is too full somewhere once a link has failed. */
export function troubledCase(rng: Rng, nodeCount = 8, demandCount = 20): MetricsInput & { readonly dead: number } {
  const graph = randomGraph(rng, nodeCount, nodeCount);
  const dead = rng.below(graph.arcCount);
  const failed = (graph.arcIds[dead] as string).split(':')[0];
  const alive = Uint8Array.from(graph.arcIds, (id) => (id.split(':')[0] === failed ? 0 : 1));
  const cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
  const drawn: RoutedEnds[] = Array.from({ length: demandCount }, () => ({
    source: rng.below(nodeCount),
    target: rng.below(nodeCount),
    bps: rng.below(4) * rng.between(0.5e9, 2e9),
  }));
  const loads = routedLoads(graph, cost, drawn);
  const hottest = loads.reduce((most, bps, arc) => Math.max(most, bps / (graph.capacityBps[arc] as number)), 1e-9);
  const ends = drawn.map((demand) => ({ ...demand, bps: demand.bps / hottest }));
  return {
    graph,
    alive,
    dead,
    limit: new Float64Array(graph.arcCount).fill(0.8),
    avoided: new Uint8Array(graph.arcCount),
    stale: new Uint8Array(graph.arcCount),
    ends,
    maxTrials: 600,
  };
}

export function costWith(
  { graph, alive }: MetricsInput,
  changes: readonly { readonly arc: number; readonly to: number }[],
): Float64Array {
  const cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
  for (const { arc, to } of changes) cost[arc] = to;
  return cost;
}
