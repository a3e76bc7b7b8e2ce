import type { Highs } from 'highs';
import type { DetourPlan } from '../../../topology/formats/detour-plan.ts';
import { provenMlu, provenOverloadBps } from '../oracle/bound.ts';
import { measureLoads, type OracleInstance } from '../oracle/instance.ts';
import { findOptimum, type Optimum, type OracleHint, OracleTimeout } from '../oracle/optimum.ts';
import type { Known, Outcome } from './record.ts';
import type { Situation } from './situation.ts';

/** A case is contested where the optimum is above this many times the hottest arc that nothing can cool. */
export const CONTESTED = 1.001;
/** Beyond this there is no linear program but what the plan's prices prove, worked out here. */
export const ORACLE_NODES = 200;
/** Up to here the optimum with every demand movable is worked out too. */
export const ALL_MOVABLE_NODES = 50;

export interface ContestCase {
  readonly situation: Situation;
  readonly plan: DetourPlan;
  /** With the demands that the plan's bound lets move. */
  readonly instance: OracleInstance;
  readonly floorBps: number;
  /** Longest time for one linear program. */
  readonly oracleMs: number;
  /** Whether the least cost is to be found too. */
  readonly asksCost: boolean;
}

type Contest = Pick<Outcome, 'hottestFixed' | 'standing' | 'optimum' | 'affectedOverloadBps' | 'allMovable'>;

/**
 * Whether a case is contested, and what its optimum is. The plan's own MLU and what its prices prove decide most cases;
 * the linear program decides the rest, and is solved for every contested case.
 */
export function contestOf(highs: Highs, one: ContestCase): Contest {
  const { plan, instance, floorBps } = one;
  const hottestFixed = measureLoads(instance, instance.fixedBps).mlu;
  const none = { hottestFixed, optimum: null, affectedOverloadBps: null, allMovable: null };
  const goal = CONTESTED * hottestFixed;
  // The optimum is not above what a plan without overload reaches.
  if (plan.after.mlu <= goal && plan.after.overloadBps <= floorBps) return { ...none, standing: 'calm' };
  const proven = provenBy(plan, instance);
  const isProven = proven.mlu > goal;
  if (instance.graph.nodeCount > ORACLE_NODES) {
    return isProven ? { ...none, standing: 'contested', optimum: proven } : { ...none, standing: 'open' };
  }
  const optimum = solved(one, (deadlineMs) =>
    findOptimum(highs, instance, { deadlineMs, hints: hintsOf(one), plainMlu: goal, asksCost: one.asksCost }),
  );
  if (!optimum && !isProven) return { ...none, standing: 'open' };
  const known: Known = optimum ? { ...optimum, isExact: true } : proven;
  if (known.mlu <= goal) return { ...none, standing: 'calm', ...others(highs, one, known) };
  return { ...none, standing: 'contested', optimum: known, ...others(highs, one, known) };
}

/** What fewer and what more demands could reach. */
function others(highs: Highs, one: ContestCase, known: Known): Pick<Contest, 'affectedOverloadBps' | 'allMovable'> {
  const { situation, plan, instance } = one;
  const hasExtra = plan.moves.some(({ extra }) => extra);
  const fewer = hasExtra
    ? solved(one, (deadlineMs) =>
        findOptimum(highs, situation.instance(situation.affected), { deadlineMs, upTo: 'overload' }),
      )
    : known;
  const isSmall = instance.graph.nodeCount <= ALL_MOVABLE_NODES;
  return {
    affectedOverloadBps: fewer?.overloadBps ?? null,
    allMovable: isSmall ? allMovableOptimum(highs, one.situation, one.oracleMs) : null,
  };
}

/** The optimum with every connected demand movable; null where the time is not enough. */
export function allMovableOptimum(highs: Highs, situation: Situation, oracleMs: number): Outcome['allMovable'] {
  const instance = situation.instance(situation.connected());
  const found = solved({ oracleMs }, (deadlineMs) => findOptimum(highs, instance, { deadlineMs, upTo: 'mlu' }));
  return found && { overloadBps: found.overloadBps, mlu: found.mlu };
}

function solved({ oracleMs }: Pick<ContestCase, 'oracleMs'>, solve: (deadlineMs: number) => Optimum): Optimum | null {
  try {
    return solve(performance.now() + oracleMs);
  } catch (error) {
    if (error instanceof OracleTimeout) return null;
    throw error;
  }
}

function provenBy({ bound }: DetourPlan, instance: OracleInstance): Known {
  return {
    overloadBps: provenOverloadBps(instance, bound.overloadPrices),
    mlu: provenMlu(instance, bound.arcPrices),
    isExact: false,
  };
}

/** The plan's own paths. */
function hintsOf({ plan, instance }: ContestCase): OracleHint[] {
  const { demands, graph } = instance;
  const place = new Map(demands.map(({ id }, at) => [id, at]));
  return plan.moves.map(({ demand, to }) => ({
    demand: place.get(demand) as number,
    paths: to.map(({ share, arcs }) => ({ share, arcs: arcs.map((id) => graph.arcIndex.get(id) as number) })),
  }));
}
