import { bridgeLinks } from './bridges.ts';
import { connectedComponents } from './components.ts';
import { networkHash } from './formats/detour-network.ts';
import type { Network, Tier } from './model.ts';

/** A network in figures, for people and for `--json`. */
export interface NetworkSummary {
  readonly name: string;
  readonly hash: string;
  readonly nodes: number;
  readonly links: number;
  /** Links beyond the first between the same two nodes. */
  readonly parallelLinks: number;
  /** Number of nodes of each piece, the largest first. */
  readonly componentSizes: readonly number[];
  readonly tiers: Readonly<Record<Tier | 'unknown', number>>;
  /** Ids of the links whose loss splits the network. */
  readonly bridges: readonly string[];
  readonly srlgs: number;
  /** bit/s, over both directions of all links. */
  readonly capacityBps: { readonly min: number; readonly max: number };
  /** ms, one way, over both directions of all links. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Nodes with a management address. */
  readonly polledNodes: number;
}

export function summariseNetwork(network: Network): NetworkSummary {
  const tiers = { core: 0, distribution: 0, access: 0, unknown: 0 };
  for (const node of network.nodes) tiers[node.tier ?? 'unknown'] += 1;
  const pairs = new Set(network.links.map((link) => JSON.stringify([link.a, link.z].sort())));
  return {
    name: network.name,
    hash: networkHash(network),
    nodes: network.nodes.length,
    links: network.links.length,
    parallelLinks: network.links.length - pairs.size,
    componentSizes: connectedComponents(network).map((piece) => piece.length),
    tiers,
    bridges: bridgeLinks(network),
    srlgs: network.srlgs.length,
    capacityBps: range(network.links.flatMap((link) => [link.capacityBps.az, link.capacityBps.za])),
    latencyMs: range(network.links.flatMap((link) => [link.latencyMs.az, link.latencyMs.za])),
    polledNodes: network.nodes.filter((node) => node.address !== null).length,
  };
}

/** A loop, because half a million arguments overflow the call stack. */
function range(values: readonly number[]): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
