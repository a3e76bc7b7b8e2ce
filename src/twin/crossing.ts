import { nodeNumber, type Twin } from './twin.ts';

/** Indices of the demands of which some part crosses a marked arc now. */
export function demandsCrossing(twin: Twin, marked: Uint8Array): number[] {
  const tainted = new Map<number, Uint8Array>();
  const touches = (target: number, source: number): boolean => {
    const nodes = tainted.get(target) ?? taintedNodes(twin, target, marked);
    tainted.set(target, nodes);
    return nodes[source] === 1;
  };
  const crossing: number[] = [];
  twin.demands.forEach((demand, index) => {
    const paths = twin.pinned.get(index);
    const crosses = paths
      ? paths.some((path) => path.arcs.some((arc) => marked[arc]))
      : touches(nodeNumber(twin.graph, demand.target), nodeNumber(twin.graph, demand.source));
    if (crosses) crossing.push(index);
  });
  return crossing;
}

/** 1 for every node whose traffic to the target crosses a marked arc: nearest first, so successors are known. */
function taintedNodes(twin: Twin, target: number, marked: Uint8Array): Uint8Array {
  const routing = twin.routing(target);
  const nodes = new Uint8Array(twin.graph.nodeCount);
  for (let at = routing.order.length - 1; at >= 0; at -= 1) {
    const node = routing.order[at] as number;
    const end = routing.nextStart[node + 1] as number;
    for (let slot = routing.nextStart[node] as number; slot < end; slot += 1) {
      const arc = routing.nextArcs[slot] as number;
      if (marked[arc] || nodes[twin.graph.head[arc] as number]) nodes[node] = 1;
    }
  }
  return nodes;
}
