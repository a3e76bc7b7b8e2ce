import { ShortestPaths } from '../../twin/shortest-path.ts';
import type { RerouteProblem } from './problem.ts';

/** A lower bound and the prices that prove it. */
export interface Certificate {
  readonly value: number;
  /** Per arc; zero on arcs that failed. */
  readonly price: Float64Array;
}

/**
 * Lower bound for the MLU by linear-programming duality: whatever the routing of the movable demands, some arc is
 * loaded at least to (sum fixed x w + sum bps x shortest(w)) / sum capacity x w. Holds for any w >= 0.
 */
export function mluBound(problem: RerouteProblem, price: Float64Array): Certificate {
  const { capacityBps } = problem.graph;
  let carried = shortestSum(problem, price);
  let capacity = 0;
  forSurviving(problem, (arc) => {
    carried += (problem.fixedBps[arc] as number) * (price[arc] as number);
    capacity += (capacityBps[arc] as number) * (price[arc] as number);
  });
  return { value: capacity > 0 ? carried / capacity : 0, price };
}

/** The MLU that the fixed loads alone force, with the price on the arc that forces it. */
export function hottestFixedBound(problem: RerouteProblem): Certificate {
  const { capacityBps, arcCount } = problem.graph;
  const price = new Float64Array(arcCount);
  let hottest = -1;
  let value = 0;
  forSurviving(problem, (arc) => {
    const utilisation = (problem.fixedBps[arc] as number) / (capacityBps[arc] as number);
    if (utilisation <= value) return;
    value = utilisation;
    hottest = arc;
  });
  if (hottest >= 0) price[hottest] = 1 / (capacityBps[hottest] as number);
  return { value, price };
}

/**
 * Lower bound for the overload: with 0 <= p <= 1, overload >= sum fixed x p + sum bps x shortest(p)
 * - sum limit x capacity x p. Prices are clipped to 1.
 */
export function overloadBound(problem: RerouteProblem, price: Float64Array): Certificate {
  const clipped = price.map((value) => Math.min(1, Math.max(0, value)));
  const { capacityBps } = problem.graph;
  let value = shortestSum(problem, clipped);
  forSurviving(problem, (arc) => {
    const room = (problem.limit[arc] as number) * (capacityBps[arc] as number) - (problem.fixedBps[arc] as number);
    value -= room * (clipped[arc] as number);
  });
  return { value: Math.max(0, value), price: clipped };
}

function forSurviving(problem: RerouteProblem, visit: (arc: number) => void): void {
  for (let arc = 0; arc < problem.graph.arcCount; arc += 1) if (problem.alive[arc]) visit(arc);
}

/** Sum over movable demands of bps x price of the cheapest surviving path. */
function shortestSum(problem: RerouteProblem, price: Float64Array): number {
  const cost = price.map((value, arc) => (problem.alive[arc] ? value : Infinity));
  const paths = new ShortestPaths(problem.graph);
  let sum = 0;
  for (const [source, demands] of bySource(problem)) {
    paths.from(source, cost);
    for (const demand of demands) {
      const distance = paths.distance[demand.target] as number;
      if (distance < Infinity) sum += demand.bps * distance;
    }
  }
  return sum;
}

function bySource(problem: RerouteProblem): Map<number, RerouteProblem['movable'][number][]> {
  const groups = new Map<number, RerouteProblem['movable'][number][]>();
  for (const demand of problem.movable) {
    const list = groups.get(demand.source);
    if (list) list.push(demand);
    else groups.set(demand.source, [demand]);
  }
  return groups;
}
