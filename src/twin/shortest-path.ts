import type { CompiledGraph } from './compiled.ts';
import { NodeHeap } from './heap.ts';

/** Shortest-path search over a compiled graph; buffers are reused, so read results before the next call. */
export class ShortestPaths {
  readonly graph: CompiledGraph;
  /** Cost from the source (or to the target); Infinity where there is no way. */
  readonly distance: Float64Array;
  /** Arc by which a node was reached, -1 at the root and where there is no way. */
  readonly via: Int32Array;
  /** Nodes in the order in which they were settled; the first `settledCount` count. */
  readonly settled: Int32Array;
  settledCount = 0;
  readonly #heap: NodeHeap;

  constructor(graph: CompiledGraph) {
    this.graph = graph;
    this.distance = new Float64Array(graph.nodeCount);
    this.via = new Int32Array(graph.nodeCount);
    this.settled = new Int32Array(graph.nodeCount);
    this.#heap = new NodeHeap(this.distance);
  }

  /**
   * Dijkstra (1959) from a node. `cost` is per arc and must be >= 0; an arc whose cost is Infinity is closed.
   * Stops early at `target` when one is given (>= 0).
   */
  from(source: number, cost: Float64Array, target = -1): void {
    const { outStart, outArcs, head } = this.graph;
    this.#run(source, cost, outStart, outArcs, head, target);
  }

  /** The same towards a node: `distance` is the cost from each node to the target. */
  to(target: number, cost: Float64Array): void {
    const { inStart, inArcs, tail } = this.graph;
    this.#run(target, cost, inStart, inArcs, tail, -1);
  }

  /** Arcs from the source of the last `from` to this node; null where there is no way. */
  pathTo(node: number): number[] | null {
    if (this.distance[node] === Infinity) return null;
    const arcs: number[] = [];
    for (let arc = this.via[node] as number; arc >= 0; arc = this.via[this.graph.tail[arc] as number] as number) {
      arcs.push(arc);
    }
    return arcs.reverse();
  }

  #run(root: number, cost: Float64Array, start: Int32Array, arcs: Int32Array, far: Int32Array, stopAt: number): void {
    const { distance, via, settled } = this;
    const heap = this.#heap;
    distance.fill(Infinity);
    via.fill(-1);
    heap.clear();
    this.settledCount = 0;
    distance[root] = 0;
    heap.update(root);
    while (heap.size > 0) {
      const node = heap.pop();
      settled[this.settledCount++] = node;
      if (node === stopAt) return;
      const base = distance[node] as number;
      const end = start[node + 1] as number;
      for (let slot = start[node] as number; slot < end; slot += 1) {
        const arc = arcs[slot] as number;
        const next = far[arc] as number;
        const reach = base + (cost[arc] as number);
        if (reach < (distance[next] as number)) {
          distance[next] = reach;
          via[next] = arc;
          heap.update(next);
        }
      }
    }
  }
}
