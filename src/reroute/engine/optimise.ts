import { type Bound, hottestFixedBound, mluBound, overloadBound } from './bounds.ts';
import { ColumnSearch, groupBySource, type SearchLimits } from './column-search.ts';
import { type Curves, curvesOf } from './curve.ts';
import { Descent } from './descent.ts';
import { figuresOf, type LoadFigures, NO_OVERLOAD } from './figures.ts';
import { type Column, type FlowProblem, type FlowRouting, flowLoads } from './flow.ts';
import { FlowSimplex, type StageObjective } from './simplex.ts';

export interface Optimum {
  readonly routing: FlowRouting;
  readonly loadBps: Float64Array;
  readonly figures: LoadFigures;
  readonly mlu: Bound;
  readonly overload: Bound;
}

/** Gap at which the linear program is good enough: far below what telemetry can tell apart. */
const GAP = 1e-4;
const MAX_ROUNDS = 400;
const MAX_PIVOTS = 30_000;
/** One unit of overload outweighs any gain in the highest utilisation. */
const OVERLOAD_WEIGHT = 1e5;
/** The same where staying on arcs to avoid has a cost in between. */
const RELUCTANT = 1e7;
/** Cost of a unit of load that stays on an arc to avoid: less than overload, more than any highest utilisation. */
export const STAYING_COST = 1e3;

/** What may be chosen from, besides what the problem says. */
export interface Choices {
  /** Where a commodity may stay. */
  readonly stays: readonly (Column | null)[];
  /** Commodities that may take these columns only. */
  readonly closed?: ReadonlyMap<number, readonly Column[]>;
  /** Staying on arcs to avoid costs something: prices then prove nothing. */
  readonly isReluctant?: boolean;
}

/**
 * Lexicographic: least overload, then least MLU; with the prices that prove both. `start` has no split commodities
 * unless `closed` is given.
 */
export function optimise(problem: FlowProblem, start: FlowRouting, { stays, closed, isReluctant }: Choices): Optimum {
  const bySource = groupBySource(problem);
  const search = new ColumnSearch(problem, bySource, stays, closed);
  const near = closed || isReluctant ? start : new Descent(problem, bySource, stays).run(start);
  const none: Bound = { value: 0, price: new Float64Array(problem.graph.arcCount) };
  if (isReluctant) return finish(problem, minimiseMlu(problem, search, near, RELUCTANT).routing, none, none);
  const first = minimiseMlu(problem, search, near, 0);
  const found = flowLoads(problem, first.routing);
  const { overloadBps } = figuresOf(problem, found);
  const rounding = NO_OVERLOAD * total(found);
  if (overloadBps <= rounding) return finish(problem, first.routing, first.bound, none);
  const least = minimiseOverload(problem, search, first.routing);
  if (overloadBps <= least.overloadBps * (1 + GAP) + rounding) {
    return finish(problem, first.routing, first.bound, least.bound);
  }
  const both = minimiseMlu(problem, search, least.routing, OVERLOAD_WEIGHT);
  return finish(problem, both.routing, first.bound, least.bound);
}

function finish(problem: FlowProblem, routing: FlowRouting, mlu: Bound, overload: Bound): Optimum {
  const loadBps = flowLoads(problem, routing);
  return { routing, loadBps, figures: figuresOf(problem, loadBps), mlu, overload };
}

function minimiseMlu(
  problem: FlowProblem,
  search: ColumnSearch,
  start: FlowRouting,
  overloadWeight: number,
): { routing: FlowRouting; bound: Bound } {
  let bound = hottestFixedBound(problem);
  const objective: StageObjective = { curves: overloadCurves(problem, overloadWeight), mluWeight: 1 };
  const simplex = new FlowSimplex(problem, objective, start);
  const isGoodEnough = (): boolean => simplex.state.mlu <= bound.value * (1 + GAP);
  const look = (): boolean => {
    if (!isGoodEnough() && simplex.refresh()) {
      const now = mluBound(problem, pricePerBps(simplex));
      if (now.value > bound.value) bound = now;
    }
    return isGoodEnough();
  };
  // With overload in the objective the prices prove nothing about the highest utilisation alone.
  const isPure = overloadWeight === 0;
  const isOver = (): boolean => isPure && look();
  if (!isOver()) search.run(simplex, limitsOf(isOver));
  return { routing: simplex.routing(), bound };
}

function minimiseOverload(
  problem: FlowProblem,
  search: ColumnSearch,
  start: FlowRouting,
): { routing: FlowRouting; bound: Bound; overloadBps: number } {
  const simplex = new FlowSimplex(problem, { curves: overloadCurves(problem, 1), mluWeight: 0 }, start);
  let bound: Bound = { value: 0, price: new Float64Array(problem.graph.arcCount) };
  const overload = (): number => figuresOf(problem, flowLoads(problem, simplex.routing())).overloadBps;
  const look = (): boolean => {
    if (!simplex.refresh()) return true;
    const now = overloadBound(problem, simplex.price);
    if (now.value > bound.value) bound = now;
    return overload() <= bound.value * (1 + GAP);
  };
  if (!look()) search.run(simplex, limitsOf(look));
  look();
  return { routing: simplex.routing(), bound, overloadBps: overload() };
}

function overloadCurves(problem: FlowProblem, weight: number): Curves {
  const { capacityBps, arcCount } = problem.graph;
  const unitBps = capacityBps.reduce((most, bps) => Math.max(most, bps), 1);
  if (weight === 0) return curvesOf(arcCount, () => []);
  return curvesOf(arcCount, (arc) => [
    { at: ((problem.limit[arc] as number) * (capacityBps[arc] as number)) / unitBps, add: weight },
  ]);
}

function limitsOf(goodEnough: SearchLimits['goodEnough']): SearchLimits {
  return { maxRounds: MAX_ROUNDS, maxPivots: MAX_PIVOTS, worth: (scale) => scale * 1e-7, goodEnough };
}

function pricePerBps(simplex: FlowSimplex): Float64Array {
  const { unitBps } = simplex.state;
  return simplex.price.map((price) => Math.max(0, price) / unitBps);
}

function total(loadBps: Float64Array): number {
  return loadBps.reduce((sum, bps) => sum + bps, 0);
}
