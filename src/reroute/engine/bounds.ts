import { ShortestPaths } from '../../twin/shortest-path.ts';
import type { FlowProblem } from './flow.ts';

/** A lower bound and the prices (per bit/s of load on an arc) that prove it. */
export interface Bound {
  readonly value: number;
  readonly price: Float64Array;
}

/**
 * Lower bound for the MLU by linear-programming duality: whatever the routing of the movable demands, some arc is
 * loaded at least to (sum fixed x w + sum bps x shortest(w)) / sum capacity x w. Holds for any w >= 0.
 */
export function mluBound(problem: FlowProblem, price: Float64Array): Bound {
  const { capacityBps, arcCount } = problem.graph;
  let carried = shortestSum(problem, price);
  let capacity = 0;
  for (let arc = 0; arc < arcCount; arc += 1) {
    if (!problem.alive[arc]) continue;
    carried += (problem.fixedBps[arc] as number) * (price[arc] as number);
    capacity += (capacityBps[arc] as number) * (price[arc] as number);
  }
  return { value: capacity > 0 ? carried / capacity : 0, price };
}

/** The MLU that the fixed loads alone force, with the price on the arc that forces it. */
export function hottestFixedBound(problem: FlowProblem): Bound {
  const { capacityBps, arcCount } = problem.graph;
  const price = new Float64Array(arcCount);
  let hottest = -1;
  let value = 0;
  for (let arc = 0; arc < arcCount; arc += 1) {
    const utilisation = (problem.fixedBps[arc] as number) / (capacityBps[arc] as number);
    if (!problem.alive[arc] || utilisation <= value) continue;
    value = utilisation;
    hottest = arc;
  }
  if (hottest < 0) return { value, price };
  price[hottest] = 1 / (capacityBps[hottest] as number);
  // Demands that no way leads round this arc pay for it too.
  return mluBound(problem, price);
}

/**
 * Lower bound for the overload: with 0 <= p <= 1, overload >= sum fixed x p + sum bps x shortest(p)
 * - sum limit x capacity x p. Prices are clipped to 1.
 */
export function overloadBound(problem: FlowProblem, price: Float64Array): Bound {
  const clipped = price.map((value) => Math.min(1, Math.max(0, value)));
  const { capacityBps, arcCount } = problem.graph;
  let value = shortestSum(problem, clipped);
  for (let arc = 0; arc < arcCount; arc += 1) {
    if (!problem.alive[arc]) continue;
    const room = (problem.limit[arc] as number) * (capacityBps[arc] as number) - (problem.fixedBps[arc] as number);
    value -= room * (clipped[arc] as number);
  }
  return { value: Math.max(0, value), price: clipped };
}

/** Sum over the commodities of bps x price of the cheapest surviving path. */
function shortestSum(problem: FlowProblem, price: Float64Array): number {
  const cost = price.map((value, arc) => (problem.alive[arc] ? value : Infinity));
  const paths = new ShortestPaths(problem.graph);
  const payers = new Map<number, { target: number; bps: number }[]>();
  for (const commodity of problem.commodities) {
    if (commodity.isEmpty) continue;
    // Where the way it takes costs nothing, the cheapest way costs nothing either.
    if (commodity.stay?.arcs.every((arc) => price[arc] === 0)) continue;
    const list = payers.get(commodity.source);
    if (list) list.push(commodity);
    else payers.set(commodity.source, [commodity]);
  }
  let sum = 0;
  for (const [source, commodities] of payers) {
    paths.from(source, cost);
    for (const { target, bps } of commodities) {
      const distance = paths.distance[target] as number;
      if (distance < Infinity) sum += bps * distance;
    }
  }
  return sum;
}
