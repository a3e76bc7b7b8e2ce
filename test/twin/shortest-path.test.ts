import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import { traffic } from './scratch.ts';

/** Distances by relaxing every arc again and again (Bellman and Ford). */
function relaxed(nodes: number, tails: Int32Array, heads: Int32Array, cost: Float64Array, source: number): number[] {
  const distance = new Array<number>(nodes).fill(Infinity);
  distance[source] = 0;
  for (let round = 0; round < nodes; round += 1) {
    tails.forEach((tail, arc) => {
      const reach = (distance[tail] as number) + (cost[arc] as number);
      if (reach < (distance[heads[arc] as number] as number)) distance[heads[arc] as number] = reach;
    });
  }
  return distance;
}

const whole = fc.constantFrom(1, 2, 3, 10, 2047, Infinity);
const any = fc.constantFrom(0, 0.25, 1, 3, 2048, 1e9, Infinity);
const costs = fc.oneof(
  fc.array(whole, { minLength: 32, maxLength: 32 }),
  fc.array(any, { minLength: 32, maxLength: 32 }),
);

describe('the search', () => {
  it('finds the shortest ways from and to a node, over whole costs and any others, in turn on the same buffers', () => {
    fc.assert(
      fc.property(traffic, fc.array(costs, { minLength: 1, maxLength: 4 }), fc.nat(7), ({ graph }, rounds, end) => {
        const search = new ShortestPaths(graph);
        for (const values of rounds) {
          const cost = Float64Array.from(values.slice(0, graph.arcCount));
          const node = end % graph.nodeCount;
          search.from(node, cost);
          expect([...search.distance]).toEqual(relaxed(graph.nodeCount, graph.tail, graph.head, cost, node));
          for (let target = 0; target < graph.nodeCount; target += 1) {
            const sum = search.pathTo(target)?.reduce((total, arc) => total + (cost[arc] as number), 0) ?? Infinity;
            expect(sum).toBe(search.distance[target]);
          }
          const settled = [...search.settled.subarray(0, search.settledCount)];
          expect(new Set(settled).size).toBe([...search.distance].filter((far) => far !== Infinity).length);
          const along = settled.map((one) => search.distance[one] as number);
          expect(along).toEqual(along.toSorted((one, other) => one - other));
          search.to(node, cost);
          expect([...search.distance]).toEqual(relaxed(graph.nodeCount, graph.head, graph.tail, cost, node));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('stops at a target with the right distance, and is whole again afterwards', () => {
    fc.assert(
      fc.property(traffic, costs, fc.nat(7), ({ graph }, values, end) => {
        const cost = Float64Array.from(values.slice(0, graph.arcCount));
        const target = end % graph.nodeCount;
        const search = new ShortestPaths(graph);
        const expected = relaxed(graph.nodeCount, graph.tail, graph.head, cost, 0);
        search.from(0, cost, target);
        expect(search.distance[target]).toBe(expected[target]);
        search.from(0, cost);
        expect([...search.distance]).toEqual(expected);
      }),
    );
  });
});
