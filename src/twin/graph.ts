import { MultiDirectedGraph } from 'graphology';
import type { Network } from '../../topology/model.ts';
import { arcId, DIRECTIONS } from '../core/ids.ts';

/** Attributes of an edge; its key is the arc id. */
export interface ArcAttributes {
  readonly linkId: string;
  readonly capacityBps: number;
  readonly latencyMs: number;
  readonly metric: number;
}

export type TwinGraph = MultiDirectedGraph<{ name: string }, ArcAttributes>;

/** The network as a graphology graph: one node per router, one edge per arc, parallel links kept apart by arc id. */
export function buildGraph(network: Network): TwinGraph {
  const graph: TwinGraph = new MultiDirectedGraph();
  for (const node of network.nodes) graph.addNode(node.id, { name: node.name });
  for (const link of network.links) {
    for (const direction of DIRECTIONS) {
      const [from, to] = direction === 'az' ? [link.a, link.z] : [link.z, link.a];
      graph.addEdgeWithKey(arcId(link.id, direction), from, to, {
        linkId: link.id,
        capacityBps: link.capacityBps[direction],
        latencyMs: link.latencyMs[direction],
        metric: link.metric[direction],
      });
    }
  }
  return graph;
}
