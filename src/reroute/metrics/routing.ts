import { namedPaths } from '../../twin/arc-path.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import { nodeNumber, type Twin } from '../../twin/twin.ts';
import { IgpRoutes, type RoutedEnds } from '../engine/igp-routes.ts';
import { movedDemands } from '../engine/metrics/moved.ts';
import type { Proposal, Tunnel } from '../proposal.ts';
import { presentMetrics } from './present.ts';

/** Where the IGP takes all traffic under metrics; arcs that are closed are not used. */
export interface MetricRouting {
  /** The graph with these metrics. */
  readonly graph: CompiledGraph;
  readonly ends: readonly RoutedEnds[];
  readonly routes: IgpRoutes;
  /** bit/s per arc. */
  readonly loadBps: Float64Array;
}

/** The routing of all demands of a twin, tunnels left aside, where arcs have these metrics instead of the file's. */
export function routeByMetrics(twin: Twin, metrics: ReadonlyMap<string, number>): MetricRouting {
  const metric = twin.graph.metric.slice();
  for (const [id, to] of metrics) {
    const arc = twin.graph.arcIndex.get(id);
    if (arc !== undefined) metric[arc] = to;
  }
  const graph = { ...twin.graph, metric };
  const routes = new IgpRoutes(
    graph,
    metric.map((cost, arc) => (twin.closed[arc] ? Infinity : cost)),
  );
  const ends = twin.demands.map(({ source, target, bps }) => ({
    source: nodeNumber(graph, source),
    target: nodeNumber(graph, target),
    bps,
  }));
  return { graph, ends, routes, loadBps: routes.loads(ends) };
}

/** The metrics of open proposals that are in the network now, by arc; `except` leaves one proposal's out. */
export function metricsInForce(open: readonly Proposal[], except: string | null = null): Map<string, number> {
  return new Map([...presentMetrics(open, except)].map(([arc, { to }]) => [arc, to]));
}

/**
 * The demands that the metrics in force take another way than the network file's would, as tunnels: by them plans know
 * where traffic goes. Computed anew for each look, as a link that fails moves this traffic too. A demand is counted to
 * the latest change that was to move it. `twin` is without tunnels.
 */
export function metricTunnels(twin: Twin, open: readonly Proposal[]): Tunnel[] {
  const present = metricsInForce(open);
  if (present.size === 0) return [];
  const [file, now] = [routeByMetrics(twin, new Map()), routeByMetrics(twin, present)];
  const owners = [...new Set([...presentMetrics(open).values()].map(({ proposalId }) => proposalId))];
  const newest = open
    .filter(({ id }) => owners.includes(id))
    .sort((x, y) => (y.execution?.startedAtMs ?? 0) - (x.execution?.startedAtMs ?? 0) || (x.id < y.id ? -1 : 1));
  const ownerOf = new Map<string, string>();
  for (const { id, moves } of newest.toReversed()) for (const { demand } of moves) ownerOf.set(demand, id);
  return movedDemands(file.graph, file.ends, file.routes, now.routes).flatMap((index) => {
    const demand = twin.demands[index] as (typeof twin.demands)[number];
    const end = now.ends[index] as RoutedEnds;
    // The load of a link is measured where it is; it goes nowhere else in the model.
    if (twin.graph.arcIndex.has(demand.id) || !now.routes.reaches(end)) return [];
    const paths = namedPaths(now.graph, now.routes.listed(end));
    const proposalId = ownerOf.get(demand.id) ?? newest[0]?.id ?? '';
    return [{ demand: demand.id, source: demand.source, target: demand.target, paths, proposalId }];
  });
}
