import type { DiscoveredNode, NodeFinder } from './nodes.ts';
import { distinctRouters, networkOf, remoteInterface } from './nodes.ts';
import type { LsaLink, RouterLsa } from './router-lsa.ts';

export const SOURCES = ['lldp', 'cdp', 'isis', 'ospf', 'ospf-lsdb', 'subnet', 'alias'] as const;
export type Source = (typeof SOURCES)[number];

/** One end of a link; the interface is null where nobody told it. */
export interface EndRef {
  readonly node: DiscoveredNode;
  readonly ifIndex: number | null;
}

/** Somebody's word that two devices are neighbours. */
export interface Evidence {
  readonly source: Source;
  /** Id of the node that said so. */
  readonly toldBy: string;
  readonly near: EndRef;
  readonly far: EndRef;
  /** Interface costs, where the source knows them. */
  readonly nearMetric?: number;
  readonly farMetric?: number;
  /** What the far port was called, where it is no known interface. */
  readonly farPort?: string;
}

/** Everything that the devices say about whom they are wired to. */
export function gatherEvidence(nodes: readonly DiscoveredNode[], finder: NodeFinder): Evidence[] {
  return [
    ...nodes.flatMap((node) => fromNeighbours(node, finder)),
    ...fromDatabase(nodes, finder),
    ...fromSubnets(nodes),
    ...nodes.flatMap((node) => fromAliases(node, finder)),
  ];
}

function fromNeighbours(node: DiscoveredNode, finder: NodeFinder): Evidence[] {
  return node.device.neighbours.flatMap((neighbour) => {
    const far = finder.remote(neighbour);
    if (far === null || far === node || neighbour.localIfIndex === null) return [];
    const ifIndex = remoteInterface(far, neighbour);
    return {
      source: neighbour.protocol as Source,
      toldBy: node.id,
      near: { node, ifIndex: neighbour.localIfIndex },
      far: { node: far, ifIndex },
      ...(ifIndex === null && neighbour.remotePort !== null ? { farPort: neighbour.remotePort } : {}),
    };
  });
}

/** Both directions of a link in the link-state database, paired by the subnet of their addresses. */
function fromDatabase(nodes: readonly DiscoveredNode[], finder: NodeFinder): Evidence[] {
  const teller = nodes.find(({ device }) => device.lsas.length > 0);
  const lsas = distinctRouters(nodes.flatMap(({ device }) => device.lsas));
  if (teller === undefined) return [];
  const byRouter = new Map(lsas.map((lsa) => [lsa.routerId, lsa]));
  return lsas.flatMap((lsa) =>
    lsa.links.flatMap((link) => {
      const [nearNode, far] = [finder.byRouterId(lsa.routerId), byRouter.get(link.farId)];
      if (link.kind !== 'point-to-point' || nearNode === null || far === undefined || lsa.routerId > far.routerId)
        return [];
      const back = backOf(lsa, link, far);
      const farNode = finder.byRouterId(far.routerId);
      if (back === null || farNode === null || farNode === nearNode) return [];
      return {
        source: 'ospf-lsdb' as const,
        toldBy: teller.id,
        near: { node: nearNode, ifIndex: interfaceAt(nearNode, link.address) },
        far: { node: farNode, ifIndex: interfaceAt(farNode, back.address) },
        nearMetric: link.metric,
        farMetric: back.metric,
      };
    }),
  );
}

function backOf(lsa: RouterLsa, link: LsaLink, far: RouterLsa): LsaLink | null {
  const back = far.links.filter(({ farId, kind }) => farId === lsa.routerId && kind === 'point-to-point');
  const near = back.filter(({ address }) => networkOf(address, 31) === networkOf(link.address, 31));
  const wide = back.filter(({ address }) => networkOf(address, 30) === networkOf(link.address, 30));
  const there = lsa.links.filter(({ farId, kind }) => farId === far.routerId && kind === 'point-to-point');
  if (near.length === 1) return near[0] ?? null;
  if (wide.length === 1) return wide[0] ?? null;
  return back.length === 1 && there.length === 1 ? (back[0] ?? null) : null;
}

/** `0.0.0.n` is the ifIndex of an unnumbered interface. */
function interfaceAt({ device }: DiscoveredNode, address: string): number | null {
  const unnumbered = /^0\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (unnumbered) {
    const [high = 0, middle = 0, low = 0] = unnumbered.slice(1).map(Number);
    return high * 65_536 + middle * 256 + low;
  }
  return device.addresses.find((own) => own.address === address)?.ifIndex ?? null;
}

/** A /30 or /31 that two devices share is a wire between them, as long as both interfaces are up. */
function fromSubnets(nodes: readonly DiscoveredNode[]): Evidence[] {
  const owners = new Map<string, EndRef[]>();
  for (const node of nodes) {
    const isUp = new Map(node.device.interfaces.map(({ ifIndex, operStatus }) => [ifIndex, operStatus === 'up']));
    for (const { address, prefixLength, ifIndex } of node.device.addresses) {
      if ((prefixLength !== 30 && prefixLength !== 31) || isUp.get(ifIndex) === false || node.device.address === null)
        continue;
      const network = networkOf(address, prefixLength);
      owners.set(network, [...(owners.get(network) ?? []), { node, ifIndex }]);
    }
  }
  return [...owners.values()].flatMap(([near, far, third]): Evidence[] => {
    if (near === undefined || far === undefined || third !== undefined || near.node === far.node) return [];
    return [{ source: 'subnet', toldBy: near.node.id, near, far }];
  });
}

/** `to STTL`: a hint by people, which is never enough by itself. */
function fromAliases(node: DiscoveredNode, finder: NodeFinder): Evidence[] {
  return node.device.interfaces.flatMap(({ alias, ifIndex, operStatus }) => {
    const far = alias && operStatus === 'up' ? finder.namedIn(alias, node) : null;
    if (far === null) return [];
    return { source: 'alias' as const, toldBy: node.id, near: { node, ifIndex }, far: { node: far, ifIndex: null } };
  });
}
