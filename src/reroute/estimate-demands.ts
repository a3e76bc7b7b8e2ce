import type { NetworkIndex } from '../../topology/model.ts';
import { DIRECTIONS, parseArcId } from '../core/ids.ts';
import { formatDuration, formatRatio } from '../core/units.ts';
import type { LinkState } from '../health/link-state.ts';
import { numberedPaths } from '../twin/arc-path.ts';
import { type CompiledGraph, compileGraph } from '../twin/compiled.ts';
import { buildGraph } from '../twin/graph.ts';
import { estimateMatrix, loadsOf } from '../twin/matrix/estimate.ts';
import { type RoutingMatrix, routingMatrix } from '../twin/matrix/routing-matrix.ts';
import type { DemandSet } from './plan.ts';
import type { Tunnel } from './proposal.ts';

/** Everything an estimate is made from. */
export interface EstimateView {
  readonly atMs: number;
  /** One per link, staleness applied. */
  readonly links: readonly LinkState[];
  readonly tunnels: readonly Tunnel[];
  /** When a reroute was last applied or taken back; null when none was lately. */
  readonly reroutedAtMs: number | null;
}

/** The demands, or why there are none. */
export type Estimate =
  | { readonly demands: DemandSet; readonly reason: null }
  | { readonly demands: null; readonly reason: string };

/** Loads are averages of the last interval: they show one routing only when it stood for this long. */
const SETTLED_MS = 30_000;
const LEAST_MEASURED = 0.95;
/** Half of what counters and the real split differ from any model: a closer fit would follow the noise. */
const ACCURACY = 0.005;
/** Pairs grow with the square, and no plan is made better by a hundred thousand of them. */
const MAX_ENDS = 250;
const MAX_DEMANDS = 20_000;
/** Pairs below this part of all traffic are left out: what they carry is far below what an estimate can tell. */
const FEWEST_SHARE = 1e-7;

/**
 * The traffic matrix that the measured loads tell of, on the routing as it is now: gravity by the nodes' `mass` (or
 * their attached capacity where none is given) as prior, fitted to the loads (tomogravity; see `estimateMatrix`).
 * Demands are named `<source>><target>`. Pure; seconds for some hundred nodes.
 */
export function estimateDemands(network: NetworkIndex, view: EstimateView): Estimate {
  const reason = whyNot(view);
  if (reason !== null) return { demands: null, reason };
  const graph = compileGraph(buildGraph(network.network));
  const loadBps = measuredLoads(graph, view.links);
  const mass = massesOf(network, graph);
  const ends = graph.nodeIds.map((_id, node) => node).filter((node) => (mass[node] as number) > 0);
  if (ends.length > MAX_ENDS) {
    return {
      demands: null,
      reason: `${ends.length} nodes send traffic, more than ${MAX_ENDS}: too many pairs to tell apart`,
    };
  }
  const matrix = withTunnels(graph, routingMatrix(graph, openCosts(graph, view.links), ends), view.tunnels);
  const { bps } = estimateMatrix(matrix, { mass, loadBps, accuracy: ACCURACY });
  return { demands: demandSet(graph, matrix, dropSmall(bps), loadBps, view.atMs), reason: null };
}

/** Why the loads tell no routing now; null when they do. */
export function whyNot({ atMs, links, tunnels, reroutedAtMs }: EstimateView): string | null {
  const changed = links.filter((state) => atMs - state.sinceMs < SETTLED_MS);
  if (changed.length > 0) {
    const names = changed.slice(0, 3).map(({ linkId }) => linkId);
    return `${names.join(', ')} changed state less than ${formatDuration(SETTLED_MS)} ago`;
  }
  if (reroutedAtMs !== null && atMs - reroutedAtMs < SETTLED_MS) {
    return `traffic was rerouted less than ${formatDuration(SETTLED_MS)} ago`;
  }
  const open = links.filter((state) => state.state !== 'down' && !state.adminDown);
  const arcs = open.flatMap((state) => DIRECTIONS.map((direction) => isMeasured(state, state.arcs[direction].loadBps)));
  const share = arcs.length > 0 ? arcs.filter(Boolean).length / arcs.length : 0;
  if (share < LEAST_MEASURED) {
    return `the load of ${formatRatio(share)} of the arcs is known, less than ${formatRatio(LEAST_MEASURED)}`;
  }
  const foreign = tunnels.find(({ demand, source, target }) => demand !== pairId(source, target));
  return foreign ? `a reroute of another kind of demand is in the network (${foreign.demand})` : null;
}

function isMeasured(state: LinkState, loadBps: number | null): loadBps is number {
  return state.state !== 'stale' && loadBps !== null;
}

