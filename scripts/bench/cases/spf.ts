import { dijkstra } from 'graphology-shortest-path';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph, type TwinGraph } from '../../../src/twin/graph.ts';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { timeIgraph } from '../igraph.ts';
import { benchBackbone } from '../networks.ts';

const OWN_REPEATS = 20;
const GRAPHOLOGY_REPEATS = 2;
const IGRAPH_REPEATS = 5;

/**
 * Dijkstra from every node of Kdl (754 nodes; a generated backbone of that size where the data is missing), in one
 * run: ours (distances and predecessors), graphology's `singleSource` (paths, the only answer it has), and igraph's
 * `distances` (no predecessors, its fastest call for one source). Medians over sources and repeats.
 */
export const bench: Bench = {
  name: 'spf',
  summary: 'single-source Dijkstra on 754 nodes against graphology-shortest-path and igraph',
  run: async () => {
    const network = await benchBackbone();
    const model = buildGraph(network);
    const graph = compileGraph(model);
    const search = new ShortestPaths(graph);
    const ours = (): number => medianUs(graph.nodeCount, OWN_REPEATS, (node) => search.from(node, graph.metric));
    // Before and after the peers: the machine may have become slower or faster meanwhile.
    const first = ours();
    const graphology = medianUs(graph.nodeCount, GRAPHOLOGY_REPEATS, (node) =>
      pathsFrom(model, graph.nodeIds[node] as string),
    );
    const igraph = timeIgraph(graph, graph.metric, IGRAPH_REPEATS);
    const ownUs = (first + ours()) / 2;
    if (igraph && !isClose(igraph.sum, sumOfDistances(search, graph.metric)))
      throw new Error('igraph found other ways');
    const us = { bench: 'spf', unit: 'µs', better: 'lower' } as const;
    const ratio = { bench: 'spf', unit: 'x', better: 'higher' } as const;
    const against = (peerUs: number | undefined): number => (peerUs ?? Number.NaN) / ownUs;
    return [
      measure({ ...us, metric: 'own', value: ownUs }),
      measure({ ...us, metric: 'graphology', value: graphology }),
      measure({ ...ratio, metric: 'against-graphology', value: against(graphology), must: 15, aim: 25 }),
      ...(igraph ? igraphTimes(igraph.distancesUs, igraph.pathsUs, igraph.batchUs) : []),
      measure({ ...ratio, metric: 'against-igraph', value: against(igraph?.distancesUs), must: 1.5, aim: 3 }),
      ...(igraph ? [measure({ ...ratio, metric: 'against-igraph-batch', value: against(igraph.batchUs) })] : []),
    ];
  },
};

function igraphTimes(distances: number, paths: number, batch: number): Measure[] {
  const us = { bench: 'spf', unit: 'µs', better: 'lower' } as const;
  return [
    measure({ ...us, metric: 'igraph-distances', value: distances }),
    measure({ ...us, metric: 'igraph-paths', value: paths }),
    measure({ ...us, metric: 'igraph-distances-batch', value: batch }),
  ];
}

function pathsFrom(model: TwinGraph, node: string): unknown {
  return dijkstra.singleSource(model, node, 'metric');
}

function medianUs(nodes: number, repeats: number, search: (node: number) => void): number {
  for (let node = 0; node < nodes; node += 1) search(node);
  const elapsed: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (let node = 0; node < nodes; node += 1) {
      const startedMs = performance.now();
      search(node);
      elapsed.push((performance.now() - startedMs) * 1000);
    }
  }
  return percentile(elapsed, 0.5);
}

function sumOfDistances(search: ShortestPaths, cost: Float64Array): number {
  let sum = 0;
  for (let node = 0; node < search.graph.nodeCount; node += 1) {
    search.from(node, cost);
    for (const distance of search.distance) sum += distance;
  }
  return sum;
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-9 * Math.abs(other);
}
