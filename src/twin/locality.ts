import { assembleGraph, type CompiledGraph } from './compiled.ts';

/** A graph under other numbers, and the way back. */
export interface RenumberedGraph {
  readonly graph: CompiledGraph;
  /** New number of each arc. */
  readonly arcNumber: Int32Array;
}

/**
 * Numbers neighbours next to each other: nodes as a depth-first walk meets them, arcs by their tails. What follows
 * paths through arrays that are larger than a processor's cache then finds the next hop near the last one.
 */
export function renumberAlongPaths(graph: CompiledGraph): RenumberedGraph {
  const nodes = depthFirst(graph);
  const nodeNumber = inverse(nodes);
  const arcs = new Int32Array(graph.arcCount);
  let count = 0;
  for (const node of nodes) {
    const row = graph.outArcs.subarray(graph.outStart[node], graph.outStart[node + 1]);
    arcs.set(row, count);
    count += row.length;
  }
  const end = (of: Int32Array): Int32Array => arcs.map((arc) => nodeNumber[of[arc] as number] as number);
  const figures = (of: Float64Array): Float64Array => Float64Array.from(arcs, (arc) => of[arc] as number);
  const renumbered = assembleGraph({
    nodeIds: Array.from(nodes, (node) => graph.nodeIds[node] as string),
    arcIds: Array.from(arcs, (arc) => graph.arcIds[arc] as string),
    tail: end(graph.tail),
    head: end(graph.head),
    capacityBps: figures(graph.capacityBps),
    latencyMs: figures(graph.latencyMs),
    metric: figures(graph.metric),
  });
  return { graph: renumbered, arcNumber: inverse(arcs) };
}

/** All nodes in the order in which a walk meets them that goes as deep as it can. */
function depthFirst(graph: CompiledGraph): Int32Array {
  const order = new Int32Array(graph.nodeCount);
  const seen = new Uint8Array(graph.nodeCount);
  let count = 0;
  for (let root = 0; root < graph.nodeCount; root += 1) {
    const open = [root];
    while (open.length > 0) {
      const node = open.pop() as number;
      if (seen[node] === 1) continue;
      seen[node] = 1;
      order[count++] = node;
      for (const next of graph.outHead.subarray(graph.outStart[node], graph.outStart[node + 1])) {
        if (seen[next] === 0) open.push(next);
      }
    }
  }
  return order;
}

function inverse(permutation: Int32Array): Int32Array {
  const numbers = new Int32Array(permutation.length);
  permutation.forEach((old, at) => {
    numbers[old] = at;
  });
  return numbers;
}
