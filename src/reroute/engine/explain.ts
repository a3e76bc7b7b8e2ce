import type { DetourPlan, PlanMove } from '../../../topology/formats/detour-plan.ts';
import { parseArcId } from '../../core/ids.ts';
import { formatBps, formatRatio } from '../../core/units.ts';
import { type Counterfactual, counterfactuals } from './counterfactual.ts';
import type { DemandFlow } from './demand-flows.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';
import { type RejectedWay, RejectedWays } from './rejected.ts';
import type { Solution } from './solve.ts';
import { loadsAfter } from './write-plan.ts';

/** Ways that were not taken are looked for in this many moves, the largest. */
const JUDGED_MOVES = 100;
/** Shares of a demand that differ by less are equal. */
const SAME_SHARE = 1e-9;

interface Reading {
  readonly scenario: Scenario;
  readonly solution: Solution;
  readonly afterBps: Float64Array;
}

/** The plan with the reasons of each move filled in: numbers for machines, `text` for people. */
export function explainMoves(plan: DetourPlan, scenario: Scenario, solution: Solution): DetourPlan {
  const afterBps = solution.metrics?.afterBps ?? loadsAfter(scenario, solution.flows);
  const reading = { scenario, solution, afterBps };
  const binding = solution.flows.map((flow) => bindingArc(reading, flow));
  const linkOf = (arc: number): string | null => parseArcId(scenario.graph.arcIds[arc] ?? '')?.linkId ?? null;
  const moved = solution.flows.map(({ demand }, at) => ({ demand, link: linkOf(binding[at] as number) }));
  const ifMore = solution.metrics ? new Map<number, Counterfactual>() : counterfactuals(scenario, moved);
  const rejected = rejectedWays(reading, binding);
  const moves = plan.moves.map((move, at): PlanMove => {
    const flow = solution.flows[at] as DemandFlow;
    const reason = why(reading, flow, binding[at] as number, ifMore.get(flow.demand) ?? null);
    return { ...move, why: { ...reason, rejected: rejected.get(flow.demand) ?? [] } };
  });
  return { ...plan, moves };
}

/** By demand. Where metrics realise a plan, nobody chooses ways one by one. */
function rejectedWays(
  { scenario, solution, afterBps }: Reading,
  binding: readonly number[],
): ReadonlyMap<number, readonly RejectedWay[]> {
  if (solution.metrics) return new Map();
  const ways = new RejectedWays(scenario, afterBps);
  const bps = (demand: number): number => scenario.ends[demand]?.bps ?? 0;
  const moved = solution.flows.map((flow, at) => ({ flow, binding: binding[at] as number }));
  moved.sort((x, y) => bps(y.flow.demand) - bps(x.flow.demand) || x.flow.demand - y.flow.demand);
  return new Map(moved.slice(0, JUDGED_MOVES).map((move) => [move.flow.demand, ways.of(move.flow, move.binding)]));
}

function why(
  reading: Reading,
  flow: DemandFlow,
  binding: number,
  counterfactual: Counterfactual | null,
): Record<string, unknown> {
  const { scenario, solution } = reading;
  const { graph } = scenario;
  const stays = ifItStayed(reading, flow);
  const reasons = [
    causeOf(reading, binding),
    ...(stays ? [`staying would load ${graph.arcIds[stays.arc]} to ${formatRatio(stays.utilisation)}`] : []),
    ...(counterfactual
      ? [`with ${formatBps(counterfactual.addBps)} more on ${counterfactual.link} this would not move`]
      : []),
  ];
  return {
    text: reasons.join('; '),
    binding: binding < 0 ? null : hop(reading, binding),
    prices: {
      mlu: priceOf(solution.optimum.mlu.price, binding),
      overload: priceOf(solution.optimum.overload.price, binding),
    },
    paths: flow.to.map(({ share, arcs }) => ({ share, hops: arcs.map((arc) => hop(reading, arc)) })),
    counterfactual,
  };
}

function priceOf(price: Float64Array, arc: number): number {
  return arc < 0 ? 0 : (price[arc] ?? 0);
}

function hop({ scenario, solution, afterBps }: Reading, arc: number): Record<string, unknown> {
  const { graph, beforeBps } = scenario;
  const capacity = graph.capacityBps[arc] as number;
  return {
    arc: graph.arcIds[arc],
    before: (beforeBps[arc] as number) / capacity,
    after: (afterBps[arc] as number) / capacity,
    price: priceOf(solution.optimum.mlu.price, arc),
  };
}

/** The arc that some of it leaves and that makes it move: failed, to be avoided, or the one with the highest price. */
function bindingArc({ scenario, solution }: Reading, { from, to }: DemandFlow): number {
  const { alive, avoided, graph, beforeBps } = scenario;
  const [before, after] = [shareByArc(from), shareByArc(to)];
  const left = [...before.keys()].filter((arc) => (before.get(arc) as number) > (after.get(arc) ?? 0) + SAME_SHARE);
  const { mlu, overload } = solution.optimum;
  const weight = (arc: number): number => {
    if (!alive[arc]) return Infinity;
    if (avoided[arc]) return Number.MAX_VALUE;
    const utilisation = (beforeBps[arc] as number) / (graph.capacityBps[arc] as number);
    const price = (overload.price[arc] as number) + (mlu.price[arc] as number) * (graph.capacityBps[arc] as number);
    return price * 1e3 + utilisation;
  };
  return left.reduce((most, arc) => (most < 0 || weight(arc) > weight(most) ? arc : most), -1);
}

/** Share (0..1) of a demand on each arc of its paths. */
function shareByArc(paths: readonly SharedPath[]): Map<number, number> {
  const shares = new Map<number, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) shares.set(arc, (shares.get(arc) ?? 0) + share);
  return shares;
}

function causeOf({ scenario, afterBps }: Reading, arc: number): string {
  if (arc < 0) return 'it had no way';
  const { graph, alive, avoided, relieved, beforeBps, limits } = scenario;
  const name = graph.arcIds[arc];
  const capacity = graph.capacityBps[arc] as number;
  if (!alive[arc]) return `${name} has failed`;
  if (avoided[arc]) return `${name} is to be avoided`;
  const change = `${formatRatio((beforeBps[arc] as number) / capacity)} before, ${formatRatio((afterBps[arc] as number) / capacity)} after`;
  const limit = relieved[arc] ? `, limit ${formatRatio(limits[arc] as number)}` : '';
  return `it takes traffic off ${name}: ${change}${limit}`;
}

/** The arc that would be fullest on its old ways if it alone stayed; null where it could not stay. */
function ifItStayed(
  { scenario, afterBps }: Reading,
  { demand, from, to }: DemandFlow,
): { readonly arc: number; readonly utilisation: number } | null {
  const { graph, alive, ends } = scenario;
  const bps = ends[demand]?.bps ?? 0;
  const loads = new Map<number, number>();
  const add = (paths: readonly SharedPath[], by: number): void => {
    for (const { share, arcs } of paths) {
      for (const arc of arcs) loads.set(arc, (loads.get(arc) ?? (afterBps[arc] as number)) + share * by);
    }
  };
  add(to, -bps);
  add(from, bps);
  let fullest: { arc: number; utilisation: number } | null = null;
  for (const arc of from.flatMap(({ arcs }) => arcs)) {
    if (!alive[arc]) return null;
    const utilisation = (loads.get(arc) as number) / (graph.capacityBps[arc] as number);
    if (!fullest || utilisation > fullest.utilisation) fullest = { arc, utilisation };
  }
  return fullest;
}