function pairId(source: string, target: string): string {
  return `${source}>${target}`;
}

function measuredLoads(graph: CompiledGraph, links: readonly LinkState[]): Float64Array {
  const states = new Map(links.map((state) => [state.linkId, state]));
  return Float64Array.from(graph.arcIds, (id) => {
    const arc = parseArcId(id);
    const state = arc ? states.get(arc.linkId) : undefined;
    if (!arc || !state) return Number.NaN;
    const { loadBps } = state.arcs[arc.direction];
    return isMeasured(state, loadBps) && !isClosed(state) ? loadBps : Number.NaN;
  });
}

function isClosed(state: LinkState): boolean {
  return state.state === 'down' || state.adminDown;
}

function openCosts(graph: CompiledGraph, links: readonly LinkState[]): Float64Array {
  const closed = new Set(links.filter(isClosed).map(({ linkId }) => linkId));
  return Float64Array.from(graph.metric, (metric, arc) => {
    const id = parseArcId(graph.arcIds[arc] as string)?.linkId;
    return id !== undefined && closed.has(id) ? Number.POSITIVE_INFINITY : metric;
  });
}

/** `mass` of the network file where any node has one (a node without sends nothing), else attached capacity. */
function massesOf({ network, linksByNode }: NetworkIndex, graph: CompiledGraph): Float64Array {
  const isGiven = network.nodes.some(({ mass }) => mass !== null);
  const massOf = new Map(
    network.nodes.map(({ id, mass }) => {
      const attached = (linksByNode.get(id) ?? []).reduce((sum, { capacityBps }) => sum + capacityBps.az, 0);
      return [id, isGiven ? (mass ?? 0) : attached];
    }),
  );
  return Float64Array.from(graph.nodeIds, (id) => massOf.get(id) ?? 0);
}

/** The same matrix, with the rows of tunnelled pairs as their tunnels go. */
function withTunnels(graph: CompiledGraph, matrix: RoutingMatrix, tunnels: readonly Tunnel[]): RoutingMatrix {
  if (tunnels.length === 0) return matrix;
  const pathsOf = new Map(tunnels.map(({ demand, paths }) => [demand, numberedPaths(graph, paths)]));
  const start = [0];
  const arcs: number[] = [];
  const shares: number[] = [];
  matrix.pairs.forEach(({ source, target }, pair) => {
    const paths = pathsOf.get(pairId(graph.nodeIds[source] as string, graph.nodeIds[target] as string));
    const [from, to] = [matrix.start[pair] as number, matrix.start[pair + 1] as number];
    if (paths) {
      for (const path of paths) {
        arcs.push(...path.arcs);
        shares.push(...path.arcs.map(() => path.share));
      }
    } else {
      arcs.push(...matrix.arcs.subarray(from, to));
      shares.push(...matrix.shares.subarray(from, to));
    }
    start.push(arcs.length);
  });
  return { ...matrix, start: Int32Array.from(start), arcs: Int32Array.from(arcs), shares: Float64Array.from(shares) };
}

/** Whole bits of the largest pairs; the others are 0. */
function dropSmall(bps: Float64Array): Float64Array {
  const total = bps.reduce((sum, value) => sum + value, 0);
  const ranked = bps.toSorted();
  const least = Math.max(1, FEWEST_SHARE * total, ranked[bps.length - MAX_DEMANDS] ?? 0);
  return bps.map((value) => (value >= least ? Math.round(value) : 0));
}

function demandSet(
  graph: CompiledGraph,
  matrix: RoutingMatrix,
  bps: Float64Array,
  loadBps: Float64Array,
  atMs: number,
): DemandSet {
  const demands = matrix.pairs.flatMap(({ source, target }, pair) => {
    const amount = bps[pair] as number;
    if (amount === 0) return [];
    const ends = { source: graph.nodeIds[source] as string, target: graph.nodeIds[target] as string };
    return [{ id: pairId(ends.source, ends.target), ...ends, bps: amount, class: null }];
  });
  return { source: 'estimated', atMs, demands, residual: residualOf(loadsOf(matrix, bps, loadBps.length), loadBps) };
}

/** Sum of |modelled - measured| over sum of measured, where measured; 1 when nothing is. */
function residualOf(modelled: Float64Array, measured: Float64Array): number {
  let difference = 0;
  let total = 0;
  measured.forEach((bps, arc) => {
    if (Number.isNaN(bps)) return;
    difference += Math.abs((modelled[arc] as number) - bps);
    total += bps;
  });
  return total > 0 ? difference / total : 1;
}
