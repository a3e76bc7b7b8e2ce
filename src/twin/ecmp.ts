import type { CompiledGraph } from './compiled.ts';
import type { ShortestPaths } from './shortest-path.ts';

/**
 * Where the IGP sends traffic for one target: every arc on a shortest path, nodes from far to near. Traffic at a
 * node is split equally over its next-hop arcs (equal-cost multi-path, RFC 2992).
 */
export interface TargetRouting {
  readonly target: number;
  /** IGP cost to the target; Infinity where it cannot be reached. */
  readonly distance: Float64Array;
  /** Nodes that reach the target, the farthest first, the target last. */
  readonly order: Int32Array;
  /** Next-hop arcs of node n: `nextArcs[nextStart[n]..nextStart[n + 1])`. */
  readonly nextStart: Int32Array;
  readonly nextArcs: Int32Array;
}

/** Costs that are equal up to rounding count as equal: metrics are added in different orders along equal paths. */
const RELATIVE_TOLERANCE = 1e-9;

/**
 * Is an arc of this cost a next hop, from a node this far from the target to a node that far? Nearer, strictly:
 * within the tolerance alone two nodes joined by a very cheap link would point at each other.
 */
export function isNextHop(here: number, cost: number, there: number): boolean {
  return there < here && cost + there <= here * (1 + RELATIVE_TOLERANCE) && here !== Infinity;
}

/** Routing towards a target by `cost` per arc (IGP metrics; Infinity closes an arc). */
export function routeTo(paths: ShortestPaths, target: number, cost: Float64Array): TargetRouting {
  paths.to(target, cost);
  const { graph } = paths;
  const distance = paths.distance.slice();
  const nextStart = new Int32Array(graph.nodeCount + 1);
  const nextArcs: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    nextStart[node] = nextArcs.length;
    if (node === target || distance[node] === Infinity) continue;
    collectNextArcs(graph, node, distance, cost, nextArcs);
  }
  nextStart[graph.nodeCount] = nextArcs.length;
  const order = paths.settled.slice(0, paths.settledCount).reverse();
  return { target, distance, order, nextStart, nextArcs: Int32Array.from(nextArcs) };
}

function collectNextArcs(
  graph: CompiledGraph,
  node: number,
  distance: Float64Array,
  cost: Float64Array,
  into: number[],
): void {
  const here = distance[node] as number;
  const end = graph.outStart[node + 1] as number;
  for (let slot = graph.outStart[node] as number; slot < end; slot += 1) {
    const arc = graph.outArcs[slot] as number;
    const there = distance[graph.head[arc] as number] as number;
    if (isNextHop(here, cost[arc] as number, there)) into.push(arc);
  }
}

/**
 * Adds to `loadBps` (per arc) what the arcs carry when `inflowBps` (per node; consumed) flows to the target.
 * Returns the traffic of nodes that do not reach it.
 */
export function addLoads(
  routing: TargetRouting,
  graph: CompiledGraph,
  inflowBps: Float64Array,
  loadBps: Float64Array,
): number {
  for (const node of routing.order) {
    const flow = inflowBps[node] as number;
    if (flow === 0 || node === routing.target) continue;
    const start = routing.nextStart[node] as number;
    const end = routing.nextStart[node + 1] as number;
    // Only where costs are too small to be seen beside others: what goes nowhere is lost, not forgotten.
    if (start === end) continue;
    const share = flow / (end - start);
    for (let slot = start; slot < end; slot += 1) {
      const arc = routing.nextArcs[slot] as number;
      const next = graph.head[arc] as number;
      loadBps[arc] = (loadBps[arc] as number) + share;
      inflowBps[next] = (inflowBps[next] as number) + share;
    }
    inflowBps[node] = 0;
  }
  inflowBps[routing.target] = 0;
  let lostBps = 0;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    lostBps += inflowBps[node] as number;
    inflowBps[node] = 0;
  }
  return lostBps;
}
