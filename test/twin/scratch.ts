import fc from 'fast-check';
import { type CompiledGraph, compileGraph } from '../../src/twin/compiled.ts';
import { addLoads, routeTo, type TargetRouting } from '../../src/twin/ecmp.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { demand, sketch } from '../reroute/fixtures.ts';

export interface Traffic {
  readonly network: Network;
  readonly graph: CompiledGraph;
  readonly demands: readonly Demand[];
}

/** Few values, so that there are many ties; some so small that they hardly count beside the others. */
const METRICS = [1, 1, 2, 3, 5, 0.5, 1e-7, 1e-300, 4e9];
const metric = fc.constantFrom(...METRICS);

/** Small networks: parallel links, other metrics on the way back, often in pieces, risk groups; demands of 0 too. */
export const traffic: fc.Arbitrary<Traffic> = fc
  .record({
    nodes: fc.integer({ min: 2, max: 8 }),
    links: fc.array(
      fc.record({
        a: fc.nat(7),
        z: fc.nat(7),
        metric: fc.record({ az: metric, za: metric }),
        srlgs: fc.subarray(['s0', 's1', 's2']),
      }),
      { minLength: 1, maxLength: 16 },
    ),
    flows: fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.constantFrom(0, 1, 7, 1e9, 3e-3)), { maxLength: 20 }),
  })
  .map(({ nodes, links, flows }) => {
    const kept = links.map((link) => ({ ...link, a: link.a % nodes, z: link.z % nodes }));
    const { network } = sketch(
      nodes,
      kept.filter((link) => link.a !== link.z),
    );
    const demands = flows.map(([source, target, bps], at) => demand(`d${at}`, source % nodes, target % nodes, bps));
    return { network, graph: compiled(network), demands };
  });

export function compiled(network: Network): CompiledGraph {
  return compileGraph(buildGraph(network));
}

export interface Outcome {
  readonly loadBps: Float64Array;
  readonly lostBps: number;
}

/** Everything from scratch, one target after the other. */
export function fromScratch(graph: CompiledGraph, demands: readonly Demand[], cost: Float64Array): Outcome {
  const loadBps = new Float64Array(graph.arcCount);
  let lostBps = 0;
  graph.nodeIds.forEach((id, target) => {
    const inflow = new Float64Array(graph.nodeCount);
    for (const flow of demands.filter((one) => one.target === id && one.source !== id)) {
      const source = graph.nodeIndex.get(flow.source) as number;
      inflow[source] = (inflow[source] as number) + flow.bps;
    }
    lostBps += addLoads(routeTo(new ShortestPaths(graph), target, cost), graph, inflow, loadBps);
  });
  return { loadBps, lostBps };
}

/** Next hops of each node, and its distance: what two routings must agree on, whatever the order of equal nodes. */
export function essence(routing: TargetRouting): { distance: number[]; next: number[][] } {
  return {
    distance: [...routing.distance],
    next: Array.from(routing.distance, (_, node) =>
      [...routing.nextArcs.subarray(routing.nextStart[node], routing.nextStart[node + 1])].sort((x, y) => x - y),
    ),
  };
}

/** The largest difference between two loads, relative to all traffic. */
export function disagreement(one: Outcome, other: Outcome, demands: readonly Demand[]): number {
  const total = demands.reduce((sum, { bps }) => sum + bps, 1e-9);
  const arcs = one.loadBps.map((load, arc) => Math.abs(load - (other.loadBps[arc] as number)));
  return arcs.reduce((most, gap) => Math.max(most, gap), Math.abs(one.lostBps - other.lostBps)) / total;
}
