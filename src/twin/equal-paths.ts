import type { CompiledGraph } from './compiled.ts';
import type { TargetRouting } from './ecmp.ts';

/** A path with the part (0..1) of a node's traffic that takes it. */
export interface EqualPath {
  readonly share: number;
  readonly arcs: number[];
}

const ROUNDING = 1e-12;

/** The paths that ECMP gives from a node, with their shares; at most `limit`, shares then scaled to sum to 1. */
export function ecmpPaths(routing: TargetRouting, graph: CompiledGraph, source: number, limit: number): EqualPath[] {
  const paths: EqualPath[] = [];
  if (routing.distance[source] === Infinity || source === routing.target) return paths;
  const walk = new PathWalk(routing, graph, source);
  // Bounded: a grid has exponentially many equal-cost paths.
  for (let path = walk.next(); path && paths.length < limit; path = walk.next()) paths.push(path);
  const total = paths.reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(total - 1) < ROUNDING) return paths;
  return paths.map(({ share, arcs }) => ({ share: share / total, arcs }));
}

/** Number of equal-cost paths from each node to the target, `most` where there are as many or more. */
export function countPaths(
  { target, order, nextStart, nextArcs }: TargetRouting,
  { head, nodeCount }: CompiledGraph,
  most: number,
): Float64Array {
  const counts = new Float64Array(nodeCount);
  counts[target] = 1;
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const node = order[at] as number;
    let sum = counts[node] as number;
    const end = nextStart[node + 1] as number;
    for (let slot = nextStart[node] as number; slot < end; slot += 1) {
      sum += counts[head[nextArcs[slot] as number] as number] as number;
    }
    counts[node] = Math.min(most, sum);
  }
  return counts;
}

/** Depth first along one way that grows and shrinks. No recursion: a way may be as long as the network has nodes. */
class PathWalk {
  readonly #routing: TargetRouting;
  readonly #graph: CompiledGraph;
  readonly #way: number[] = [];
  /** Per node of the way: its part of the traffic, and the last slot of its next hops that was taken. */
  readonly #shares: number[] = [];
  readonly #slots: number[] = [];
  #node: number;

  constructor(routing: TargetRouting, graph: CompiledGraph, source: number) {
    this.#routing = routing;
    this.#graph = graph;
    this.#node = source;
    this.#enter(source, 1);
  }

  next(): EqualPath | null {
    const { target, nextArcs, nextStart } = this.#routing;
    while (this.#slots.length > 0) {
      const depth = this.#slots.length - 1;
      const start = nextStart[this.#node] as number;
      const slot = (this.#slots[depth] as number) - 1;
      if (slot < start) {
        this.#leave();
        continue;
      }
      this.#slots[depth] = slot;
      const arc = nextArcs[slot] as number;
      const share = (this.#shares[depth] as number) / ((nextStart[this.#node + 1] as number) - start);
      const node = this.#graph.head[arc] as number;
      if (node === target) return { share, arcs: [...this.#way, arc] };
      this.#way.push(arc);
      this.#enter(node, share);
    }
    return null;
  }

  #enter(node: number, share: number): void {
    this.#node = node;
    this.#shares.push(share);
    this.#slots.push(this.#routing.nextStart[node + 1] as number);
  }

  #leave(): void {
    this.#slots.pop();
    this.#shares.pop();
    const arc = this.#way.pop();
    if (arc !== undefined) this.#node = this.#graph.tail[arc] as number;
  }
}
