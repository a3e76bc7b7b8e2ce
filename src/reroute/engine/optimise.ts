import { type Bound, hottestFixedBound, mluBound, overloadBound } from './bounds.ts';
import { ColumnSearch, groupBySource, type SearchLimits } from './column-search.ts';
import { type Curves, curvesOf } from './curve.ts';
import { Descent } from './descent.ts';
import { figuresOf, type LoadFigures } from './figures.ts';
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
const MAX_ROUNDS = 40;
const MAX_PIVOTS = 30_000;
/** One unit of overload outweighs any gain in the highest utilisation. */
const OVERLOAD_WEIGHT = 1e5;
/** Overload below this part of the traffic is rounding. */
const NO_OVERLOAD = 1e-9;

/** Lexicographic: least overload, then least MLU; with the prices that prove both. */
export function optimise(problem: FlowProblem, start: FlowRouting, stays: readonly (Column | null)[]): Optimum {
  const bySource = groupBySource(problem);
  const search = new ColumnSearch(problem, bySource, stays);
  const near = new Descent(problem, bySource, stays).run(start);
  const flat = curvesOf(problem.graph.arcCount, () => []);
  const first = minimiseMlu(problem, search, near, flat);
  const found = flowLoads(problem, first.routing);
  const figures = figuresOf(problem, found);
  const none: Bound = { value: 0, price: new Float64Array(problem.graph.arcCount) };
  if (figures.overloadBps <= NO_OVERLOAD * total(found)) {
    return { routing: first.routing, loadBps: found, figures, mlu: first.bound, overload: none };
  }
  const least = minimiseOverload(problem, search, first.routing);
  let routing = first.routing;
  if (figures.overloadBps > least.overloadBps * (1 + GAP) + NO_OVERLOAD * total(found)) {
    routing = minimiseMlu(problem, search, least.routing, overloadCurves(problem, OVERLOAD_WEIGHT)).routing;
  }
  const loadBps = flowLoads(problem, routing);
  return { routing, loadBps, figures: figuresOf(problem, loadBps), mlu: first.bound, overload: least.bound };
}

function minimiseMlu(
  problem: FlowProblem,
  search: ColumnSearch,
  start: FlowRouting,
  curves: Curves,
): { routing: FlowRouting; bound: Bound } {
  let bound = hottestFixedBound(problem);
  const objective: StageObjective = { curves, mluWeight: 1 };
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
  const isPure = curves.pieces === 0;
  if (!isPure || !look())
    search.run(
      simplex,
      limitsOf(() => isPure && look()),
    );
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
