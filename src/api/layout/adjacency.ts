import type { Network } from '../../../topology/model.ts';

/** Neighbours of every node by number, each once, however many links are parallel; loops are left out. */
export function adjacencyOf({ nodes, links }: Pick<Network, 'nodes' | 'links'>): number[][] {
  const numbers = new Map(nodes.map(({ id }, index) => [id, index]));
  const neighbours = nodes.map(() => new Set<number>());
  for (const { a, z } of links) {
    const [from, to] = [numbers.get(a), numbers.get(z)];
    if (from === undefined || to === undefined || from === to) continue;
    neighbours[from]?.add(to);
    neighbours[to]?.add(from);
  }
  return neighbours.map((each) => [...each].sort((x, y) => x - y));
}

/** Hops from one node to all; -1 where there is no way. */
export function hopsFrom(adjacency: readonly (readonly number[])[], source: number): Int32Array {
  const hops = new Int32Array(adjacency.length).fill(-1);
  hops[source] = 0;
  const queue = [source];
  for (const node of queue) {
    for (const next of adjacency[node] ?? []) {
      if (hops[next] !== -1) continue;
      hops[next] = (hops[node] as number) + 1;
      queue.push(next);
    }
  }
  return hops;
}

/** Pieces that are joined by links: node numbers, largest piece first. */
export function piecesOf(adjacency: readonly (readonly number[])[]): number[][] {
  const pieces: number[][] = [];
  const seen = new Uint8Array(adjacency.length);
  for (let start = 0; start < adjacency.length; start += 1) {
    if (seen[start]) continue;
    seen[start] = 1;
    const piece = [start];
    for (const node of piece) {
      for (const next of adjacency[node] ?? []) {
        if (seen[next]) continue;
        seen[next] = 1;
        piece.push(next);
      }
    }
    pieces.push(piece.sort((x, y) => x - y));
  }
  return pieces.sort((x, y) => y.length - x.length || (x[0] as number) - (y[0] as number));
}
