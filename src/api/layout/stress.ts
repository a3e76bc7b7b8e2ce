import type { Rng } from '../../core/rng.ts';
import type { Pivots } from './pivot-mds.ts';

/** What one node would like: to be `hops` away from others, each with a weight. */
interface Wishes {
  readonly others: readonly number[];
  readonly hops: readonly number[];
  readonly weights: readonly number[];
}

/** Neighbours of neighbours that keep their distance: without them, leaves of one hub lie on top of each other. */
const MAX_SECOND = 24;

/**
 * Moves places until hops and distances agree as well as they can, counting neighbours, their neighbours and pivots
 * (Ortmann, Klimenta, Brandes, "A sparse stress model", GD 2016). The number of rounds is fixed, so time is bounded.
 */
export function relax(
  [x, y]: [Float64Array, Float64Array],
  adjacency: readonly (readonly number[])[],
  pivots: Pivots,
  rounds: number,
  rng: Rng,
): void {
  const regions = pivots.hops.map(sortedHops(pivots));
  const wishes = adjacency.map((_, node) => wishesOf(node, adjacency, pivots, regions, rng));
  // Nodes that cannot be told apart by their hops have one place and would never leave it.
  for (let node = 0; node < x.length; node += 1) {
    x[node] = (x[node] as number) + rng.between(-0.1, 0.1);
    y[node] = (y[node] as number) + rng.between(-0.1, 0.1);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [node, wish] of wishes.entries()) moveTo(node, wish, x, y);
  }
}

/** Where its wishes have a node on average (one step of majorisation). */
function moveTo(node: number, { others, hops, weights }: Wishes, x: Float64Array, y: Float64Array): void {
  let [sumX, sumY, total] = [0, 0, 0];
  const [ownX, ownY] = [x[node] as number, y[node] as number];
  for (let index = 0; index < others.length; index += 1) {
    const other = others[index] as number;
    const weight = weights[index] as number;
    const [byX, byY] = [ownX - (x[other] as number), ownY - (y[other] as number)];
    const stretch = (hops[index] as number) / Math.max(1e-6, Math.hypot(byX, byY));
    sumX += weight * ((x[other] as number) + byX * stretch);
    sumY += weight * ((y[other] as number) + byY * stretch);
    total += weight;
  }
  if (total === 0) return;
  x[node] = sumX / total;
  y[node] = sumY / total;
}

function wishesOf(
  node: number,
  adjacency: readonly (readonly number[])[],
  pivots: Pivots,
  regions: readonly Int32Array[],
  rng: Rng,
): Wishes {
  const near = new Map<number, number>((adjacency[node] ?? []).map((other) => [other, 1]));
  for (const other of secondNeighbours(node, adjacency, rng)) near.set(other, 2);
  const others = [...near.keys()];
  const hops = [...near.values()];
  const weights = hops.map((distance) => 1 / (distance * distance));
  for (const [index, pivot] of pivots.nodes.entries()) {
    const distance = pivots.hops[index]?.[node] as number;
    if (pivot === node || near.has(pivot)) continue;
    others.push(pivot);
    hops.push(distance);
    // A pivot speaks for all nodes of its region that are closer to it than half the way to here.
    weights.push(countUpTo(regions[index] as Int32Array, distance / 2) / (distance * distance));
  }
  return { others, hops, weights };
}

function secondNeighbours(node: number, adjacency: readonly (readonly number[])[], rng: Rng): number[] {
  const direct = new Set(adjacency[node]);
  const second = new Set((adjacency[node] ?? []).flatMap((other) => adjacency[other] ?? []));
  const list = [...second].filter((other) => other !== node && !direct.has(other));
  while (list.length > MAX_SECOND) {
    // One at random goes: the last takes its place.
    list[rng.below(list.length)] = list.at(-1) as number;
    list.pop();
  }
  return list;
}

/** Hops to the pivot of the nodes that have no nearer pivot, in order. */
function sortedHops({ hops }: Pivots): (own: Int32Array, pivot: number) => Int32Array {
  const nearest = Array.from({ length: hops[0]?.length ?? 0 }, (_, node) => {
    let best = 0;
    for (let pivot = 1; pivot < hops.length; pivot += 1) {
      if ((hops[pivot]?.[node] as number) < (hops[best]?.[node] as number)) best = pivot;
    }
    return best;
  });
  return (own, pivot) => own.filter((_, node) => nearest[node] === pivot).sort();
}

function countUpTo(sorted: Int32Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
