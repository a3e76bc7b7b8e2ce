import type { Network } from '../../topology/model.ts';

/** A valid `detour-network/1` value with a parallel link, a tier, an SRLG and both forms of figures. */
export function validNetworkJson(): {
  format: string;
  name: string;
  nodes: Record<string, unknown>[];
  links: Record<string, unknown>[];
  srlgs: Record<string, unknown>[];
} {
  return {
    format: 'detour-network/1',
    name: 'triangle',
    nodes: [
      { id: 'A', name: 'Arnhem', lat: 51.98, lon: 5.91, tier: 'core', mass: 2 },
      { id: 'B', name: 'Breda', lat: 51.59, lon: 4.78, address: '10.0.0.2', snmpPort: 1161, credentials: 'env:SNMP_B' },
      { id: 'C', name: 'Castricum', lat: 52.55, lon: 4.67 },
    ],
    links: [
      { id: 'A-B', a: 'A', z: 'B', aInterface: 'et-0/0/0', zInterface: 'xe-0/0/1', capacityBps: 1e10, latencyMs: 1.5 },
      { id: 'A-B-2', a: 'A', z: 'B', capacityBps: 1e10, latencyMs: 1.5, metric: 20, srlgs: ['rhine'] },
      { id: 'B-C', a: 'B', z: 'C', capacityBps: { az: 1e10, za: 2e10 }, latencyMs: { az: 1, za: 2 }, srlgs: ['rhine'] },
      { id: 'C-A', a: 'C', z: 'A', capacityBps: 1e9, metric: { az: 5, za: 7 } },
    ],
    srlgs: [{ id: 'rhine', name: 'Rhine crossing' }],
  };
}

/** Pieces by repeated merging, as slow and as plain as can be. */
export function piecesByBruteForce(network: Pick<Network, 'nodes' | 'links'>, without?: string): number {
  const piece = new Map(network.nodes.map((node, position) => [node.id, position]));
  for (const _round of network.nodes) {
    for (const link of network.links) {
      if (link.id === without) continue;
      const lower = Math.min(piece.get(link.a) as number, piece.get(link.z) as number);
      piece.set(link.a, lower);
      piece.set(link.z, lower);
    }
  }
  return new Set(piece.values()).size;
}
