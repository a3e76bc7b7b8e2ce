import type { ShortestPaths } from '../../twin/shortest-path.ts';

/** Price of the path that the last search found to a node; Infinity where there is none. Nothing is allocated. */
export function walkPrice({ via, distance, graph }: ShortestPaths, target: number, price: Float64Array): number {
  if (distance[target] === Infinity) return Infinity;
  const { tail } = graph;
  let sum = 0;
  for (let arc = via[target] as number; arc >= 0; arc = via[tail[arc] as number] as number) {
    sum += price[arc] as number;
  }
  return sum;
}

/** Its arcs, source to target; there must be one. */
export function walkArcs({ via, graph }: ShortestPaths, target: number): number[] {
  const { tail } = graph;
  const arcs: number[] = [];
  for (let arc = via[target] as number; arc >= 0; arc = via[tail[arc] as number] as number) arcs.push(arc);
  return arcs.reverse();
}
