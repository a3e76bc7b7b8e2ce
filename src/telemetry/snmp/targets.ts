import type { Network } from '../../../topology/model.ts';
import type { End } from '../../core/ids.ts';

/** An interface that is the end of a link. */
export interface PolledInterface {
  readonly linkId: string;
  readonly end: End;
  /** ifName (or ifDescr) by the network file. */
  readonly name: string;
  /** The link's capacity by the network file, bit/s; the larger of both directions. */
  readonly capacityBps: number;
  /** Address of the far router, where this link is the only one to it: else it may be reached over another one. */
  readonly farAddress: string | null;
}

/** A device that is polled, and for what. */
export interface DeviceTarget {
  readonly deviceId: string;
  readonly address: string;
  readonly port: number;
  /** `env:NAME` or `file:PATH`; null where the network file names none. */
  readonly credentials: string | null;
  readonly interfaces: readonly PolledInterface[];
}

/** The nodes with an address and a named interface at the end of some link. */
export function deviceTargets(network: Network): DeviceTarget[] {
  const byNode = new Map<string, PolledInterface[]>();
  const add = (nodeId: string, polled: PolledInterface): void => {
    const present = byNode.get(nodeId);
    if (present) present.push(polled);
    else byNode.set(nodeId, [polled]);
  };
  const farAddressOf = farAddresses(network);
  for (const link of network.links) {
    const { id: linkId, a, z, aInterface, zInterface } = link;
    const capacityBps = Math.max(link.capacityBps.az, link.capacityBps.za);
    const common = { linkId, capacityBps };
    if (aInterface !== null) add(a, { ...common, end: 'a', name: aInterface, farAddress: farAddressOf(a, z) });
    if (zInterface !== null) add(z, { ...common, end: 'z', name: zInterface, farAddress: farAddressOf(z, a) });
  }
  return network.nodes.flatMap(({ id, address, snmpPort, credentials }) => {
    const interfaces = byNode.get(id) ?? [];
    return address === null || interfaces.length === 0
      ? []
      : [{ deviceId: id, address, port: snmpPort, credentials, interfaces }];
  });
}

/** The address of a neighbour to which there is one link only; routers on this very host have no address of their own. */
function farAddresses({ nodes, links }: Network): (near: string, far: string) => string | null {
  const addresses = new Map(nodes.map(({ id, address }) => [id, address]));
  const counts = new Map<string, number>();
  const pair = (x: string, y: string): string => (x < y ? `${x} ${y}` : `${y} ${x}`);
  for (const { a, z } of links) counts.set(pair(a, z), (counts.get(pair(a, z)) ?? 0) + 1);
  return (near, far) => {
    const address = addresses.get(far) ?? null;
    const isShared = address !== null && address === addresses.get(near);
    return isShared || counts.get(pair(near, far)) !== 1 ? null : address;
  };
}
