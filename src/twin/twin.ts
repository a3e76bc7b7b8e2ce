import type { Demand, Network } from '../../topology/model.ts';
import type { LinkState } from '../health/link-state.ts';
import { type ArcPath, addPaths, numberedPaths, type PinnedRoute } from './arc-path.ts';
import type { CompiledGraph } from './compiled.ts';
import { addLoads, type TargetRouting } from './ecmp.ts';
import { ecmpPaths } from './equal-paths.ts';
import { hasNoMember, withPresentCapacities } from './present-capacity.ts';
import { igpCosts, type RoutingTables, routingOfNetwork } from './routing-tables.ts';
import { ShortestPaths } from './shortest-path.ts';

export interface TwinInput {
  readonly network: Network;
  /** Latest states; a link without one is taken for stale. */
  readonly states: readonly LinkState[];
  readonly demands: readonly Demand[];
  readonly tunnels: readonly PinnedRoute[];
}

/** The network as it carries its traffic now: what the IGP has closed, and every demand on its way. */
export interface Twin {
  readonly graph: CompiledGraph;
  /** IGP routing of the network over any set of open arcs. */
  readonly tables: RoutingTables;
  readonly search: ShortestPaths;
  /** A second search, for the far end. */
  readonly onward: ShortestPaths;
  /** Link id of each arc. */
  readonly linkOf: readonly string[];
  readonly states: ReadonlyMap<string, LinkState>;
  /** 1 where the IGP sends nothing: the link is down, or shut by its operator. */
  readonly closed: Uint8Array;
  /** 1 where nothing is known, or no member of an aggregate is active: keeps its load, gets no new traffic. */
  readonly stale: Uint8Array;
  /** IGP metric per arc; Infinity where closed. */
  readonly igpCost: Float64Array;
  readonly demands: readonly Demand[];
  readonly demandIndex: ReadonlyMap<string, number>;
  /** Paths of the demands (by index) that do not follow the IGP; tunnels over a closed arc have fallen back. */
  readonly pinned: ReadonlyMap<number, readonly ArcPath[]>;
  /** bit/s per arc. */
  readonly loadBps: Float64Array;
  /** Demands without a way, by index. */
  readonly lost: readonly number[];
  /** IGP routing towards a node number; computed once. */
  routing(target: number): TargetRouting;
}

/** More equal-cost paths than this are not told apart. */
const MAX_EQUAL_PATHS = 128;

/**
 * Builds the twin: link states close arcs and lower capacities, the IGP routes every demand over the rest (ECMP by metric), tunnels
 * override it. Demands whose ends the network does not have are refused by `RangeError`: files and measurements are
 * checked before they come here.
 */
export function buildTwin(input: TwinInput): Twin {
  const states = new Map(input.states.map((state) => [state.linkId, state]));
  const { graph: onFile, tables, linkOf } = routingOfNetwork(input.network);
  const graph = withPresentCapacities(onFile, input.network, states);
  const closed = Uint8Array.from(linkOf, (link) => (isClosed(states.get(link)) ? 1 : 0));
  const stale = Uint8Array.from(linkOf, (link) => (isStale(states.get(link)) ? 1 : 0));
  return routeTraffic({ graph, tables, states, linkOf, closed, stale }, input.demands, input.tunnels);
}

type TwinFrame = Pick<Twin, 'graph' | 'tables' | 'states' | 'linkOf' | 'closed' | 'stale'>;

/** The same network and traffic with other arcs closed: what if these links were back, or gone? */
export function withClosed(twin: Twin, closed: Uint8Array, tunnels: readonly PinnedRoute[]): Twin {
  return routeTraffic({ ...twin, closed }, twin.demands, tunnels);
}

function routeTraffic(frame: TwinFrame, demands: readonly Demand[], tunnels: readonly PinnedRoute[]): Twin {
  const { graph, tables, closed } = frame;
  const routing = tables.over(closed);
  const demandIndex = new Map(demands.map((demand, index) => [demand.id, index]));
  const pinned = pinnedPaths(frame, demands, demandIndex, tunnels);
  const { loadBps, lost } = loadArcs(graph, demands, pinned, routing);
  const { states, linkOf, stale } = frame;
  return {
    graph,
    tables,
    states,
    linkOf,
    closed,
    stale,
    search: new ShortestPaths(graph),
    onward: new ShortestPaths(graph),
    igpCost: igpCosts(graph, closed),
    demands,
    demandIndex,
    pinned,
    loadBps,
    lost,
    routing,
  };
}

