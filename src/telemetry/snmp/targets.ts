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
  for (const { id: linkId, a, z, aInterface, zInterface, capacityBps } of network.links) {
    const most = Math.max(capacityBps.az, capacityBps.za);
    if (aInterface !== null) add(a, { linkId, end: 'a', name: aInterface, capacityBps: most });
    if (zInterface !== null) add(z, { linkId, end: 'z', name: zInterface, capacityBps: most });
  }
  return network.nodes.flatMap(({ id, address, snmpPort, credentials }) => {
    const interfaces = byNode.get(id) ?? [];
    return address === null || interfaces.length === 0
      ? []
      : [{ deviceId: id, address, port: snmpPort, credentials, interfaces }];
  });
}
