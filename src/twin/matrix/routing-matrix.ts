import type { CompiledGraph } from '../compiled.ts';
import { routeTo, type TargetRouting } from '../ecmp.ts';
import { ShortestPaths } from '../shortest-path.ts';

/** Which part of which pair's traffic each arc carries: the rows of `A` in `A x = y`, in compressed form. */
export interface RoutingMatrix {
  readonly pairs: readonly { readonly source: number; readonly target: number }[];
  /** Pair k's entries are `start[k]` up to, not including, `start[k + 1]`. */
  readonly start: Int32Array;
  readonly arcs: Int32Array;
  /** 0..1 */
  readonly shares: Float64Array;
}

const FEWEST_SHARE = 1e-9;

/** Shares of all ordered pairs of `ends` under the IGP (equal split per next-hop arc); `cost` Infinity closes an arc. */
export function routingMatrix(graph: CompiledGraph, cost: Float64Array, ends: readonly number[]): RoutingMatrix {
  const paths = new ShortestPaths(graph);
  const entries: Entries = { arcs: [], shares: [], inflow: new Float64Array(graph.nodeCount) };
  const pairs: { source: number; target: number }[] = [];
  const start = [0];
  for (const target of ends) {
    const routing = routeTo(paths, target, cost);
    for (const source of ends) {
      if (source === target || routing.distance[source] === Infinity) continue;
      addPair(graph, routing, source, entries);
      pairs.push({ source, target });
      start.push(entries.arcs.length);
    }
  }
  const { arcs, shares } = entries;
  return { pairs, start: Int32Array.from(start), arcs: Int32Array.from(arcs), shares: Float64Array.from(shares) };
}

interface Entries {
  readonly arcs: number[];
  readonly shares: number[];
  /** Part of the pair's traffic at each node; all 0 between two pairs. */
  readonly inflow: Float64Array;
}

/** Nodes come from far to near, so a node's inflow is complete when its turn comes. */
function addPair(graph: CompiledGraph, routing: TargetRouting, source: number, entries: Entries): void {
  const { inflow } = entries;
  inflow[source] = 1;
  for (const node of routing.order) {
    const part = inflow[node] as number;
    inflow[node] = 0;
    if (part < FEWEST_SHARE || node === routing.target) continue;
    const next = routing.nextArcs.subarray(routing.nextStart[node], routing.nextStart[node + 1]);
    for (const arc of next) {
      const head = graph.head[arc] as number;
      entries.arcs.push(arc);
      entries.shares.push(part / next.length);
      inflow[head] = (inflow[head] as number) + part / next.length;
    }
  }
}