function isClosed(state: LinkState | undefined): boolean {
  return state !== undefined && (state.state === 'down' || state.adminDown);
}

function isStale(state: LinkState | undefined): boolean {
  return state === undefined || state.state === 'stale' || hasNoMember(state);
}

/** Tunnels as arc numbers, without those that a closed or unknown arc breaks; link-local demands on their arc. */
function pinnedPaths(
  frame: TwinFrame,
  demands: readonly Demand[],
  demandIndex: ReadonlyMap<string, number>,
  tunnels: readonly PinnedRoute[],
): Map<number, ArcPath[]> {
  const pinned = new Map<number, ArcPath[]>();
  demands.forEach((demand, index) => {
    const arc = localArc(frame.graph, demand);
    if (arc !== null && !frame.closed[arc]) pinned.set(index, [{ share: 1, arcs: [arc] }]);
  });
  for (const tunnel of tunnels) {
    const index = demandIndex.get(tunnel.demand);
    const paths = index === undefined ? null : numberedPaths(frame.graph, tunnel.paths);
    if (index === undefined || paths === null) continue;
    if (paths.every((path) => path.arcs.every((arc) => !frame.closed[arc]))) pinned.set(index, paths);
  }
  return pinned;
}

/** The arc whose traffic a link-local demand is: it bears the arc's id and has its ends; null for others. */
function localArc(graph: CompiledGraph, demand: Demand): number | null {
  const arc = graph.arcIndex.get(demand.id);
  if (arc === undefined) return null;
  const { nodeIds, tail, head } = graph;
  const sameEnds = nodeIds[tail[arc] as number] === demand.source && nodeIds[head[arc] as number] === demand.target;
  return sameEnds ? arc : null;
}

function loadArcs(
  graph: CompiledGraph,
  demands: readonly Demand[],
  pinned: ReadonlyMap<number, readonly ArcPath[]>,
  routing: (target: number) => TargetRouting,
): { loadBps: Float64Array; lost: number[] } {
  const loadBps = new Float64Array(graph.arcCount);
  const lost: number[] = [];
  const inflows = new Map<number, Float64Array>();
  demands.forEach((demand, index) => {
    const paths = pinned.get(index);
    if (paths) {
      addPaths(loadBps, paths, demand.bps);
      return;
    }
    const source = nodeNumber(graph, demand.source);
    const target = nodeNumber(graph, demand.target);
    if (source === target) return;
    if (routing(target).distance[source] === Infinity) lost.push(index);
    else inflowTo(inflows, target, graph.nodeCount)[source] = (inflows.get(target)?.[source] ?? 0) + demand.bps;
  });
  for (const [target, inflow] of inflows) addLoads(routing(target), graph, inflow, loadBps);
  return { loadBps, lost };
}

function inflowTo(inflows: Map<number, Float64Array>, target: number, nodeCount: number): Float64Array {
  const inflow = inflows.get(target) ?? new Float64Array(nodeCount);
  inflows.set(target, inflow);
  return inflow;
}

export function nodeNumber(graph: CompiledGraph, id: string): number {
  const node = graph.nodeIndex.get(id);
  if (node === undefined) throw new RangeError(`the network has no node ${id}`);
  return node;
}

/** Where a demand (by index) goes now; empty when it is lost. */
export function currentPaths(twin: Twin, index: number): readonly ArcPath[] {
  return twin.pinned.get(index) ?? igpPaths(twin, index);
}

/** Where the IGP would take a demand if no tunnel did. */
export function igpPaths(twin: Twin, index: number): readonly ArcPath[] {
  const { graph } = twin;
  const demand = twin.demands[index] as Demand;
  const own = localArc(graph, demand);
  if (own !== null && !twin.closed[own]) return [{ share: 1, arcs: [own] }];
  const routing = twin.routing(nodeNumber(graph, demand.target));
  return ecmpPaths(routing, graph, nodeNumber(graph, demand.source), MAX_EQUAL_PATHS);
}
