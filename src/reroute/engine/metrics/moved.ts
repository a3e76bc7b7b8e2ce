import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { TargetRouting } from '../../../twin/ecmp.ts';
import type { IgpRoutes, RoutedEnds } from '../igp-routes.ts';

/** Indices of the demands with traffic that take another way in `after`: at some node on their way next hops differ. */
export function movedDemands(
  graph: CompiledGraph,
  ends: readonly RoutedEnds[],
  before: IgpRoutes,
  after: IgpRoutes,
): number[] {
  const known = new Map<number, Uint8Array>();
  const moved: number[] = [];
  ends.forEach(({ source, target, bps }, index) => {
    if (bps <= 0 || source === target) return;
    let nodes = known.get(target);
    if (!nodes) {
      nodes = movedNodes(graph, before.towards(target), after.towards(target));
      known.set(target, nodes);
    }
    if (nodes[source] === 1) moved.push(index);
  });
  return moved;
}

/** 1 for each node from which traffic to the target comes to a node with other next hops. */
function movedNodes(graph: CompiledGraph, before: TargetRouting, after: TargetRouting): Uint8Array {
  const nodes = new Uint8Array(graph.nodeCount);
  // Nearest first: what happens further on is known then.
  for (let at = before.order.length - 1; at >= 0; at -= 1) {
    const node = before.order[at] as number;
    const next = nextOf(before, node);
    const isOther = !isSame(next, nextOf(after, node));
    if (isOther || next.some((arc) => nodes[graph.head[arc] as number] === 1)) nodes[node] = 1;
  }
  return nodes;
}

function nextOf({ nextArcs, nextStart }: TargetRouting, node: number): Int32Array {
  return nextArcs.subarray(nextStart[node], nextStart[node + 1]);
}

function isSame(x: Int32Array, y: Int32Array): boolean {
  return x.length === y.length && x.every((arc, at) => arc === y[at]);
}
