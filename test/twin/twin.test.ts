import fc from 'fast-check';
import { dijkstra } from 'graphology-shortest-path';
import { describe, expect, it } from 'vitest';
import { addPaths } from '../../src/twin/arc-path.ts';
import { demandsCrossing } from '../../src/twin/crossing.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { buildTwin, currentPaths, igpPaths } from '../../src/twin/twin.ts';
import { simplePaths } from '../reroute/brute-force.ts';
import { demand, sketch, stateOf } from '../reroute/fixtures.ts';

const network = fc
  .record({
    nodes: fc.integer({ min: 2, max: 5 }),
    links: fc.array(
      fc.record({
        a: fc.nat(4),
        z: fc.nat(4),
        metric: fc.record({ az: fc.integer({ min: 1, max: 4 }), za: fc.integer({ min: 1, max: 4 }) }),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    down: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
  })
  .map(({ nodes, links, down }) => {
    const kept = links
      .map((link) => ({ ...link, a: link.a % nodes, z: link.z % nodes }))
      .filter((one) => one.a !== one.z);
    const index = sketch(nodes, kept);
    const states = index.network.links.map(({ id }, at) => stateOf(id, down[at] ? 'down' : 'healthy'));
    return { index, states };
  });

const allPairs = (nodes: number) =>
  Array.from({ length: nodes * nodes }, (_, at) => demand(`d${at}`, Math.floor(at / nodes), at % nodes, at + 1)).filter(
    (one) => one.source !== one.target,
  );

function costAlong(oracle: ReturnType<typeof buildGraph>, nodes: readonly string[]): number {
  return nodes.slice(1).reduce((sum, node, at) => {
    const [edge] = oracle.directedEdges(nodes[at] as string, node).filter((id) => oracle.target(id) === node);
    return sum + oracle.getEdgeAttribute(edge as string, 'metric');
  }, 0);
}

describe('the twin', () => {
  it('routes as brute force and graphology do: parallel links, asymmetric metrics, pieces', () => {
    fc.assert(
      fc.property(network, ({ index, states }) => {
        const demands = allPairs(index.network.nodes.length);
        const twin = buildTwin({ network: index.network, states, demands, tunnels: [] });
        const { graph } = twin;
        const oracle = buildGraph(index.network);
        graph.arcIds.forEach((id, arc) => void (twin.closed[arc] && oracle.dropEdge(id)));
        const ends = index.network.links.map((link) => [link.a, link.z].sort().join());
        const isSimpleGraph = new Set(ends).size === ends.length;
        const loads = new Float64Array(graph.arcCount);
        demands.forEach((flow, at) => {
          const source = graph.nodeIndex.get(flow.source) as number;
          const target = graph.nodeIndex.get(flow.target) as number;
          const distance = twin.routing(target).distance[source] as number;
          const paths = simplePaths(graph, source, target, (arc) => !twin.closed[arc]);
          const costs = paths.map((path) => path.reduce((sum, arc) => sum + (graph.metric[arc] as number), 0));
          expect(distance).toBe(Math.min(...costs));
          // graphology picks among parallel links without regard to their weight: it can only tell what it reaches.
          const reached: string[] | null = dijkstra.bidirectional(oracle, flow.source, flow.target, 'metric');
          expect(reached === null).toBe(distance === Infinity);
          if (reached && isSimpleGraph) expect(costAlong(oracle, reached)).toBeCloseTo(distance, 9);
          if (distance === Infinity) return;
          const shortest = paths.filter((_, path) => costs[path] === distance).map((arcs) => arcs.join());
          const taken = igpPaths(twin, at);
          expect(taken.map((path) => path.arcs.join()).sort()).toEqual(shortest.sort());
          expect(taken.reduce((sum, path) => sum + path.share, 0)).toBeCloseTo(1, 9);
          addPaths(loads, taken, flow.bps);
        });
        twin.loadBps.forEach((load, arc) => void expect(load).toBeCloseTo(loads[arc] as number, 6));
      }),
      { numRuns: 150 },
    );
  });

  it('conserves traffic at every node', () => {
    fc.assert(
      fc.property(network, ({ index, states }) => {
        const demands = allPairs(index.network.nodes.length);
        const twin = buildTwin({ network: index.network, states, demands, tunnels: [] });
        const lost = new Set(twin.lost);
        const balance = new Float64Array(twin.graph.nodeCount);
        const at = (id: string) => twin.graph.nodeIndex.get(id) as number;
        const add = (node: number, bps: number) => {
          balance[node] = (balance[node] as number) + bps;
        };
        twin.loadBps.forEach((load, arc) => {
          add(twin.graph.tail[arc] as number, -load);
          add(twin.graph.head[arc] as number, load);
        });
        demands.forEach((flow, index) => {
          if (lost.has(index)) return;
          add(at(flow.source), flow.bps);
          add(at(flow.target), -flow.bps);
        });
        for (const rest of balance) expect(rest).toBeCloseTo(0, 6);
      }),
      { numRuns: 150 },
    );
  });

  it('takes a tunnel, and falls back to the IGP when an arc of it closes', () => {
    const index = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
    ]);
    const tunnels = [{ demand: 'd', paths: [{ share: 1, arcs: ['l1:az'] }] }];
    const build = (state: 'healthy' | 'down') =>
      buildTwin({
        network: index.network,
        states: [stateOf('l0'), stateOf('l1', state)],
        demands: [demand('d', 0, 1, 5)],
        tunnels,
      });
    expect([...build('healthy').loadBps]).toEqual([0, 0, 5, 0]);
    expect([...build('down').loadBps]).toEqual([5, 0, 0, 0]);
    const marked = Uint8Array.from([0, 0, 1, 0]);
    expect(demandsCrossing(build('healthy'), marked)).toEqual([0]);
    expect(demandsCrossing(build('down'), marked)).toEqual([]);
  });

  it('closes what its operator shut, keeps what is stale open, and keeps a link-local demand on its arc', () => {
    const index = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 90, za: 90 } },
    ]);
    const own = { ...demand('l2:az', 0, 1, 7) };
    const states = [stateOf('l0', 'healthy', { adminDown: true }), stateOf('l1', 'stale')];
    const twin = buildTwin({ network: index.network, states, demands: [demand('d', 0, 1, 5), own], tunnels: [] });
    expect([...twin.closed]).toEqual([1, 1, 0, 0, 0, 0]);
    expect([...twin.stale]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...twin.loadBps]).toEqual([0, 0, 5, 0, 7, 0]);
    expect(currentPaths(twin, 1)).toEqual([{ share: 1, arcs: [4] }]);
  });
});

