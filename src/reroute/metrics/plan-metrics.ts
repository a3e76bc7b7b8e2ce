import { DetourError } from '../../core/errors.ts';
import { formatRatio } from '../../core/units.ts';
import type { Twin } from '../../twin/twin.ts';
import type { MetricChange } from '../actuator.ts';
import { describeMetricDeadlock, describeMetricOffer, planByMetrics } from '../engine/metrics/index.ts';
import { easyMluOf } from '../live-scenario.ts';
import type { LiveView } from '../live-view.ts';
import type { Move, Proposal } from '../proposal.ts';
import { effectOf, type MetricEffect, movesOfProposal } from './effect.ts';
import { metricsInForce, routeByMetrics } from './routing.ts';

/** The highest cost that OSPF has for an interface (RFC 2328, appendix C.3): used only where there is no other way. */
export const MAX_METRIC = 65_535;
/** Loads that differ by less (relative) are the same. */
const EQUAL = 1e-9;

export interface MetricRealisation {
  /** One after another. */
  readonly metrics: readonly MetricChange[];
  readonly orderDeadlock: NonNullable<Proposal['orderDeadlock']> | null;
  readonly moves: readonly Move[];
}

type Live = Pick<LiveView, 'board' | 'condition' | 'limits'>;

/**
 * A proposal as metric changes, from the network as it is now with all metrics that are in force. A link that traffic
 * has to leave gets the highest cost at both ends; where that would fill an arc, and for an overload, metrics are
 * searched that split or move traffic. What they do to every demand is computed. Throws UNREALISABLE where no metrics
 * help, or where they would bring an arc above the limit.
 */
export function planMetrics(view: Live, open: readonly Proposal[], proposal: Proposal): MetricRealisation {
  const { twin } = view.board;
  // A link's own load as a demand says what has to go round it, but not what else could.
  if (proposal.cause.kind === 'overload' && twin.demands.some(({ id }) => twin.graph.arcIndex.has(id)))
    throw unrealisable(proposal, 'nothing is known of where the traffic on the links comes from and goes to');
  const costedOut = proposal.cause.kind === 'unhealthy' ? costOutMetrics(view, open, proposal) : [];
  const simple = costedOut.length > 0 ? effectOf(twin, open, costedOut) : null;
  if (simple && objectionTo(view, simple) === null)
    return { metrics: costedOut, orderDeadlock: null, moves: movesBy(view, open, proposal, costedOut) };
  return searchMetrics(view, open, proposal);
}

/** A proposal realised by metrics, its moves as they make them; where none help it says so, and cannot be applied. */
export function withMetrics(view: Live, open: readonly Proposal[], proposal: Proposal): Proposal {
  const { metrics: _metrics, ...asPaths } = proposal;
  try {
    const { metrics, moves, orderDeadlock } = planMetrics(view, open, proposal);
    return { ...asPaths, moves: [...moves], metrics: [...metrics], steps: [], orderDeadlock };
  } catch (error) {
    if (error instanceof DetourError && error.code === 'DETOUR_ERR_UNREALISABLE')
      return { ...asPaths, heldBack: error.message };
    throw error;
  }
}

/** Both ends of the links that traffic has to leave, as far as they do not have the highest cost already. */
function costOutMetrics({ board }: Live, open: readonly Proposal[], { cause }: Proposal): MetricChange[] {
  const { graph, linkOf, closed } = board.twin;
  const now = metricsInForce(open);
  return graph.arcIds.flatMap((arc, index) => {
    if (closed[index] || !cause.links.includes(linkOf[index] as string)) return [];
    const from = now.get(arc) ?? (graph.metric[index] as number);
    return from === MAX_METRIC ? [] : [{ arc, from, to: MAX_METRIC }];
  });
}

/** Arcs of the links of the cause that are to be left, or relieved. */
function arcsOf(twin: Twin, links: readonly string[]): Uint8Array {
  return Uint8Array.from(twin.linkOf, (link, arc) => (links.includes(link) && !twin.closed[arc] ? 1 : 0));
}

