import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompiledGraph } from '../../src/twin/compiled.ts';
import { routeTo } from '../../src/twin/ecmp.ts';
import { LiveRouting, type RoutingFork } from '../../src/twin/live-routing.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import { demand, ringNetwork } from '../reroute/fixtures.ts';
import { compiled, disagreement, essence, fromScratch, type Traffic, traffic } from './scratch.ts';

type Step =
  | { readonly kind: 'fail' | 'restore'; readonly arcs: readonly number[] }
  | { readonly kind: 'costs'; readonly costs: readonly (readonly [number, number])[] }
  | { readonly kind: 'fork' | 'discard' };

const arcNumber = fc.nat(31);
const cost = fc.constantFrom(0.5, 1, 2, 3, 5, 20, 1e-6, 4e9, Infinity);
const arcs = fc.array(arcNumber, { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('fail' as const, 'restore' as const), arcs }),
  fc.record({
    kind: fc.constant('costs' as const),
    costs: fc.array(fc.tuple(arcNumber, cost), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constantFrom('fork' as const, 'discard' as const) }),
);

/** Arcs of the step that the graph has. */
function known(graph: CompiledGraph, numbers: readonly number[]): number[] {
  return graph.arcCount === 0 ? [] : numbers.map((arc) => arc % graph.arcCount);
}

/** A picture of everything that a fork has to put back, to the last bit. */
function picture(live: LiveRouting): unknown {
  const routings = live.graph.nodeIds.map((_, target) => essence(live.routingTo(target)));
  return { cost: [...live.cost], load: [...live.loadBps], lost: live.lostBps, routings };
}

function take(live: LiveRouting, taken: Step, forks: { fork: RoutingFork; before: unknown }[]): void {
  const { graph } = live;
  if (taken.kind === 'fail') live.fail(known(graph, taken.arcs));
  else if (taken.kind === 'restore') live.restore(known(graph, taken.arcs));
  else if (taken.kind === 'fork') forks.push({ before: picture(live), fork: live.fork() });
  else if (taken.kind === 'costs') {
    live.setCosts(taken.costs.flatMap(([arc, value]) => known(graph, [arc]).map((one) => [one, value] as const)));
  } else {
    const open = forks.pop();
    open?.fork.discard();
    if (open) expect(picture(live)).toEqual(open.before);
  }
}

function expectFromScratch({ graph, demands }: Traffic, live: LiveRouting): void {
  for (let target = 0; target < graph.nodeCount; target += 1) {
    const scratch = routeTo(new ShortestPaths(graph), target, live.cost);
    expect(essence(live.routingTo(target))).toEqual(essence(scratch));
  }
  expect(disagreement(live, fromScratch(graph, demands, live.cost), demands)).toBeLessThan(1e-9);
}

describe('live routing', () => {
  it('equals routing from scratch after any failures, restorations, new costs, and what-ifs taken back', () => {
    fc.assert(
      fc.property(traffic, fc.array(step, { maxLength: 12 }), (given, steps) => {
        const live = new LiveRouting(given.graph, given.demands);
        const forks: { fork: RoutingFork; before: unknown }[] = [];
        expectFromScratch(given, live);
        for (const taken of steps) {
          take(live, taken, forks);
          expectFromScratch(given, live);
        }
        while (forks.length > 0) take(live, { kind: 'discard' }, forks);
        expectFromScratch(given, live);
      }),
      { numRuns: 400 },
    );
  });

  it('gives the order of a repaired routing from far to near', () => {
    fc.assert(
      fc.property(traffic, arcs, ({ graph, demands }, failed) => {
        const live = new LiveRouting(graph, demands);
        live.fail(known(graph, failed));
        graph.nodeIds.forEach((_, target) => {
          const { order, distance } = live.routingTo(target);
          const along = Array.from(order, (node) => distance[node] as number);
          expect(along).toEqual(along.toSorted((one, other) => other - one));
          expect(order.at(-1)).toBe(target);
          expect(order.length).toBe([...distance].filter((far) => far !== Infinity).length);
        });
      }),
    );
  });

  it('repairs only what a failure touches', () => {
    // A ring of 4: the ways to n2 and n3 do not use the link between n0 and n1 but for one node.
    const { network } = ringNetwork();
    const graph = compiled(network);
    const live = new LiveRouting(graph, [demand('d', 3, 2, 8), demand('e', 0, 1, 4)]);
    const change = live.fail([graph.arcIndex.get('l0:az') as number, graph.arcIndex.get('l0:za') as number]);
    expect(change.targets.map((target) => graph.nodeIds[target])).toContain('n1');
    expect(change.changedNodes).toBeLessThan(graph.nodeCount * change.targets.length);
    expect([...live.loadBps].reduce((sum, load) => sum + load, 0)).toBe(8 + 3 * 4);
  });

  it('refuses forks that are not closed in order, and costs that are none', () => {
    const { network } = ringNetwork();
    const graph = compiled(network);
    const live = new LiveRouting(graph, []);
    const outer = live.fork();
    const inner = live.fork();
    expect(() => outer.discard()).toThrow(RangeError);
    inner.discard();
    outer.discard();
    expect(() => outer.discard()).toThrow(RangeError);
    for (const value of [0, -1, Number.NaN]) {
      expect(() =>
        live.setCosts([
          [1, 3],
          [0, value],
        ]),
      ).toThrow(RangeError);
    }
    expect([...live.cost]).toEqual([...graph.metric]);
    expect(() => new LiveRouting(graph, [demand('x', 0, 99, 1)])).toThrow(RangeError);
  });
});
