/** What the network IS. Built only by `validateNetwork` (formats/), so code that holds one may trust it. */

export interface PerDirection<T> {
  readonly az: T;
  readonly za: T;
}

/** Where a router stands in the hierarchy; null where the file does not say. */
export const TIERS = ['core', 'distribution', 'access'] as const;
export type Tier = (typeof TIERS)[number];

export interface NetworkNode {
  readonly id: string;
  readonly name: string;
  /** Degrees; null where unknown. */
  readonly lat: number | null;
  readonly lon: number | null;
  readonly tier: Tier | null;
  /** Relative amount of traffic that starts and ends here (gravity mass); null where unknown. */
  readonly mass: number | null;
  /** Management address for polling; null where the node is not polled. */
  readonly address: string | null;
  /** UDP port of the SNMP agent. */
  readonly snmpPort: number;
  /** Where the SNMP credentials are: `env:NAME` or `file:PATH`. Never the credentials themselves. */
  readonly credentials: string | null;
}

export interface Link {
  readonly id: string;
  /** Node ids of the two ends. */
  readonly a: string;
  readonly z: string;
  /** Interface names (ifName) at the two ends; null where unknown. */
  readonly aInterface: string | null;
  readonly zInterface: string | null;
  /** bit/s, > 0. */
  readonly capacityBps: PerDirection<number>;
  /** One way, ms, >= 0. */
  readonly latencyMs: PerDirection<number>;
  /** IGP cost, > 0. */
  readonly metric: PerDirection<number>;
  /** Ids of the shared-risk link groups this link belongs to. */
  readonly srlgs: readonly string[];
}

export interface Srlg {
  readonly id: string;
  readonly name: string;
}

export interface Network {
  readonly name: string;
  readonly nodes: readonly NetworkNode[];
  readonly links: readonly Link[];
  readonly srlgs: readonly Srlg[];
}

/** A way that part of a demand is pinned to. */
export interface DemandPath {
  /** 0..1; the shares of a demand sum to 1. */
  readonly share: number;
  /** Arc ids, source to target. */
  readonly arcs: readonly string[];
}

export interface Demand {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** bit/s, >= 0. */
  readonly bps: number;
  readonly class: string | null;
  /** Where it goes now if it does not follow the IGP (tunnels); absent where it does, or where nobody said. */
  readonly paths?: readonly DemandPath[];
}

/** Look-ups that everyone needs; build once per network. */
export interface NetworkIndex {
  readonly network: Network;
  readonly nodeById: ReadonlyMap<string, NetworkNode>;
  readonly linkById: ReadonlyMap<string, Link>;
  readonly linksByNode: ReadonlyMap<string, readonly Link[]>;
  readonly linksBySrlg: ReadonlyMap<string, readonly Link[]>;
}

export function indexNetwork(network: Network): NetworkIndex {
  return {
    network,
    nodeById: new Map(network.nodes.map((node) => [node.id, node])),
    linkById: new Map(network.links.map((link) => [link.id, link])),
    linksByNode: group(network.links, (link) => [link.a, link.z]),
    linksBySrlg: group(network.links, (link) => link.srlgs),
  };
}

function group(links: readonly Link[], keysOf: (link: Link) => readonly string[]): Map<string, Link[]> {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    for (const key of keysOf(link)) {
      const members = groups.get(key);
      if (members) members.push(link);
      else groups.set(key, [link]);
    }
  }
  return groups;
}
