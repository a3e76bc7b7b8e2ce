import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CompiledGraph, compileGraph } from '../../src/twin/compiled.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { kShortestPaths } from '../../src/twin/k-shortest.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';

const NODES = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];

const graphs = fc
  .array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 }), fc.integer({ min: 0, max: 9 })), { maxLength: 12 })
  .map((ends) => {
    const same = (value: number) => ({ az: value, za: value });
    const links = ends
      .filter(([a, z]) => a !== z)
      .map(([a, z, cost], index) => ({
        id: `l${index}`,
        a: `n${a}`,
        z: `n${z}`,
        aInterface: null,
        zInterface: null,
        capacityBps: same(1e9),
        latencyMs: same(cost),
        metric: same(1),
        srlgs: [],
      }));
    const nodes = NODES.map((id) => ({
      id,
      name: id,
      lat: null,
      lon: null,
      tier: null,
      mass: null,
      address: null,
      snmpPort: 161,
      credentials: null,
    }));
    return compileGraph(buildGraph({ name: 'random', nodes, links, srlgs: [] }));
  });

/** Costs of all paths without loops, cheapest first, found by walking everywhere. */
function allCosts(graph: CompiledGraph, at: number, target: number, cost: Float64Array, seen: number[] = []): number[] {
  if (at === target) return [0];
  const costs: number[] = [];
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    const head = graph.head[arc] as number;
    if (graph.tail[arc] !== at || seen.includes(head) || cost[arc] === Infinity) continue;
    costs.push(...allCosts(graph, head, target, cost, [...seen, at]).map((rest) => rest + (cost[arc] as number)));
  }
  return costs.sort((x, y) => x - y);
}

it('finds the cheapest paths without loops, each once', () => {
  fc.assert(
    fc.property(
      graphs,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
      (graph, count, shut) => {
        const cost = graph.latencyMs.map((latency, arc) => (shut.includes(arc) ? Infinity : latency));
        const found = kShortestPaths(new ShortestPaths(graph), 0, 1, cost, count);
        const costs = found.map((arcs) => arcs.reduce((sum, arc) => sum + (cost[arc] as number), 0));
        expect(costs).toEqual(allCosts(graph, 0, 1, cost).slice(0, count));
        expect(new Set(found.map((arcs) => arcs.join())).size).toBe(found.length);
        for (const arcs of found) {
          const nodes = [0, ...arcs.map((arc) => graph.head[arc] as number)];
          expect(nodes.at(-1)).toBe(1);
          expect(new Set(nodes).size).toBe(nodes.length);
          for (const [index, arc] of arcs.entries()) expect(graph.tail[arc]).toBe(nodes[index]);
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('has no path from a node to itself', () => {
  const graph = compileGraph(buildGraph({ name: 'none', nodes: [], links: [], srlgs: [] }));
  expect(kShortestPaths(new ShortestPaths(graph), 0, 0, new Float64Array(0), 3)).toEqual([]);
});
