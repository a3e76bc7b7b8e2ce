import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArcTable, arcTable } from '../../src/verify/arc-table.ts';
import { distancesFrom, distancesTo } from '../../src/verify/dijkstra.ts';
import { spread, towards } from '../../src/verify/equal-split.ts';
import { fortzThorup } from '../../src/verify/figures.ts';
import { anyOrder } from '../../src/verify/order-search.ts';
import type { PlanPath } from '../../topology/formats/detour-plan.ts';
import { arcsOf, igpPaths } from './exhaustive.ts';
import { networkOf } from './scenarios.ts';
import { tasks } from './tasks.ts';

describe('fortzThorup', () => {
  it.each([
    [0, 0],
    [1 / 3, 1 / 3],
    [2 / 3, 4 / 3],
    [0.9, 4 / 3 + 7 / 3],
    [1, 11 / 3 + 7],
    [1.1, 32 / 3 + 50],
    [1.2, 182 / 3 + 500],
  ])('of %d of 1 Gbit/s is %d', (load, cost) => {
    expect(fortzThorup(load, 1)).toBeCloseTo(cost, 9);
    expect(fortzThorup(load * 40, 40)).toBeCloseTo(cost * 40, 6);
  });
});

/** Relaxes every arc as often as there are nodes (Bellman 1958, Ford 1956). */
function slowDistances(table: ArcTable, root: number, weight: readonly number[]): number[] {
  const distance = table.nodeIds.map((_id, node) => (node === root ? 0 : Infinity));
  for (const _round of table.nodeIds) {
    for (const [arc, cost] of weight.entries()) {
      const [from, to] = [table.from[arc] as number, table.to[arc] as number];
      distance[to] = Math.min(distance[to] as number, (distance[from] as number) + cost);
    }
  }
  return distance;
}

describe('distances', () => {
  const draws = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 12, maxLength: 12 });

  it('are those of relaxing every arc over and over', () => {
    fc.assert(
      fc.property(tasks, draws, (task, drawn) => {
        const table = arcTable(task.network);
        const weight = drawn.slice(0, table.ids.length).map((value) => (value > 8 ? Infinity : value));
        for (const root of table.nodeIds.keys()) {
          const slow = slowDistances(table, root, weight).map(rounded);
          expect([...distancesFrom(table, root, weight)].map(rounded)).toEqual(slow);
          const back = table.nodeIds.map((_id, node) => distancesTo(table, node, weight)[root] as number);
          expect(back.map(rounded)).toEqual(slow);
        }
      }),
    );
  });
});

function rounded(value: number): string {
  return value.toFixed(9);
}

describe('spread', () => {
  it('splits equally per arc, parallel ones apart, at every node anew', () => {
    const network = networkOf([
      ['p1', 'A', 'B', 1, 2],
      ['p2', 'A', 'B', 1, 2],
      ['ac', 'A', 'C', 1, 1],
      ['cb1', 'C', 'B', 1, 1],
      ['cb2', 'C', 'B', 1, 1],
      ['far', 'A', 'B', 1, 3],
    ]);
    const table = arcTable(network);
    const node = (id: string): number => table.nodeIndex.get(id) as number;
    const { shares, lostShare } = spread(
      table,
      towards(table, node('B'), table.metric),
      node('A'),
      table.ids.map(() => true),
    );
    expect(Object.fromEntries([...shares].map(([arc, share]) => [table.ids[arc], share]))).toEqual({
      'p1:az': 1 / 3,
      'p2:az': 1 / 3,
      'ac:az': 1 / 3,
      'cb1:az': 1 / 6,
      'cb2:az': 1 / 6,
    });
    expect(lostShare).toBe(0);
  });

  it('loses at a broken arc what is sent there', () => {
    const network = networkOf([
      ['p1', 'A', 'B', 1, 1],
      ['p2', 'A', 'B', 1, 1],
      ['bc', 'B', 'C', 1, 1],
    ]);
    const table = arcTable(network);
    const alive = table.link.map((link) => link !== 'p2');
    const { shares, lostShare } = spread(table, towards(table, 2, table.metric), 0, alive);
    expect(Object.fromEntries([...shares].map(([arc, share]) => [table.ids[arc], share]))).toEqual({
      'p1:az': 0.5,
      'bc:az': 0.5,
    });
    expect(lostShare).toBe(0.5);
  });

  it('is what listing all shortest paths gives', () => {
    fc.assert(
      fc.property(tasks, ({ network, demands }) => {
        const table = arcTable(network);
        const alive = table.ids.map(() => true);
        for (const { source, target } of demands) {
          const slow = onArcs(igpPaths(arcsOf(network), source, target));
          const way = towards(table, table.nodeIndex.get(target) as number, table.metric);
          const { shares, lostShare } = spread(table, way, table.nodeIndex.get(source) as number, alive);
          const fast = new Map([...shares].map(([arc, share]) => [table.ids[arc] as string, rounded(share)]));
          expect(fast).toEqual(slow);
          expect(lostShare).toBe(slow.size === 0 ? 1 : 0);
        }
      }),
    );
  });
});

function onArcs(paths: readonly PlanPath[]): Map<string, string> {
  const shares = new Map<string, number>();
  for (const { share, arcs } of paths) for (const arc of arcs) shares.set(arc, (shares.get(arc) ?? 0) + share);
  return new Map([...shares].map(([arc, share]) => [arc, rounded(share)]));
}

describe('anyOrder', () => {
  const shift = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });

  it('agrees with trying all permutations', () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.array(shift, { maxLength: 5 }), (rows) => {
        const most = [3, 3, 3];
        const works = permutations(rows).some((order) => {
          const load = [2, 2, 2];
          return order.every((row) => {
            const fits = row.every((bps, arc) => bps <= 0 || (load[arc] as number) + bps <= (most[arc] as number));
            row.forEach((bps, arc) => {
              load[arc] = (load[arc] as number) + bps;
            });
            return fits;
          });
        });
        seen[works ? 'yes' : 'no'] += 1;
        const shifts = rows.map((row) => new Map(row.entries()));
        expect(anyOrder(shifts, Float64Array.from([2, 2, 2]), most)).toBe(works);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(20);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, place) => permutations(items.toSpliced(place, 1)).map((rest) => [item, ...rest]));
}
