import type { Highs } from 'highs';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../../src/verify/verify.ts';
import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { provenMlu, provenOverloadBps } from '../oracle/bound.ts';
import { measureLoads, type OracleFigures, type OracleInstance } from '../oracle/instance.ts';
import { findOptimum, type Optimum, type OracleHint, OracleTimeout } from '../oracle/optimum.ts';
import { hasSafeOrder, type OracleMove } from '../oracle/order.ts';
import { addPaths, naiveLoads } from './naive.ts';
import type { Situation } from './situation.ts';

/** A case is contested where the optimum is above this many times the hottest arc that nothing can cool. */
const CONTESTED = 1.001;
/** Beyond this there is no linear program but what the plan's prices prove, worked out here. */
const ORACLE_NODES = 200;
/** With more demands too, where that proves the plan to be within this of the optimum. */
const PROVEN_DEMANDS = 300;
const PROVEN_GAP = 0.001;
const ALL_MOVABLE_NODES = 50;
const ORDER_MOVES = 12;
/** bit/s that do not count as overload, as a share of the largest capacity. */
export const OVERLOAD_FLOOR = 1e-6;

/** What became of one case. */
export interface Judged {
  readonly situation: Situation;
  readonly ours: OracleFigures;
  readonly igp: OracleFigures;
  readonly gap: number;
  readonly moves: number;
  readonly affected: number;
  readonly elapsedMs: number;
  /** Whether the planner took the same demands for affected as the bench did. */
  readonly sameAffected: boolean;
  /** What `detour verify` says against the plan; null where it holds or was not asked. */
  readonly refused: string | null;
  readonly isContested: boolean;
  /** Null where the case is not contested or the oracle ran out of time. */
  readonly optimum: Known | null;
  /** Whether `optimum` is a bound that the plan's prices prove, and not the optimum itself: it flatters nobody. */
  readonly isProven: boolean;
  readonly isTimedOut: boolean;
  readonly naive: OracleFigures | null;
  /** Overload (bit/s) of the optimum with every demand movable; null where not worked out. */
  readonly allMovableBps: number | null;
  /** Whether the plan has a safe order, where the oracle finds one or proves that there is none; null where not asked. */
  readonly order: { readonly oracle: boolean; readonly plan: boolean; readonly deadlock: boolean } | null;
}

/** An optimum, or a lower bound for it; then nothing is known of its cost and paths. */
export type Known = Pick<Optimum, 'overloadBps' | 'mlu'> & Partial<Optimum>;

export interface JudgeOptions {
  /** Ask `detour verify` too. */
  readonly verify: boolean;
  /** Ask the first planner too. */
  readonly naive: boolean;
  readonly deadlineMs: number;
}

export async function judge(highs: Highs, situation: Situation, options: JudgeOptions): Promise<Judged> {
  const { base, failure } = situation;
  const startedMs = performance.now();
  const plan = await makePlan({
    network: base.network.network,
    graph: base.graph,
    demands: base.demands,
    failed: failure.links,
    limit: base.level.limit,
    base: base.base,
  });
  const elapsedMs = performance.now() - startedMs;
  const movable = positionsOf(situation, plan.bound.movable);
  const instance = situation.instance(movable);
  const ours: OracleFigures = plan.after;
  const hottest = measureLoads(instance, instance.fixedBps).mlu;
  const igp = measureLoads(instance, situation.igpBps);
  const contest = contested(highs, situation, plan, instance, hottest, options);
  return {
    situation,
    ours,
    igp,
    gap: plan.bound.gap,
    moves: plan.moves.length,
    affected: situation.affected.length,
    elapsedMs,
    sameAffected: hasSameAffected(situation, plan, movable),
    refused: options.verify ? refusal(situation, plan) : null,
    ...contest,
    naive: contest.isContested && options.naive && base.base === 'igp' ? naiveFigures(situation, instance) : null,
    order: orderOf(situation, plan),
  };
}

type Contest = Pick<Judged, 'isContested' | 'optimum' | 'isTimedOut' | 'isProven' | 'allMovableBps'>;

