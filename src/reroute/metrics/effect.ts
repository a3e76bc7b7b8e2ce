import { namedPaths } from '../../twin/arc-path.ts';
import type { Twin } from '../../twin/twin.ts';
import type { MetricChange } from '../actuator.ts';
import { pathLatencyMs } from '../cost.ts';
import type { RoutedEnds, SharedPath } from '../engine/igp-routes.ts';
import { movedDemands } from '../engine/metrics/moved.ts';
import type { Move, Proposal } from '../proposal.ts';
import { type MetricRouting, metricsInForce, routeByMetrics } from './routing.ts';

/** What metrics do to every demand, from the network as it is now. */
export interface MetricEffect {
  readonly before: MetricRouting;
  readonly after: MetricRouting;
  /** Indices of the demands that take another way. */
  readonly moved: readonly number[];
}

/** Routes every demand with the metrics that are in force now, and with these changes made to them. */
export function effectOf(twin: Twin, open: readonly Proposal[], changes: readonly MetricChange[]): MetricEffect {
  const now = metricsInForce(open);
  const then = new Map([...now, ...changes.map(({ arc, to }) => [arc, to] as const)]);
  const [before, after] = [routeByMetrics(twin, now), routeByMetrics(twin, then)];
  return { before, after, moved: movedBetween(before, after) };
}

/**
 * The demands that a proposal moves with these metrics, those of its earlier revisions included: against what would be
 * without it.
 */
export function movesOfProposal(
  twin: Twin,
  open: readonly Proposal[],
  proposalId: string,
  metrics: readonly MetricChange[],
  utilisationLimit: number,
): Move[] {
  const { after } = effectOf(twin, open, metrics);
  const before = routeByMetrics(twin, metricsInForce(open, proposalId));
  return movesOf(twin, { before, after, moved: movedBetween(before, after) }, utilisationLimit);
}

function movedBetween(before: MetricRouting, after: MetricRouting): number[] {
  const moved = movedDemands(before.graph, before.ends, before.routes, after.routes);
  return moved.filter((index) => before.routes.reaches(before.ends[index] as RoutedEnds));
}

/** The demands that metrics move, as a proposal names them. */
function movesOf(twin: Twin, { before, after, moved }: MetricEffect, utilisationLimit: number): Move[] {
  const { graph } = after;
  const latencyOf = (paths: readonly SharedPath[]): number =>
    paths.reduce((sum, { share, arcs }) => sum + share * pathLatencyMs(graph, arcs), 0);
  return moved.map((index) => {
    const { id, source, target, bps } = twin.demands[index] as (typeof twin.demands)[number];
    const end = after.ends[index] as RoutedEnds;
    const [from, to] = [before.routes.listed(end), after.routes.listed(end)];
    const had = new Set(from.flatMap(({ arcs }) => arcs));
    const gained = to.flatMap(({ arcs }) => arcs).filter((arc) => !had.has(arc));
    const room = (arc: number): number =>
      Math.max(0, utilisationLimit * (graph.capacityBps[arc] as number) - (after.loadBps[arc] as number));
    const worst = (gained.length > 0 ? gained : to.flatMap(({ arcs }) => arcs)).reduce((least, arc) =>
      room(arc) < room(least) ? arc : least,
    );
    return {
      ...{ demand: id, source, target, bps },
      from: namedPaths(graph, from),
      to: namedPaths(graph, to),
      latencyMs: { before: latencyOf(from), after: latencyOf(to) },
      worstHeadroom: {
        arc: graph.arcIds[worst] as string,
        bps: room(worst),
        utilisation: (after.loadBps[worst] as number) / (graph.capacityBps[worst] as number),
      },
      runnersUp: [],
    };
  });
}
