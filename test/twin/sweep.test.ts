import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureScenario, singleFailures } from '../../src/twin/scenarios.ts';
import { sweep } from '../../src/twin/sweep.ts';
import { demand, ringNetwork } from '../reroute/fixtures.ts';
import { compiled, disagreement, fromScratch, traffic } from './scratch.ts';

describe('the sweep', () => {
  it('equals routing from scratch for every link, node and risk group, and for several at once', () => {
    fc.assert(
      fc.property(
        traffic,
        fc.array(fc.array(fc.nat(31), { maxLength: 6 }), { maxLength: 4 }),
        fc.array(fc.nat(31), { maxLength: 2 }),
        ({ network, graph, demands }, several, shut) => {
          const cost = graph.metric.map((metric, arc) => (shut.includes(arc) ? Infinity : metric));
          const more = several.map((arcs, at): FailureScenario => {
            const known = graph.arcCount === 0 ? [] : arcs.map((arc) => arc % graph.arcCount);
            return { kind: 'srlg', id: `several ${at}`, arcs: Int32Array.from(known) };
          });
          const scenarios = [...singleFailures(network, graph), ...more];
          const seen: string[] = [];
          for (const result of sweep(graph, demands, scenarios, { cost })) {
            const { arcs, id } = result.scenario;
            const after = cost.map((value, arc) => (arcs.includes(arc) ? Infinity : value));
            const scratch = fromScratch(graph, demands, after);
            expect(disagreement(result, scratch, demands)).toBeLessThan(1e-9);
            const utilisation = result.loadBps.map((load, arc) => load / (graph.capacityBps[arc] as number));
            expect(result.mlu).toBe(utilisation.reduce((most, one) => Math.max(most, one), 0));
            if (result.mlu > 0) expect(utilisation[result.hottestArc]).toBe(result.mlu);
            expect(result.overloaded).toEqual(
              [...utilisation.keys()].filter((arc) => (utilisation[arc] as number) > 1),
            );
            seen.push(id);
          }
          expect(seen).toEqual(scenarios.map(({ id }) => id));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows all single failures, a node with its arcs in both directions', () => {
    const { network } = ringNetwork();
    const graph = compiled(network);
    const scenarios = singleFailures(network, graph);
    expect(scenarios.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      ...network.links.map(({ id }) => `link ${id}`),
      ...network.nodes.map(({ id }) => `node ${id}`),
    ]);
    const node = scenarios.find(({ id }) => id === 'n1') as FailureScenario;
    const arcs = Array.from(node.arcs, (arc) => graph.arcIds[arc]).sort();
    expect(arcs).toEqual(['l0:az', 'l0:za', 'l1:az', 'l1:za']);
    expect(singleFailures(network, graph, ['node']).map(({ kind }) => kind)).toEqual(['node', 'node', 'node', 'node']);
  });

  it('keeps fixed loads but on failed arcs, and counts as overloaded what is above the limit', () => {
    const { network } = ringNetwork();
    const graph = compiled(network);
    const fixedBps = new Float64Array(graph.arcCount).fill(30);
    const [first] = sweep(graph, [demand('d', 0, 1, 60)], singleFailures(network, graph, ['link']), {
      fixedBps,
      limit: 0.8,
    });
    const load = (id: string): number => first?.loadBps[graph.arcIndex.get(id) as number] as number;
    expect(first?.scenario.id).toBe('l0');
    expect([load('l0:az'), load('l0:za'), load('l3:za'), load('l4:az')]).toEqual([0, 0, 90, 30]);
    expect(first?.overloaded.map((arc) => graph.arcIds[arc])).toEqual(['l1:za', 'l2:za', 'l3:za']);
    expect([first?.mlu, first?.lostBps, first?.touchedTargets]).toEqual([0.9, 0, 1]);
  });

  it('gives answers block by block, whatever number of scenarios there is', () => {
    const { network } = ringNetwork();
    const graph = compiled(network);
    const links = singleFailures(network, graph, ['link']);
    const many = Array.from({ length: 1000 }, (_, at) => links[at % links.length] as FailureScenario);
    let count = 0;
    for (const result of sweep(graph, [demand('d', 0, 1, 60)], many, { blockBytes: 1 })) {
      if (result.scenario !== many[count]) throw new Error('out of order');
      count += 1;
    }
    expect(count).toBe(many.length);
  });
});
