import { type ArcRows, BucketSearch } from './bucket-search.ts';
import type { CompiledGraph } from './compiled.ts';
import { KeyHeap } from './heap.ts';

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
  readonly #heap: KeyHeap;
  readonly #buckets: BucketSearch;
  readonly #outward: ArcRows;
  readonly #inward: ArcRows;

  constructor(graph: CompiledGraph) {
    this.graph = graph;
    this.distance = new Float64Array(graph.nodeCount);
    this.via = new Int32Array(graph.nodeCount);
    this.settled = new Int32Array(graph.nodeCount);
    this.#heap = new KeyHeap(graph.nodeCount);
    this.#buckets = new BucketSearch(graph.arcCount);
    this.#outward = { start: graph.outStart, arcs: graph.outArcs, far: graph.outHead };
    this.#inward = { start: graph.inStart, arcs: graph.inArcs, far: graph.inTail };
  }

  /**
   * Dijkstra (1959) from a node. `cost` is per arc and must be >= 0; an arc whose cost is Infinity is closed.
   * Stops early at `target` when one is given (>= 0).
   */
  from(source: number, cost: Float64Array, target = -1): void {
    this.#run(source, cost, this.#outward, target);
  }

  /** The same towards a node: `distance` is the cost from each node to the target. */
  to(target: number, cost: Float64Array): void {
    this.#run(target, cost, this.#inward, -1);
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

  #run(root: number, cost: Float64Array, rows: ArcRows, stopAt: number): void {
    this.distance.fill(Infinity);
    this.via.fill(-1);
    this.distance[root] = 0;
    this.settledCount = BucketSearch.fits(cost)
      ? this.#buckets.run(root, cost, rows, stopAt, this)
      : this.#runHeap(root, cost, rows, stopAt);
  }

  #runHeap(root: number, cost: Float64Array, rows: ArcRows, stopAt: number): number {
    const { distance, settled } = this;
    const heap = this.#heap;
    heap.clear();
    heap.push(0, root);
    let settledCount = 0;
    while (heap.size > 0) {
      const base = heap.topKey;
      const node = heap.topNode;
      // An entry that a better one has made out of date.
      if (base !== distance[node]) {
        heap.drop();
        continue;
      }
      settled[settledCount++] = node;
      if (node === stopAt) break;
      this.#relax(node, base, cost, rows);
    }
    return settledCount;
  }

  /** Goes on from the node on top of the heap, whose place the first neighbour found takes. */
  #relax(node: number, base: number, cost: Float64Array, rows: ArcRows): void {
    const { start, arcs, far } = rows;
    const { distance, via } = this;
    const heap = this.#heap;
    let isTopTaken = false;
    const end = start[node + 1] as number;
    for (let slot = start[node] as number; slot < end; slot += 1) {
      const arc = arcs[slot] as number;
      const next = far[slot] as number;
      const reach = base + (cost[arc] as number);
      if (reach < (distance[next] as number)) {
        distance[next] = reach;
        via[next] = arc;
        if (isTopTaken) heap.push(reach, next);
        else heap.replaceTop(reach, next);
        isTopTaken = true;
      }
    }
    if (!isTopTaken) heap.drop();
  }
}
