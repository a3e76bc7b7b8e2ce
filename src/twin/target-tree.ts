import type { CompiledGraph } from './compiled.ts';
import { isNextHop, type TargetRouting } from './ecmp.ts';
import type { ShortestPaths } from './shortest-path.ts';

/** Traffic to one target: node numbers and bit/s. */
export interface TargetTraffic {
  readonly target: number;
  readonly sources: Int32Array;
  readonly bps: Float64Array;
}

/**
 * IGP routing and traffic towards one target, in a form that can be repaired in place: labels and a shortest-path
 * tree per node, and per arc whether it is a next hop (ECMP).
 */
export class TargetTree {
  readonly graph: CompiledGraph;
  /** IGP cost per arc, shared by all trees of a network; Infinity where closed. Change it only with a repair. */
  readonly cost: Float64Array;
  target = -1;
  /** Cost to the target; Infinity where it cannot be reached. */
  readonly distance: Float64Array;
  /** One of the next hops, so that together they form a tree; -1 at the target and where there is no way. */
  readonly via: Int32Array;
  /** 1 where the arc is a next hop of its tail. */
  readonly isNext: Uint8Array;
  /** Number of next hops per node. */
  readonly nextCount: Int32Array;
  /** bit/s to the target that come through a node, its own included. */
  readonly flowBps: Float64Array;

  constructor(graph: CompiledGraph, cost: Float64Array) {
    this.graph = graph;
    this.cost = cost;
    this.distance = new Float64Array(graph.nodeCount);
    this.via = new Int32Array(graph.nodeCount);
    this.isNext = new Uint8Array(graph.arcCount);
    this.nextCount = new Int32Array(graph.nodeCount);
    this.flowBps = new Float64Array(graph.nodeCount);
  }

  /** Routes from scratch. Adds what the traffic puts on the arcs to `loadBps`; returns the traffic without a way. */
  build(search: ShortestPaths, traffic: TargetTraffic, loadBps: Float64Array): number {
    this.target = traffic.target;
    search.to(traffic.target, this.cost);
    this.distance.set(search.distance);
    this.via.set(search.via);
    this.#findNextHops();
    this.flowBps.fill(0);
    for (const [at, source] of traffic.sources.entries()) {
      this.flowBps[source] = (this.flowBps[source] as number) + (traffic.bps[at] as number);
    }
    for (let at = search.settledCount - 1; at > 0; at -= 1) this.#pass(search.settled[at] as number, loadBps);
    return this.#lostBps();
  }

  /** The same as `routeTo` gives: a copy, which later repairs leave alone. */
  routing(): TargetRouting {
    const { graph, distance, isNext, nextCount } = this;
    const nextStart = new Int32Array(graph.nodeCount + 1);
    for (let node = 0; node < graph.nodeCount; node += 1) {
      nextStart[node + 1] = (nextStart[node] as number) + (nextCount[node] as number);
    }
    const nextArcs = graph.outArcs.filter((arc) => isNext[arc] === 1);
    const reached = Int32Array.from(distance.keys()).filter((node) => distance[node] !== Infinity);
    const order = reached.sort((one, other) => (distance[other] as number) - (distance[one] as number));
    return { target: this.target, distance: distance.slice(), order, nextStart, nextArcs };
  }

  #findNextHops(): void {
    const { graph, distance, cost, isNext, nextCount } = this;
    nextCount.fill(0);
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const tail = graph.tail[arc] as number;
      const isUsed = isNextHop(
        distance[tail] as number,
        cost[arc] as number,
        distance[graph.head[arc] as number] as number,
      );
      isNext[arc] = isUsed ? 1 : 0;
      if (isUsed) nextCount[tail] = (nextCount[tail] as number) + 1;
    }
  }

  /** Hands a node's traffic on to its next hops; all that comes to it must have arrived. */
  #pass(node: number, loadBps: Float64Array): void {
    const { graph, isNext, flowBps } = this;
    const share = (flowBps[node] as number) / (this.nextCount[node] as number);
    if (!(share > 0)) return;
    const end = graph.outStart[node + 1] as number;
    for (let slot = graph.outStart[node] as number; slot < end; slot += 1) {
      const arc = graph.outArcs[slot] as number;
      if (isNext[arc] === 0) continue;
      const next = graph.outHead[slot] as number;
      loadBps[arc] = (loadBps[arc] as number) + share;
      flowBps[next] = (flowBps[next] as number) + share;
    }
  }

  #lostBps(): number {
    let lostBps = 0;
    for (let node = 0; node < this.graph.nodeCount; node += 1) {
      if (this.nextCount[node] === 0 && node !== this.target) lostBps += this.flowBps[node] as number;
    }
    return lostBps;
  }
}
