import { isObject } from '../../../../topology/formats/fields.ts';
import { linkLatency } from '../device/link-latency.ts';
import type { DiscoveredNode } from './nodes.ts';
import type { DiscoveredLink, LinkEnd, LinkEvidence } from './pair-links.ts';

/** What a network file keeps beside a link: why it is believed to be there, and since when it was not seen. */
export interface LinkDiscovery {
  readonly evidence: readonly LinkEvidence[];
  readonly confidence: number;
  readonly lastSeenAtMs: number;
  /** True when its devices answered and said nothing about it any more. */
  readonly isStale: boolean;
  /** Fields that the format asks for and nobody told; they hold a stand-in. */
  readonly assumed: readonly string[];
}

export type NodeJson = Readonly<Record<string, unknown>> & { readonly id: string };
export type LinkJson = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly a: string;
  readonly z: string;
  readonly aInterface?: string;
  readonly zInterface?: string;
  readonly discovery?: LinkDiscovery;
};
/** A `detour-network/1` value, with `discovery` beside each link. */
export interface NetworkJson {
  readonly format: 'detour-network/1';
  readonly name: string;
  readonly nodes: readonly NodeJson[];
  readonly links: readonly LinkJson[];
  readonly srlgs?: readonly unknown[];
}

export interface NetworkDetails {
  readonly name: string;
  readonly nowMs: number;
  /** Goes into the nodes as it is, so that the poller finds the credentials; null leaves it out. */
  readonly credentials: string | null;
}

const STAND_IN = { capacityBps: 1e9, latencyMs: 1 } as const;
const SNMP_PORT = 161;

/** The network that was found, by itself. */
export function networkOfDiscovery(
  nodes: readonly DiscoveredNode[],
  links: readonly DiscoveredLink[],
  details: NetworkDetails,
): NetworkJson {
  const counts = new Map<string, number>();
  const linkJson = links.map((link) => {
    const base = `${link.a.node.id}-${link.z.node.id}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return toLink(count === 1 ? base : `${base}-${count}`, link, details);
  });
  return {
    format: 'detour-network/1',
    name: details.name,
    nodes: nodes.map((node) => toNode(node, details)),
    links: linkJson,
  };
}

function toNode({ id, device }: DiscoveredNode, details: NetworkDetails): NodeJson {
  const { sysName: name, address } = device;
  const polled = address === null ? {} : { address };
  const port = device.port === null || device.port === SNMP_PORT ? {} : { snmpPort: device.port };
  const credentials = address === null || details.credentials === null ? {} : { credentials: details.credentials };
  return { id, name: name ?? id, ...polled, ...port, ...credentials };
}

function toLink(id: string, link: DiscoveredLink, { nowMs }: NetworkDetails): LinkJson {
  const { a, z, evidence, confidence } = link;
  const capacityBps = capacityOf(a, z);
  const latencyMs = latencyOf(a, z) ?? latencyOf(z, a);
  const assumed = [...(capacityBps === null ? ['capacityBps'] : []), ...(latencyMs === null ? ['latencyMs'] : [])];
  return {
    id,
    a: a.node.id,
    z: z.node.id,
    ...interfaceName('aInterface', a),
    ...interfaceName('zInterface', z),
    capacityBps: capacityBps ?? STAND_IN.capacityBps,
    latencyMs: latencyMs ?? STAND_IN.latencyMs,
    ...metricOf(a, z),
    discovery: { evidence, confidence, lastSeenAtMs: nowMs, isStale: false, assumed },
  };
}

function interfaceName(field: 'aInterface' | 'zInterface', end: LinkEnd): Readonly<Record<string, string>> {
  const name = end.interface?.name || end.interface?.description || end.port;
  return name ? { [field]: name } : {};
}

/** The slower end sets the pace; a bundle carries what its active members do. */
function capacityOf(a: LinkEnd, z: LinkEnd): number | null {
  const speeds = [a, z].flatMap(({ interface: row }) => {
    if (row === null) return [];
    const active = row.aggregate?.activeSpeedBps ?? null;
    return (active !== null && active > 0 ? active : row.speedBps) ?? [];
  });
  return speeds.length === 0 ? null : Math.min(...speeds);
}

/** By the near end's own probes of the far end's addresses on this very link. */
function latencyOf(near: LinkEnd, far: LinkEnd): number | null {
  const ifIndex = far.interface?.ifIndex;
  const addresses = far.node.device.addresses.filter((own) => own.ifIndex === ifIndex).map(({ address }) => address);
  return linkLatency(near.node.device.latency, new Set(addresses)).latencyMs;
}

/** A cost of 65535 is how routers are drained (RFC 6987): it tells nothing about the link itself, but it is the cost. */
function metricOf(a: LinkEnd, z: LinkEnd): Readonly<Record<string, unknown>> {
  if (a.metric === null || z.metric === null || a.metric < 1 || z.metric < 1) return {};
  return { metric: a.metric === z.metric ? a.metric : { az: a.metric, za: z.metric } };
}

/** Reads back what an earlier discovery kept; anything else in its place is as good as nothing. */
export function discoveryOf(link: Readonly<Record<string, unknown>>): LinkDiscovery | null {
  const found = link.discovery;
  if (!isObject(found) || typeof found.lastSeenAtMs !== 'number' || !Array.isArray(found.evidence)) return null;
  return found as unknown as LinkDiscovery;
}
