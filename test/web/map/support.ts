import type { LinkView, NetworkLink, NetworkView, NodeView } from '../../../src/api/schemas/screen.ts';

export function node(id: string, facts: Partial<NodeView> = {}): NodeView {
  return { id, name: id, lat: 50, lon: 8, tier: null, ...facts };
}

export function link(id: string, a: string, z: string, capacityBps = 10e9): NetworkLink {
  const both = (value: number) => ({ az: value, za: value });
  return {
    ...{ id, a, z, aInterface: null, zInterface: null, srlgs: [] },
    ...{ capacityBps: both(capacityBps), latencyMs: both(1), metric: both(10) },
  };
}

export function network(nodes: NodeView[], links: NetworkLink[]): Pick<NetworkView, 'nodes' | 'links'> {
  return { nodes, links };
}

const ARC = {
  ...{ loadBps: 1e9, utilisation: 0.1, lossRatio: 0, wireLossRatio: 0, congestionLossRatio: 0, errorRatio: 0 },
  ...{ latencyMs: 1, baselineLatencyMs: 1, unknown: {} },
} as LinkView['arcs']['az'];

/** A link as the stream tells it. */
export function live(id: string, changes: Partial<LinkView> = {}): LinkView {
  const end = { adminStatus: 'up', operStatus: 'up', atMs: 0, receivedAtMs: 0 } as const;
  return {
    ...link(id, 'a', 'b'),
    ...{ state: 'healthy', score: 100, sinceMs: 0, atMs: 0, receivedAtMs: 0, intervalMs: 1000, adminDown: false },
    ...{ parts: [], arcs: { az: ARC, za: ARC }, ends: { a: end, z: end }, reason: 'fine' },
    ...changes,
  } as LinkView;
}
