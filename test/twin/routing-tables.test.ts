import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeTo } from '../../src/twin/ecmp.ts';
import { igpCosts, RoutingTables, routingOfNetwork } from '../../src/twin/routing-tables.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import { sketch } from '../reroute/fixtures.ts';
import { traffic } from './scratch.ts';

describe('routing that is kept', () => {
  it('equals routing computed anew, whichever topologies were asked for before, and how many', () => {
    const looks = fc.array(fc.record({ closed: fc.array(fc.boolean(), { maxLength: 5 }), target: fc.nat(7) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(traffic, looks, ({ graph }, asked) => {
        const tables = new RoutingTables(graph);
        for (const { closed, target } of asked) {
          const closedArcs = Uint8Array.from({ length: graph.arcCount }, (_, arc) => (closed[arc] ? 1 : 0));
          const node = target % graph.nodeCount;
          const anew = routeTo(new ShortestPaths(graph), node, igpCosts(graph, closedArcs));
          expect(tables.over(closedArcs)(node)).toEqual(anew);
        }
      }),
    );
  });

  it('is worked out once for a topology, and forgotten when many others were asked for since', () => {
    const { network } = sketch(8, [
      ...Array.from({ length: 7 }, (_, at) => ({ a: at, z: at + 1 })),
      ...Array.from({ length: 7 }, (_, at) => ({ a: at, z: at + 1 })),
    ]);
    const { graph, tables } = routingOfNetwork(network);
    const only = (arc: number): Uint8Array => new Uint8Array(graph.arcCount).fill(1, arc, arc + 1);
    const first = tables.over(only(0))(3);
    expect(tables.over(only(0))(3)).toBe(first);
    for (let arc = 1; arc < graph.arcCount; arc += 1) tables.over(only(arc));
    expect(tables.over(only(0))(3)).not.toBe(first);
  });

  it('is that of a network object, and of no other with the same contents', () => {
    const { network } = sketch(2, [{ a: 0, z: 1 }]);
    expect(routingOfNetwork(network)).toBe(routingOfNetwork(network));
    expect(routingOfNetwork({ ...network })).not.toBe(routingOfNetwork(network));
  });
});
