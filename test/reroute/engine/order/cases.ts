import type { Rng } from '../../../../src/core/rng.ts';
import type { OrderInput, OrderMove } from '../../../../src/reroute/engine/order/index.ts';
import { type CompiledGraph, compileGraph } from '../../../../src/twin/compiled.ts';
import { buildGraph } from '../../../../src/twin/graph.ts';
import { ShortestPaths } from '../../../../src/twin/shortest-path.ts';
import type { Network } from '../../../../topology/model.ts';
import { type LinkSketch, sketchNetwork } from '../../../telemetry/simulator/networks.ts';

/** A ring with chords and parallel links: enough ways round to get stuck on. */
export function randomGraph(rng: Rng, nodeCount: number, chords: number): CompiledGraph {
  return compileGraph(buildGraph(randomNetwork(rng, nodeCount, chords)));
}

export function randomNetwork(rng: Rng, nodeCount: number, chords: number): Network {
  const links: LinkSketch[] = [];
  const add = (a: number, z: number): void => {
    links.push({ id: `l${links.length}`, a: `n${a}`, z: `n${z}`, gbps: 5 + rng.below(10), metric: 1 + rng.below(20) });
  };
  for (let node = 0; node < nodeCount; node += 1) add(node, (node + 1) % nodeCount);
  for (let chord = 0; chord < chords; chord += 1) {
    const a = rng.below(nodeCount);
    add(a, (a + 1 + rng.below(nodeCount - 1)) % nodeCount);
  }
  return sketchNetwork(links);
}

/** Demands that change from one random way to another, with limits so tight that the order matters. */
export function randomCase(rng: Rng, moveCount: number, nodeCount = 6, chords = 5): OrderInput {
  const graph = randomGraph(rng, nodeCount, chords);
  const moves = Array.from({ length: moveCount }, () => randomMove(rng, graph));
  const startBps = new Float64Array(graph.arcCount);
  for (let arc = 0; arc < graph.arcCount; arc += 1) startBps[arc] = rng.below(3) * 1e9;
  addWays(startBps, moves, 'from');
  const slack = rng.pick([0, 0, 0.1, 0.3]);
  const endBps = startBps.slice();
  addWays(endBps, moves, 'from', -1);
  addWays(endBps, moves, 'to');
  const limit = Float64Array.from(graph.capacityBps, (capacity, arc) => {
    const most = Math.max(startBps[arc] as number, endBps[arc] as number);
    return rng.next() < 0.2 ? 0.3 : Math.max(0.01, (most / capacity) * (1 + slack * rng.next()));
  });
  return { graph, limit, open: new Uint8Array(graph.arcCount).fill(1), startBps, moves };
}

function randomMove(rng: Rng, graph: CompiledGraph): OrderMove {
  const source = rng.below(graph.nodeCount);
  const target = (source + 1 + rng.below(graph.nodeCount - 1)) % graph.nodeCount;
  const way = (): { share: number; arcs: number[] }[] => {
    const first = randomPath(rng, graph, source, target);
    if (rng.next() < 0.7) return [{ share: 1, arcs: first }];
    return [
      { share: 0.25, arcs: first },
      { share: 0.75, arcs: randomPath(rng, graph, source, target) },
    ];
  };
  return { source, target, bps: rng.below(5) * 1e9, from: way(), to: way() };
}

function randomPath(rng: Rng, graph: CompiledGraph, source: number, target: number): number[] {
  const paths = new ShortestPaths(graph);
  paths.from(
    source,
    graph.metric.map(() => rng.next()),
    target,
  );
  return paths.pathTo(target) as number[];
}

export function addWays(loadBps: Float64Array, moves: readonly OrderMove[], way: 'from' | 'to', sign = 1): void {
  for (const move of moves) {
    for (const { share, arcs } of move[way]) {
      for (const arc of Array.from(arcs)) loadBps[arc] = (loadBps[arc] as number) + sign * share * move.bps;
    }
  }
}
