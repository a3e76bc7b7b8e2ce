import type { CompiledGraph } from '../../twin/compiled.ts';
import type { RoutedEnds } from './igp-routes.ts';

/** Traffic that no way connects, and the sets of nodes that prove it. */
export interface Unavoidable {
  readonly lostBps: number;
  /** Demands by index. */
  readonly demands: readonly number[];
  /** Sets of nodes that no arc leaves which could carry anything. */
  readonly partitions: readonly (readonly number[])[];
}

/**
 * Demands that lose traffic and whose target cannot be reached from their source over arcs that may carry them. These
 * are left alone: what they lose cannot be helped.
 */
export function cutOff(
  graph: CompiledGraph,
  usable: Uint8Array,
  ends: readonly RoutedEnds[],
  lostShare: (demand: number) => number,
): Unavoidable {
  const reachable = new Map<number, Uint8Array>();
  const sets = new Map<string, number[]>();
  const demands: number[] = [];
  let lostBps = 0;
  ends.forEach(({ source, target, bps }, index) => {
    let nodes = reachable.get(source);
    if (!nodes) {
      nodes = reachableFrom(graph, usable, source);
      reachable.set(source, nodes);
    }
    if (nodes[target]) return;
    const share = lostShare(index);
    if (share <= 0) return;
    demands.push(index);
    lostBps += bps * share;
    sets.set(nodes.join(''), membersOf(nodes));
  });
  return { lostBps, demands, partitions: [...sets.values()] };
}

function reachableFrom(graph: CompiledGraph, usable: Uint8Array, source: number): Uint8Array {
  const nodes = new Uint8Array(graph.nodeCount);
  nodes[source] = 1;
  const stack = [source];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    const end = graph.outStart[node + 1] as number;
    for (let slot = graph.outStart[node] as number; slot < end; slot += 1) {
      const arc = graph.outArcs[slot] as number;
      const next = graph.head[arc] as number;
      if (!usable[arc] || nodes[next]) continue;
      nodes[next] = 1;
      stack.push(next);
    }
  }
  return nodes;
}

function membersOf(nodes: Uint8Array): number[] {
  const members: number[] = [];
  nodes.forEach((reached, node) => {
    if (reached) members.push(node);
  });
  return members;
}
