import type { ArcTable } from './arc-table.ts';

/** Cheapest cost from a node to every other (Dijkstra 1959); Infinity where there is no way. `weight` is per arc, >= 0, Infinity closes an arc. */
export function distancesFrom(table: ArcTable, source: number, weight: readonly number[]): Float64Array {
  return search(source, table.leaving, table.to, weight);
}

/** The same from every node to this one. */
export function distancesTo(table: ArcTable, target: number, weight: readonly number[]): Float64Array {
  return search(target, table.entering, table.from, weight);
}

interface Entry {
  readonly distance: number;
  readonly node: number;
}

function search(
  root: number,
  arcsAt: readonly (readonly number[])[],
  farEnd: readonly number[],
  weight: readonly number[],
): Float64Array {
  const distance = new Float64Array(arcsAt.length).fill(Infinity);
  const queue: Entry[] = [];
  distance[root] = 0;
  push(queue, { distance: 0, node: root });
  for (let nearest = pop(queue); nearest !== undefined; nearest = pop(queue)) {
    // A node is pushed again when a cheaper way is found; what it was pushed with before is out of date.
    if (nearest.distance > (distance[nearest.node] as number)) continue;
    for (const arc of arcsAt[nearest.node] as readonly number[]) {
      const next = farEnd[arc] as number;
      const reach = nearest.distance + (weight[arc] as number);
      if (reach >= (distance[next] as number)) continue;
      distance[next] = reach;
      push(queue, { distance: reach, node: next });
    }
  }
  return distance;
}

/** Binary heap, the nearest first. */
function push(heap: Entry[], entry: Entry): void {
  let place = heap.push(entry) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if ((heap[parent] as Entry).distance <= entry.distance) break;
    heap[place] = heap[parent] as Entry;
    place = parent;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let place = 0;
  for (;;) {
    const child = nearerChild(heap, place);
    if (child === null || (heap[child] as Entry).distance >= last.distance) break;
    heap[place] = heap[child] as Entry;
    place = child;
  }
  heap[place] = last;
  return top;
}

function nearerChild(heap: readonly Entry[], place: number): number | null {
  const left = heap[2 * place + 1];
  const right = heap[2 * place + 2];
  if (left === undefined) return null;
  return right !== undefined && right.distance < left.distance ? 2 * place + 2 : 2 * place + 1;
}
