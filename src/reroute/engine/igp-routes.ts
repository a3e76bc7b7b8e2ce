import type { CompiledGraph } from '../../twin/compiled.ts';
import { addLoads, routeTo, type TargetRouting } from '../../twin/ecmp.ts';
import { countPaths, ecmpPaths } from '../../twin/equal-paths.ts';
import { ShortestPaths } from '../../twin/shortest-path.ts';
import type { Footprint } from './flow.ts';

/** More equal-cost paths than this are not listed one by one, but as the fewest that carry the same. */
const MAX_LISTED = 16;
const CRUMB = 1e-12;

export interface RoutedEnds {
  readonly source: number;
  readonly target: number;
  readonly bps: number;
}

export interface SharedPath {
  readonly share: number;
  readonly arcs: readonly number[];
}

/** Where the IGP takes each demand over given costs; routings towards a target are computed when first needed. */
export class IgpRoutes {
  readonly #graph: CompiledGraph;
  readonly #cost: Float64Array;
  readonly #paths: ShortestPaths;
  readonly #known = new Map<number, TargetRouting>();
  readonly #rank = new Map<number, Int32Array>();
  readonly #counts = new Map<number, Float64Array>();
  #grouped: {
    readonly demands: readonly RoutedEnds[];
    readonly groups: ReadonlyMap<number, readonly number[]>;
  } | null = null;
  /** Traffic that has come to a node and not yet left it; 0 between calls. */
  readonly #pending: Float64Array;

  constructor(graph: CompiledGraph, cost: Float64Array) {
    this.#graph = graph;
    this.#cost = cost;
    this.#paths = new ShortestPaths(graph);
    this.#pending = new Float64Array(graph.nodeCount);
  }

  towards(target: number): TargetRouting {
    const known = this.#known.get(target);
    if (known) return known;
    const routed = routeTo(this.#paths, target, this.#cost);
    this.#known.set(target, routed);
    return routed;
  }

  reaches({ source, target }: RoutedEnds): boolean {
    return this.towards(target).distance[source] !== Infinity;
  }

  /** Load per arc of all demands that arrive, bit/s. */
  loads(demands: readonly RoutedEnds[]): Float64Array {
    const loadBps = new Float64Array(this.#graph.arcCount);
    const inflow = new Float64Array(this.#graph.nodeCount);
    for (const [target, members] of this.#byTarget(demands)) {
      const routing = this.towards(target);
      for (const index of members) {
        const { source, bps } = demands[index] as RoutedEnds;
        if (routing.distance[source] !== Infinity) inflow[source] = (inflow[source] as number) + bps;
      }
      addLoads(routing, this.#graph, inflow, loadBps);
    }
    return loadBps;
  }

  /** Indices of the demands of which some part crosses a marked arc. */
  crossing(demands: readonly RoutedEnds[], marked: Uint8Array): number[] {
    const found: number[] = [];
    for (const [target, members] of this.#byTarget(demands)) {
      const nodes = this.#crossingNodes(target, marked);
      for (const index of members) if (nodes[(demands[index] as RoutedEnds).source]) found.push(index);
    }
    return found.sort((x, y) => x - y);
  }

  /** What one unit of the demand puts on each arc. */
  footprint(demand: RoutedEnds): Footprint {
    const { nextArcs, nextStart } = this.towards(demand.target);
    const { head } = this.#graph;
    const arcs: number[] = [];
    for (let node = demand.source; node !== demand.target; ) {
      const start = nextStart[node] as number;
      if ((nextStart[node + 1] as number) !== start + 1) return this.#spread(demand);
      const arc = nextArcs[start] as number;
      arcs.push(arc);
      node = head[arc] as number;
    }
    return { arcs, shares: null };
  }

  /** The same where traffic is split on its way: nodes from far to near, so that all that comes in is known. */
  #spread({ source, target }: RoutedEnds): Footprint {
    const { nextArcs, nextStart, order } = this.towards(target);
    const { head } = this.#graph;
    const pending = this.#pending;
    const arcs: number[] = [];
    const shares: number[] = [];
    pending[source] = 1;
    for (let at = this.#ranks(target)[source] as number; order[at] !== target; at += 1) {
      const node = order[at] as number;
      const flow = pending[node] as number;
      if (flow === 0) continue;
      pending[node] = 0;
      const start = nextStart[node] as number;
      const end = nextStart[node + 1] as number;
      for (let slot = start; slot < end; slot += 1) {
        const arc = nextArcs[slot] as number;
        arcs.push(arc);
        shares.push(flow / (end - start));
        pending[head[arc] as number] = (pending[head[arc] as number] as number) + flow / (end - start);
      }
    }
    pending[target] = 0;
    return { arcs, shares };
  }

  /** Its paths with their shares. */
  listed(demand: RoutedEnds): readonly SharedPath[] {
    const { source, target } = demand;
    const count = this.#pathCounts(target)[source] as number;
    if (count === 1) return [{ share: 1, arcs: this.footprint(demand).arcs }];
    if (count > MAX_LISTED) return decompose(this.#graph, demand, this.footprint(demand));
    return ecmpPaths(this.towards(target), this.#graph, source, MAX_LISTED);
  }

  /** The last grouping is kept: loads and crossings are asked for the same demands. */
  #byTarget(demands: readonly RoutedEnds[]): ReadonlyMap<number, readonly number[]> {
    if (this.#grouped?.demands !== demands) this.#grouped = { demands, groups: byTarget(demands) };
    return this.#grouped.groups;
  }

  /** Place of each node in the order from far to near. */
  #ranks(target: number): Int32Array {
    const known = this.#rank.get(target);
    if (known) return known;
    const rank = new Int32Array(this.#graph.nodeCount);
    this.towards(target).order.forEach((node, at) => {
      rank[node] = at;
    });
    this.#rank.set(target, rank);
    return rank;
  }

  #pathCounts(target: number): Float64Array {
    const known = this.#counts.get(target);
    if (known) return known;
    const counts = countPaths(this.towards(target), this.#graph, MAX_LISTED + 1);
    this.#counts.set(target, counts);
    return counts;
  }

  #crossingNodes(target: number, marked: Uint8Array): Uint8Array {
    const { order, nextArcs, nextStart } = this.towards(target);
    const nodes = new Uint8Array(this.#graph.nodeCount);
    for (let at = order.length - 1; at >= 0; at -= 1) {
      const node = order[at] as number;
      const end = nextStart[node + 1] as number;
      for (let slot = nextStart[node] as number; slot < end; slot += 1) {
        const arc = nextArcs[slot] as number;
        if (marked[arc] || nodes[this.#graph.head[arc] as number]) nodes[node] = 1;
      }
    }
    return nodes;
  }
}

/** Paths that together put the same on every arc: each takes the thinnest arc's share along (Ford, Fulkerson 1962). */
export function decompose(graph: CompiledGraph, ends: RoutedEnds, { arcs, shares }: Footprint): SharedPath[] {
  const left = shares ? [...shares] : arcs.map(() => 1);
  const outOf = slotsByTail(graph, arcs);
  const paths: SharedPath[] = [];
  let total = 0;
  for (;;) {
    const slots = fattest(graph, ends, arcs, outOf, left);
    if (slots === null) break;
    let share = 1;
    for (const slot of slots) share = Math.min(share, left[slot] as number);
    for (const slot of slots) left[slot] = (left[slot] as number) - share;
    paths.push({ share, arcs: slots.map((slot) => arcs[slot] as number) });
    total += share;
  }
  return paths.map((path) => ({ share: path.share / total, arcs: path.arcs }));
}

/** Places in the list of the arcs that leave a node. */
function slotsByTail(graph: CompiledGraph, arcs: readonly number[]): Map<number, number[]> {
  const outOf = new Map<number, number[]>();
  for (let slot = 0; slot < arcs.length; slot += 1) {
    const tail = graph.tail[arcs[slot] as number] as number;
    const slots = outOf.get(tail);
    if (slots) slots.push(slot);
    else outOf.set(tail, [slot]);
  }
  return outOf;
}

/** From node to node by the arc with most left on it; null where nothing is left. */
function fattest(
  graph: CompiledGraph,
  { source, target }: RoutedEnds,
  arcs: readonly number[],
  outOf: ReadonlyMap<number, readonly number[]>,
  left: readonly number[],
): number[] | null {
  const way: number[] = [];
  for (let node = source; node !== target; ) {
    let most = -1;
    for (const slot of outOf.get(node) ?? []) {
      if (most < 0 || (left[slot] as number) > (left[most] as number)) most = slot;
    }
    if (most < 0 || (left[most] as number) <= CRUMB) return null;
    way.push(most);
    node = graph.head[arcs[most] as number] as number;
  }
  return way;
}

function byTarget(demands: readonly RoutedEnds[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  demands.forEach(({ target }, index) => {
    const list = groups.get(target);
    if (list) list.push(index);
    else groups.set(target, [index]);
  });
  return groups;
}