function contested(
  highs: Highs,
  situation: Situation,
  plan: DetourPlan,
  instance: OracleInstance,
  hottest: number,
  { deadlineMs }: JudgeOptions,
): Contest {
  const none = { isContested: false, optimum: null, isTimedOut: false, isProven: false, allMovableBps: null };
  // The optimum is not above what the plan reaches, so the plan alone can show that a case is not contested.
  if (plan.after.mlu <= CONTESTED * hottest && plan.after.overloadBps <= floorOf(instance)) return none;
  const nodes = instance.graph.nodeCount;
  const proven = provenBy(plan, instance);
  if (nodes > ORACLE_NODES || (instance.demands.length > PROVEN_DEMANDS && isTight(plan, proven, instance))) {
    const isContested = proven.mlu > CONTESTED * hottest;
    if (isContested || nodes > ORACLE_NODES) return { ...none, isContested, optimum: proven, isProven: true };
  }
  try {
    const optimum = findOptimum(highs, instance, deadlineMs, hintsOf(plan, instance));
    const isContested = optimum.mlu > CONTESTED * hottest;
    const asksAll = isContested && nodes <= ALL_MOVABLE_NODES && optimum.overloadBps > floorOf(instance);
    const all = asksAll ? findOptimum(highs, situation.instance(situation.connected()), deadlineMs).overloadBps : null;
    return { ...none, isContested, optimum, allMovableBps: all };
  } catch (error) {
    if (!(error instanceof OracleTimeout)) throw error;
    return { ...none, isTimedOut: true };
  }
}

function provenBy({ bound }: DetourPlan, instance: OracleInstance): Known {
  return {
    overloadBps: provenOverloadBps(instance, bound.overloadPrices),
    mlu: provenMlu(instance, bound.arcPrices),
  };
}

/** Whether optimum and plan are so close that it makes no difference which is taken. */
function isTight({ after }: DetourPlan, proven: Known, instance: OracleInstance): boolean {
  return after.mlu <= (1 + PROVEN_GAP) * proven.mlu && after.overloadBps <= proven.overloadBps + floorOf(instance);
}

/** The plan's own paths. */
function hintsOf({ moves }: DetourPlan, { demands, graph }: OracleInstance): OracleHint[] {
  const place = new Map(demands.map(({ id }, at) => [id, at]));
  return moves.flatMap(({ demand, to }) =>
    to.map(({ arcs }) => ({
      demand: place.get(demand) as number,
      arcs: arcs.map((id) => graph.arcIndex.get(id) as number),
    })),
  );
}

/** bit/s of overload that count as none. */
export function floorOf({ graph }: Pick<OracleInstance, 'graph'>): number {
  return OVERLOAD_FLOOR * graph.capacityBps.reduce((most, bps) => Math.max(most, bps), 0);
}

function positionsOf({ base }: Situation, ids: readonly string[]): number[] {
  const wanted = new Set(ids);
  return [...base.demands.keys()].filter((at) => wanted.has(base.demands[at]?.id ?? ''));
}

function hasSameAffected({ base, affected }: Situation, plan: DetourPlan, movable: readonly number[]): boolean {
  const extra = new Set(plan.moves.filter((move) => move.extra).map((move) => move.demand));
  const own = movable.filter((at) => !extra.has(base.demands[at]?.id ?? ''));
  return own.length === affected.length && own.every((at, place) => at === affected[place]);
}

function refusal({ base }: Situation, plan: DetourPlan): string | null {
  const verdict = verifyPlan({ plan, network: base.network.network, demands: base.demands });
  return verdict.ok
    ? null
    : verdict.checks.flatMap(({ ok, name, detail }) => (ok ? [] : [`${name}: ${detail}`])).join('; ');
}

function naiveFigures(situation: Situation, instance: OracleInstance): OracleFigures {
  const { base, failure, igpBps } = situation;
  const { index, graph, demands, level } = base;
  return measureLoads(
    instance,
    naiveLoads({ index, graph, demands, failed: failure.links, limit: level.limit, igpBps }),
  );
}

/** Compares the plan's steps with a search over all subsets; for few moves of a plan on the IGP's routing. */
function orderOf({ base, igpBps }: Situation, plan: DetourPlan): Judged['order'] {
  if (base.base !== 'igp' || plan.moves.length < 2 || plan.moves.length > ORDER_MOVES) return null;
  const { graph } = base;
  const bps = new Map(base.demands.map((demand) => [demand.id, demand.bps]));
  const end = igpBps.slice();
  const moves = plan.moves.map((move): OracleMove => {
    const before = new Float64Array(graph.arcCount);
    const after = new Float64Array(graph.arcCount);
    addPaths(graph, before, move.from, bps.get(move.demand) ?? 0);
    addPaths(graph, after, move.to, bps.get(move.demand) ?? 0);
    const arcs = [...before.keys()].filter((arc) => before[arc] !== 0 || after[arc] !== 0);
    for (const arc of arcs) end[arc] = (end[arc] as number) + (after[arc] as number) - (before[arc] as number);
    const pick = (loads: Float64Array) => arcs.map((arc) => loads[arc] as number);
    return { arcs, before: pick(before), after: pick(after) };
  });
  const allowed = (arc: number) =>
    Math.max(base.level.limit * (graph.capacityBps[arc] as number), igpBps[arc] as number, end[arc] as number);
  return {
    oracle: hasSafeOrder(moves, igpBps, allowed),
    plan: plan.orderDeadlock === null && plan.steps.length > 0,
    deadlock: plan.orderDeadlock !== null,
  };
}
