import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import type { OracleInstance } from './instance.ts';

/**
 * What prices per arc prove, by the duality of linear programs: no routing of the demands has a lower MLU. Worked out
 * here anew, whatever the plan says that its prices prove.
 */
export function provenMlu(instance: OracleInstance, prices: Readonly<Record<string, number>>): number {
  const price = priceArray(instance, prices, Infinity);
  let capacity = 0;
  let carried = cheapestSum(instance, price);
  eachAlive(instance, (arc) => {
    capacity += (instance.graph.capacityBps[arc] as number) * (price[arc] as number);
    carried += (instance.fixedBps[arc] as number) * (price[arc] as number);
  });
  return capacity > 0 ? carried / capacity : 0;
}

/** The same for overload, bit/s: prices count up to 1. */
export function provenOverloadBps(instance: OracleInstance, prices: Readonly<Record<string, number>>): number {
  const price = priceArray(instance, prices, 1);
  let proven = cheapestSum(instance, price);
  eachAlive(instance, (arc) => {
    const roomBps = instance.limit * (instance.graph.capacityBps[arc] as number) - (instance.fixedBps[arc] as number);
    proven -= roomBps * (price[arc] as number);
  });
  return Math.max(0, proven);
}

function priceArray({ graph }: OracleInstance, prices: Readonly<Record<string, number>>, most: number): Float64Array {
  const price = new Float64Array(graph.arcCount);
  for (const [id, value] of Object.entries(prices)) {
    const arc = graph.arcIndex.get(id);
    if (arc !== undefined) price[arc] = Math.min(most, Math.max(0, value));
  }
  return price;
}

function cheapestSum({ graph, alive, demands }: OracleInstance, price: Float64Array): number {
  const paths = new ShortestPaths(graph);
  const cost = price.map((value, arc) => (alive[arc] ? value : Infinity));
  let sum = 0;
  let last = -1;
  for (const { source, target, bps } of [...demands].sort((x, y) => x.source - y.source)) {
    if (source !== last) paths.from(source, cost);
    last = source;
    sum += bps * (paths.distance[target] as number);
  }
  return sum;
}

function eachAlive({ graph, alive }: OracleInstance, visit: (arc: number) => void): void {
  for (let arc = 0; arc < graph.arcCount; arc += 1) if (alive[arc]) visit(arc);
}
