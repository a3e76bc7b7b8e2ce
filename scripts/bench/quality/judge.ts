import type { Highs } from 'highs';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../../src/verify/verify.ts';
import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { measureLoads, type OracleFigures, type OracleInstance } from '../oracle/instance.ts';
import type { BaseState } from './base.ts';
import { contestOf } from './contest.ts';
import type { Failure } from './failures.ts';
import { metricsOf } from './metrics.ts';
import { naiveLoads } from './naive.ts';
import { orderOf } from './order-case.ts';
import type { CaseRecord, Outcome } from './record.ts';
import { type Situation, situationOf } from './situation.ts';

/** bit/s that do not count as overload, as a share of the largest capacity. */
const OVERLOAD_FLOOR = 1e-6;

export interface JudgeOptions {
  /** Ask `detour verify` too. */
  readonly verify: boolean;
  /** Realise the plan by metrics too. */
  readonly metrics: boolean;
  /** Compare the cost, and ask the naive way round: both take longer than all the rest on a large network. */
  readonly thorough: boolean;
  /** Longest time for one linear program. */
  readonly oracleMs: number;
}

/** Plans for one failure, and compares the plan with everything that there is to compare it with. */
export async function judgeFailure(
  highs: Highs,
  base: BaseState,
  failure: Failure,
  options: JudgeOptions,
): Promise<CaseRecord> {
  const situation = situationOf(base, failure);
  return {
    network: base.network.name,
    nodes: base.graph.nodeCount,
    base: base.base,
    seed: base.seed,
    ...base.level,
    kind: failure.kind,
    failure: failure.name,
    failed: failure.links,
    outcome: situation && (await judge(highs, situation, options)),
  };
}

export async function judge(highs: Highs, situation: Situation, options: JudgeOptions): Promise<Outcome> {
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
  const floorBps = floorOf(instance);
  const { oracleMs, thorough } = options;
  const contest = contestOf(highs, { situation, plan, instance, floorBps, oracleMs, asksCost: thorough });
  const asksNaive = thorough && contest.standing !== 'calm' && base.base === 'igp';
  return {
    floorBps,
    ours: plan.after,
    igp: measureLoads(instance, situation.igpBps),
    nothing: { ...measureLoads(instance, situation.nothingBps), lostShare: lostShare(situation) },
    naive: asksNaive ? naiveFigures(situation, instance) : null,
    gap: plan.bound.gap,
    affected: situation.affected.length,
    moves: plan.moves.length,
    extra: plan.moves.filter(({ extra }) => extra).length,
    elapsedMs,
    sameAffected: hasSameAffected(situation, plan, movable),
    isVerified: options.verify,
    refused: options.verify ? refusal(situation, plan) : null,
    ...contest,
    order: orderOf(situation, plan),
    metrics: options.metrics && plan.moves.length > 0 ? await metricsOf(situation) : null,
  };
}

function floorOf({ graph }: Pick<OracleInstance, 'graph'>): number {
  return OVERLOAD_FLOOR * graph.capacityBps.reduce((most, bps) => Math.max(most, bps), 0);
}

function lostShare({ base, nothingLostBps }: Situation): number {
  return nothingLostBps / base.ends.reduce((sum, { bps }) => sum + bps, 0);
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
