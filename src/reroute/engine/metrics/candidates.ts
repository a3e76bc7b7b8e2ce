import type { TargetTree } from '../../../twin/target-tree.ts';
import type { MetricSetting, MetricState } from './metric-state.ts';

/** Metrics that routers take (OSPF, RFC 2328: 16 bits). */
export const HIGHEST_METRIC = 65_535;
const LOWEST_METRIC = 1;

/** Other ways off an arc: at a node upstream, the next best arc and by how much it is longer. */
interface WayOff {
  readonly arc: number;
  /** What the hot arc's metric has to grow by, or this arc's to fall by, for an equal split. */
  readonly slack: number;
  /** bit/s that this would concern. */
  readonly bps: number;
}

const RAISES = 8;
const LOWERED = 5;

/**
 * Changes of one metric that take traffic off an arc: its own metric raised by just so much that the next part of the
 * traffic is shared with, or moved to, the next best way; the first arc of such a way lowered to the same effect; or
 * the arc put out of use.
 */
export function candidatesFor(state: MetricState, hot: number): MetricSetting[] {
  const ways = waysOff(state, hot);
  const metric = state.cost[hot] as number;
  const found = new Map<string, MetricSetting>();
  const add = (arc: number, value: number): void => {
    const to = Math.max(LOWEST_METRIC, Math.min(HIGHEST_METRIC, value));
    if (to !== state.cost[arc] && state.cost[arc] !== Infinity) found.set(`${arc}:${to}`, { arc, to });
  };
  for (const slack of quantiles(ways, RAISES)) {
    add(hot, Math.floor(metric + slack));
    add(hot, Math.floor(metric + slack) + 1);
  }
  if (metric < HIGHEST_METRIC && ways.length > 0) add(hot, HIGHEST_METRIC);
  for (const { arc, slack } of widest(ways, LOWERED)) {
    const own = state.cost[arc] as number;
    if (own - slack >= LOWEST_METRIC) add(arc, Math.ceil(own - slack));
    if (own - slack - 1 >= LOWEST_METRIC) add(arc, Math.ceil(own - slack) - 1);
  }
  return [...found.values()];
}

function waysOff(state: MetricState, hot: number): WayOff[] {
  const ways: WayOff[] = [];
  for (const tree of state.trees) {
    const tail = state.graph.tail[hot] as number;
    if (tree.isNext[hot] === 1 && (tree.flowBps[tail] as number) > 0) collectWays(tree, hot, ways);
  }
  return ways;
}

/** Looks at every node whose traffic to this target crosses the arc. */
function collectWays(tree: TargetTree, hot: number, into: WayOff[]): void {
  const { distance, flowBps } = tree;
  const upstream = upstreamOf(tree, hot);
  const { away, exit } = waysAround(tree, hot, upstream);
  for (const node of upstream) {
    const slack = (away[node] as number) - (distance[node] as number);
    // Where ways tie, rounding must not make one shorter than the shortest.
    if (slack < Infinity)
      into.push({ arc: exit[node] as number, slack: Math.max(0, slack), bps: flowBps[node] as number });
  }
}

/** Nodes of which some traffic to this target crosses the arc, its tail first. */
function upstreamOf({ graph, flowBps, isNext }: TargetTree, hot: number): Set<number> {
  const upstream = new Set([graph.tail[hot] as number]);
  // A set hands out what is added while it is walked.
  for (const node of upstream) {
    const end = graph.inStart[node + 1] as number;
    for (let slot = graph.inStart[node] as number; slot < end; slot += 1) {
      const from = graph.inTail[slot] as number;
      if (isNext[graph.inArcs[slot] as number] === 1 && (flowBps[from] as number) > 0) upstream.add(from);
    }
  }
  return upstream;
}

/**
 * The shortest ways of these nodes to the target without the hot arc: their lengths, and the arc of each that leaves
 * these nodes. All others keep their distance, which does not depend on the hot arc. A node that splits between the hot
 * arc and another way of the same length is itself a way around for the nodes before it.
 */
function waysAround(
  { graph, cost, distance }: TargetTree,
  hot: number,
  nodes: ReadonlySet<number>,
): { away: Float64Array; exit: Int32Array } {
  const away = new Float64Array(graph.nodeCount).fill(Infinity);
  const exit = new Int32Array(graph.nodeCount).fill(-1);
  const waiting: number[] = [];
  const offer = (node: number, over: number, length: number): void => {
    if (length >= (away[node] as number)) return;
    away[node] = length;
    exit[node] = over;
    waiting.push(node);
  };
  for (const node of nodes) {
    const end = graph.outStart[node + 1] as number;
    for (let slot = graph.outStart[node] as number; slot < end; slot += 1) {
      const [arc, head] = [graph.outArcs[slot] as number, graph.outHead[slot] as number];
      if (arc !== hot && !nodes.has(head)) offer(node, arc, (cost[arc] as number) + (distance[head] as number));
    }
  }
  // A list hands out what is added while it is walked.
  for (const node of waiting) {
    const end = graph.inStart[node + 1] as number;
    for (let slot = graph.inStart[node] as number; slot < end; slot += 1) {
      const [arc, from] = [graph.inArcs[slot] as number, graph.inTail[slot] as number];
      if (arc !== hot && nodes.has(from)) {
        offer(from, exit[node] as number, (cost[arc] as number) + (away[node] as number));
      }
    }
  }
  return { away, exit };
}

/** Slacks at which equal parts of the traffic follow, ascending. */
function quantiles(ways: readonly WayOff[], count: number): number[] {
  const sorted = ways.toSorted((x, y) => x.slack - y.slack);
  const total = sorted.reduce((sum, { bps }) => sum + bps, 0);
  const slacks = new Set<number>();
  let passed = 0;
  let next = 0;
  for (const { slack, bps } of sorted) {
    passed += bps;
    if (passed < (next / count) * total) continue;
    slacks.add(slack);
    next = Math.floor((passed / total) * count) + 1;
  }
  return [...slacks];
}

/** The arcs over which most traffic would leave, each with its least slack. */
function widest(ways: readonly WayOff[], count: number): WayOff[] {
  const byArc = new Map<number, WayOff>();
  for (const way of ways) {
    const known = byArc.get(way.arc);
    const slack = Math.min(known?.slack ?? Infinity, way.slack);
    byArc.set(way.arc, { arc: way.arc, slack, bps: (known?.bps ?? 0) + way.bps });
  }
  return [...byArc.values()].sort((x, y) => y.bps - x.bps || x.arc - y.arc).slice(0, count);
}
