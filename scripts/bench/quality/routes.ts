import type { CompiledGraph } from '../../../src/twin/compiled.ts';
import { addLoads, routeTo, type TargetRouting } from '../../../src/twin/ecmp.ts';
import { type EqualPath, ecmpPaths } from '../../../src/twin/equal-paths.ts';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import type { Demand } from '../../../topology/model.ts';

/** More equal-cost paths than this are not listed one by one. */
const MAX_EQUAL_PATHS = 128;
/** A rest of a demand (0..1) that is but rounding. */
const NOTHING = 1e-9;

/** A demand by node numbers. */
export interface Ends {
  readonly source: number;
  readonly target: number;
  readonly bps: number;
}

export function endsOf(graph: CompiledGraph, demands: readonly Demand[]): Ends[] {
  return demands.map(({ source, target, bps }) => ({
    source: graph.nodeIndex.get(source) as number,
    target: graph.nodeIndex.get(target) as number,
    bps,
  }));
}

/** The IGP on the surviving network, by the twin's routing and not by the planner's. */
export class IgpNetwork {
  readonly graph: CompiledGraph;
  readonly alive: Uint8Array;
  readonly #paths: ShortestPaths;
  readonly #cost: Float64Array;
  readonly #routings = new Map<number, TargetRouting>();

  constructor(graph: CompiledGraph, alive: Uint8Array, metric: Float64Array = graph.metric) {
    this.graph = graph;
    this.alive = alive;
    this.#paths = new ShortestPaths(graph);
    this.#cost = metric.map((cost, arc) => (alive[arc] ? cost : Infinity));
  }

  to(target: number): TargetRouting {
    const routing = this.#routings.get(target) ?? routeTo(this.#paths, target, this.#cost);
    this.#routings.set(target, routing);
    return routing;
  }

  reaches({ source, target }: Ends): boolean {
    return this.to(target).distance[source] !== Infinity;
  }

  /** Loads (bit/s per arc) of those demands, and what of them is lost. */
  loads(demands: Iterable<Ends>): { loadBps: Float64Array; lostBps: number } {
    const inflow = new Map<number, Float64Array>();
    for (const { source, target, bps } of demands) {
      const into = inflow.get(target) ?? new Float64Array(this.graph.nodeCount);
      into[source] = (into[source] as number) + bps;
      inflow.set(target, into);
    }
    const loadBps = new Float64Array(this.graph.arcCount);
    let lostBps = 0;
    for (const [target, into] of inflow) lostBps += addLoads(this.to(target), this.graph, into, loadBps);
    return { loadBps, lostBps };
  }

  /** Positions of the demands of which some part crosses a marked arc. */
  crossing(demands: readonly Ends[], marked: Uint8Array): number[] {
    const touched = new Map<number, Uint8Array>();
    return [...demands.keys()].filter((at) => {
      const { source, target } = demands[at] as Ends;
      const nodes = touched.get(target) ?? this.#touched(target, marked);
      touched.set(target, nodes);
      return nodes[source] === 1;
    });
  }

  /** The paths of a demand with their shares; where there are very many, fewer that load every arc the same. */
  paths(ends: Ends): EqualPath[] {
    const listed = ecmpPaths(this.to(ends.target), this.graph, ends.source, MAX_EQUAL_PATHS + 1);
    return listed.length <= MAX_EQUAL_PATHS ? listed : this.#fewerPaths(ends);
  }

  /** Takes off one path after another, each as wide as it goes: every one empties an arc. */
  #fewerPaths({ source, target }: Ends): EqualPath[] {
    const left = this.loads([{ source, target, bps: 1 }]).loadBps;
    const found: EqualPath[] = [];
    for (let rest = 1; rest > NOTHING; ) {
      const arcs = this.#widest(source, target, left);
      const share = Math.min(rest, ...arcs.map((arc) => left[arc] as number));
      for (const arc of arcs) left[arc] = (left[arc] as number) - share;
      found.push({ share, arcs });
      rest -= share;
      if (share <= 0) break;
    }
    const total = found.reduce((sum, { share }) => sum + share, 0);
    return found.filter(({ share }) => share > 0).map(({ share, arcs }) => ({ share: share / total, arcs }));
  }

  /** From each node over the next arc that has most left. */
  #widest(source: number, target: number, left: Float64Array): number[] {
    const { nextStart, nextArcs } = this.to(target);
    const arcs: number[] = [];
    for (let node = source; node !== target; node = this.graph.head[arcs.at(-1) as number] as number) {
      const next = nextArcs.subarray(nextStart[node] as number, nextStart[node + 1] as number);
      arcs.push(next.reduce((most, arc) => ((left[arc] as number) > (left[most] as number) ? arc : most)));
    }
    return arcs;
  }

  /** Nodes whose traffic to the target crosses a marked arc. */
  #touched(target: number, marked: Uint8Array): Uint8Array {
    const { order, nextStart, nextArcs } = this.to(target);
    const nodes = new Uint8Array(this.graph.nodeCount);
    for (let at = order.length - 1; at >= 0; at -= 1) {
      const node = order[at] as number;
      for (let slot = nextStart[node] as number; slot < (nextStart[node + 1] as number); slot += 1) {
        const arc = nextArcs[slot] as number;
        if (marked[arc] || nodes[this.graph.head[arc] as number]) nodes[node] = 1;
      }
    }
    return nodes;
  }
}
