import type { DetourPlan, PlanPath } from '../../../topology/formats/detour-plan.ts';
import { hasSafeOrder, type OracleMove } from '../oracle/order.ts';
import { addPaths } from './naive.ts';
import type { OrderOutcome } from './record.ts';
import type { Situation } from './situation.ts';

/** The search doubles with each move. */
const MOST_MOVES = 12;

/** Compares the plan's steps with a search over all subsets of its moves; null where they are too few or too many. */
export function orderOf(situation: Situation, plan: DetourPlan): OrderOutcome | null {
  if (plan.moves.length < 2 || plan.moves.length > MOST_MOVES) return null;
  const { graph, demands, level } = situation.base;
  const bps = new Map(demands.map((demand) => [demand.id, demand.bps]));
  const { startBps } = situation;
  const end = startBps.slice();
  const moves = plan.moves.map((move): OracleMove => {
    const before = new Float64Array(graph.arcCount);
    const after = new Float64Array(graph.arcCount);
    addPaths(graph, before, reached(situation, move.from), bps.get(move.demand) ?? 0);
    addPaths(graph, after, move.to, bps.get(move.demand) ?? 0);
    const arcs = [...before.keys()].filter((arc) => before[arc] !== 0 || after[arc] !== 0);
    for (const arc of arcs) end[arc] = (end[arc] as number) + (after[arc] as number) - (before[arc] as number);
    const pick = (loads: Float64Array) => arcs.map((arc) => loads[arc] as number);
    return { arcs, before: pick(before), after: pick(after) };
  });
  const allowed = (arc: number) =>
    Math.max(level.limit * (graph.capacityBps[arc] as number), startBps[arc] as number, end[arc] as number);
  return {
    oracle: hasSafeOrder(moves, startBps, allowed),
    plan: plan.orderDeadlock === null && plan.steps.length > 0,
    deadlock: plan.orderDeadlock !== null,
  };
}

/** Each path as far as traffic gets on it: what a break stops still loads the arcs before it. */
function reached({ base, alive }: Situation, paths: readonly PlanPath[]): PlanPath[] {
  return paths.map(({ share, arcs }) => {
    const broken = arcs.findIndex((arc) => !alive[base.graph.arcIndex.get(arc) as number]);
    return { share, arcs: broken < 0 ? arcs : arcs.slice(0, broken) };
  });
}
