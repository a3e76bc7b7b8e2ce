import type { Network } from '../../topology/model.ts';
import { arcId, DIRECTIONS } from '../core/ids.ts';
import type { CompiledGraph } from './compiled.ts';

export type FailureKind = 'link' | 'node' | 'srlg';

/** Something that fails as one. */
export interface FailureScenario {
  readonly kind: FailureKind;
  /** Id of the link, node or risk group. */
  readonly id: string;
  /** Arcs that carry nothing any more; an arc may be there twice. */
  readonly arcs: Int32Array;
}

/** Every single failure of these kinds, in the order of the network; risk groups without links are left out. */
export function singleFailures(
  network: Network,
  graph: CompiledGraph,
  kinds: readonly FailureKind[] = ['link', 'node', 'srlg'],
): FailureScenario[] {
  return kinds.flatMap((kind) => FAILURES[kind](network, graph));
}

const FAILURES: Readonly<Record<FailureKind, (network: Network, graph: CompiledGraph) => FailureScenario[]>> = {
  link: (network, graph) =>
    network.links.map(({ id }) => ({ kind: 'link', id, arcs: Int32Array.from(arcsOf(graph, id)) })),
  node: (network, graph) =>
    network.nodes.map(({ id }) => ({ kind: 'node', id, arcs: arcsAt(graph, graph.nodeIndex.get(id)) })),
  srlg: (network, graph) => {
    const members = new Map<string, number[]>();
    for (const link of network.links) {
      for (const srlg of link.srlgs) members.set(srlg, [...(members.get(srlg) ?? []), ...arcsOf(graph, link.id)]);
    }
    return [...members].map(([id, arcs]) => ({ kind: 'srlg', id, arcs: Int32Array.from(arcs) }));
  },
};

function arcsOf(graph: CompiledGraph, linkId: string): number[] {
  return DIRECTIONS.map((direction) => graph.arcIndex.get(arcId(linkId, direction)) ?? -1).filter((arc) => arc >= 0);
}

function arcsAt(graph: CompiledGraph, node: number | undefined): Int32Array {
  if (node === undefined) return new Int32Array(0);
  const out = graph.outArcs.subarray(graph.outStart[node], graph.outStart[node + 1]);
  const into = graph.inArcs.subarray(graph.inStart[node], graph.inStart[node + 1]);
  return Int32Array.from([...out, ...into]);
}