function searchMetrics(view: Live, open: readonly Proposal[], proposal: Proposal): MetricRealisation {
  const { board, condition, limits } = view;
  const { twin } = board;
  const now = routeByMetrics(twin, metricsInForce(open));
  const isOverload = proposal.cause.kind === 'overload';
  const own = arcsOf(twin, proposal.cause.links);
  const none = new Uint8Array(own.length);
  const above = (arc: number): boolean =>
    (now.loadBps[arc] as number) > limits.utilisationLimit * (now.graph.capacityBps[arc] as number) * (1 - EQUAL);
  const relieved = isOverload ? own.map((mark, arc) => (mark && above(arc) ? 1 : 0)) : none;
  const avoided = isOverload ? none : own;
  const plan = planByMetrics({
    graph: now.graph,
    alive: twin.closed.map((closed) => 1 - closed),
    limit: Float64Array.from(own, (_mark, arc) => limits.utilisationLimit - (relieved[arc] ? limits.holdMargin : 0)),
    avoided,
    relieved,
    stale: condition.shunned.map((mark, arc) => (mark && !own[arc] ? 1 : 0)),
    ends: now.ends,
    enoughMlu: easyMluOf({ board, condition, limits }, isOverload ? [...own.keys()] : []),
  });
  const named = plan.changes.map(({ arc, from, to }) => ({ arc: now.graph.arcIds[arc] as string, from, to }));
  const rest = named.map((_change, index) => index).filter((index) => !plan.order.includes(index));
  const metrics = [...plan.order, ...rest].map((index) => named[index] as MetricChange);
  const effect = effectOf(twin, open, metrics);
  const why = metrics.length === 0 ? 'no metrics were found that help' : objectionTo(view, effect);
  if (why !== null) throw unrealisable(proposal, why);
  if (!helps(twin, proposal, effect, limits.utilisationLimit))
    throw unrealisable(proposal, 'no metrics were found that help');
  const orderDeadlock = plan.deadlock && {
    demands: [],
    reason: describeMetricDeadlock(now.graph, plan.changes, plan.deadlock),
    offer: describeMetricOffer(now.graph, plan.deadlock.offer),
  };
  return { metrics, orderDeadlock, moves: movesBy(view, open, proposal, metrics) };
}

function movesBy(view: Live, open: readonly Proposal[], { id }: Proposal, metrics: readonly MetricChange[]): Move[] {
  return movesOfProposal(view.board.twin, open, id, metrics, view.limits.utilisationLimit);
}

/** Why metrics are not to be set: they bring an arc above the limit, or traffic to one that may not get any. */
export function objectionTo({ board, condition, limits }: Live, { before, after }: MetricEffect): string | null {
  const { arcIds, capacityBps } = after.graph;
  for (const [arc, id] of arcIds.entries()) {
    const [now, then] = [before.loadBps[arc] as number, after.loadBps[arc] as number];
    if (board.twin.closed[arc] || then <= now + EQUAL * (capacityBps[arc] as number)) continue;
    if (condition.shunned[arc]) return `${id} would get traffic, and is not healthy`;
    const utilisation = then / (capacityBps[arc] as number);
    if (utilisation > limits.utilisationLimit * (1 + EQUAL))
      return `${id} would be filled to ${formatRatio(utilisation)}, the limit is ${formatRatio(limits.utilisationLimit)}`;
  }
  return null;
}

/** True where less traffic is on what is to be left, or less above the limit on what is to be relieved. */
export function helps(twin: Twin, { cause }: Proposal, { before, after }: MetricEffect, limit: number): boolean {
  const own = arcsOf(twin, cause.links);
  const trouble = (loadBps: Float64Array): number =>
    loadBps.reduce((sum, bps, arc) => {
      if (!own[arc]) return sum;
      const allowed = cause.kind === 'overload' ? limit * (twin.graph.capacityBps[arc] as number) : 0;
      return sum + Math.max(0, bps - allowed);
    }, 0);
  const [was, is] = [trouble(before.loadBps), trouble(after.loadBps)];
  return is < was * (1 - EQUAL);
}

function unrealisable({ id }: Proposal, why: string): DetourError {
  return new DetourError('UNREALISABLE', `proposal ${id}: ${why}`, {
    field: 'realisation',
    value: 'metrics',
    hint: 'an actuator that sets explicit paths can carry it out',
  });
}
