import type { InterfaceReport, NeighbourReport } from '../../../../src/telemetry/snmp/device/report.ts';
import type { Device } from '../../../../src/telemetry/snmp/discovery/device.ts';

export function interfaceRow(ifIndex: number, name: string): InterfaceReport {
  return {
    ifIndex,
    name,
    description: null,
    alias: null,
    type: 6,
    speedBps: 1e9,
    adminStatus: 'up',
    operStatus: 'up',
    macAddress: null,
    counterBits: 64,
    counters: {
      inOctets: null,
      outOctets: null,
      inPackets: null,
      outPackets: null,
      inErrors: null,
      outErrors: null,
      inDiscards: null,
      outDiscards: null,
    },
  };
}

export function deviceNamed(sysName: string, fields: Partial<Device> = {}): Device {
  return {
    address: `10.9.0.${sysName.charCodeAt(sysName.length - 1) % 250}`,
    port: 161,
    sysName,
    chassisId: `chassis-${sysName}`,
    routerId: null,
    systemId: null,
    interfaces: [],
    addresses: [],
    neighbours: [],
    portIds: new Map(),
    lsas: [],
    latency: [],
    problems: [],
    ...fields,
  };
}

export function lldpTo(
  localIfIndex: number,
  remote: string,
  remotePort: string | null,
  subtype = 'interfaceName',
): NeighbourReport {
  return {
    protocol: 'lldp',
    localInterface: `if${localIfIndex}`,
    localIfIndex,
    remoteSystem: remote,
    remoteId: `chassis-${remote}`,
    remotePort,
    remotePortSubtype: subtype,
    remotePortDescription: null,
    remoteAddress: null,
  };
}