describe('an aggregate that lost members', () => {
  const halved = (capacityBps: { az?: number; za?: number }) => {
    const { arcs } = stateOf('l0');
    const of = (bps: number | undefined) => (bps === undefined ? {} : { capacityBps: bps });
    return stateOf('l0', 'healthy', {
      arcs: { az: { ...arcs.az, ...of(capacityBps.az) }, za: { ...arcs.za, ...of(capacityBps.za) } },
    });
  };
  const twinOf = (state: ReturnType<typeof halved>) => {
    const { network } = sketch(2, [{ a: 0, z: 1, capacityBps: 100 }]);
    return buildTwin({ network, states: [state], demands: [demand('d', 0, 1, 10)], tunnels: [] });
  };

  it('has what is left, in the direction that tells it, or in both where one end tells it', () => {
    expect([...twinOf(halved({})).graph.capacityBps]).toEqual([100, 100]);
    expect([...twinOf(halved({ az: 50, za: 70 })).graph.capacityBps]).toEqual([50, 70]);
    expect([...twinOf(halved({ za: 50 })).graph.capacityBps]).toEqual([50, 50]);
    expect([...twinOf(halved({ az: 400, za: 400 })).graph.capacityBps]).toEqual([100, 100]);
  });

  it('keeps its load and takes no new traffic while no member is active', () => {
    const twin = twinOf(halved({ az: 0 }));
    expect([...twin.graph.capacityBps]).toEqual([100, 100]);
    expect([...twin.stale]).toEqual([1, 1]);
    expect([...twin.loadBps]).toEqual([10, 0]);
  });

  it('leaves the network as it is on file', () => {
    const { network } = sketch(2, [{ a: 0, z: 1, capacityBps: 100 }]);
    buildTwin({ network, states: [halved({ az: 50 })], demands: [], tunnels: [] });
    expect(network.links[0]?.capacityBps).toEqual({ az: 100, za: 100 });
  });
});
