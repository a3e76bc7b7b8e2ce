import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../src/telemetry/snmp/device/addresses.ts';
import { addAggregates } from '../../../../src/telemetry/snmp/device/aggregates.ts';
import { indexInterfaces } from '../../../../src/telemetry/snmp/device/interface-names.ts';
import { readLatency } from '../../../../src/telemetry/snmp/device/latency.ts';
import { linkLatency } from '../../../../src/telemetry/snmp/device/link-latency.ts';
import { lldpNeighbours } from '../../../../src/telemetry/snmp/device/lldp.ts';
import { interfaceAddresses, isisNeighbours, ospfNeighbours } from '../../../../src/telemetry/snmp/device/routing.ts';
import { interfaceRow } from '../discovery/devices.ts';
import { bytes, FakeTables, int, ip, text } from './fake-tables.ts';

const REMOTE = '1.0.8802.1.1.2.1.4.1.1';
const LOCAL = '1.0.8802.1.1.2.1.3.7.1';
const NAMES = indexInterfaces([
  interfaceRow(3, 'xe-0/0/3'),
  interfaceRow(11, 'ge-0/0/1'),
  interfaceRow(559, 'xe-0/0/0.0'),
]);

describe('LLDP', () => {
  it('finds the local port by the subtype of its id, not by its number', () => {
    const tables = new FakeTables({
      [`${LOCAL}.2|3`]: int(5),
      [`${LOCAL}.3|3`]: text('ge-0/0/1'),
      [`${REMOTE}.4|9.3.1`]: int(4),
      [`${REMOTE}.5|9.3.1`]: bytes(0, 0x11, 0x22, 0x33, 0x44, 0x55),
      [`${REMOTE}.6|9.3.1`]: int(3),
      [`${REMOTE}.7|9.3.1`]: bytes(0xa8, 0xd0, 0xe5, 0x55, 0xc6, 0xd0),
      [`${REMOTE}.9|9.3.1`]: text('r2'),
      '1.0.8802.1.1.2.1.4.2.1.3|9.3.1.2.16.42.4.65.192.0.0.0.0.0.0.0.0.0.0.0.1': int(2),
      '1.0.8802.1.1.2.1.4.2.1.3|9.3.1.1.4.10.0.0.2': int(2),
    });
    expect(lldpNeighbours(tables, NAMES, [])).toEqual([
      {
        protocol: 'lldp',
        localInterface: 'ge-0/0/1',
        localIfIndex: 11,
        remoteSystem: 'r2',
        remotePort: 'a8:d0:e5:55:c6:d0',
        remotePortSubtype: 'macAddress',
        remotePortDescription: null,
        remoteAddress: '10.0.0.2',
        remoteId: '00:11:22:33:44:55',
      },
    ]);
  });

  it('leaves out rows that name nobody', () => {
    expect(
      lldpNeighbours(new FakeTables({ [`${REMOTE}.4|0.3.1`]: int(4), [`${REMOTE}.9|0.3.1`]: text('') }), NAMES, []),
    ).toEqual([]);
  });
});

describe('routing protocols', () => {
  it('tell neighbours at the interface whose prefix holds them', () => {
    const tables = new FakeTables({
      '1.3.6.1.2.1.4.20.1.2|10.0.0.1': int(3),
      '1.3.6.1.2.1.4.20.1.3|10.0.0.1': ip('255.255.255.252'),
      '1.3.6.1.2.1.4.20.1.2|10.0.0.129': int(11),
      '1.3.6.1.2.1.4.20.1.3|10.0.0.129': ip('255.0.0.0'),
      '1.3.6.1.2.1.14.10.1.3|10.0.0.2.0': ip('192.0.2.2'),
      '1.3.6.1.2.1.14.10.1.6|10.0.0.2.0': int(8),
      '1.3.6.1.2.1.14.10.1.3|10.0.0.6.0': ip('192.0.2.3'),
      '1.3.6.1.2.1.14.10.1.6|10.0.0.6.0': int(1),
    });
    expect(ospfNeighbours(tables, NAMES, interfaceAddresses(tables))).toMatchObject([
      { localInterface: 'xe-0/0/3', remoteId: '192.0.2.2', remoteAddress: '10.0.0.2' },
    ]);
  });

  it('tell IS-IS adjacencies that are up by circuit', () => {
    const tables = new FakeTables({
      '1.3.6.1.2.1.138.1.3.2.1.2|559': int(559),
      '1.3.6.1.2.1.138.1.6.1.1.2|559.1': int(3),
      '1.3.6.1.2.1.138.1.6.1.1.6|559.1': bytes(0x01, 0x00, 0x99, 0x19, 0x12, 0x55),
      '1.3.6.1.2.1.138.1.6.3.1.3|559.1.1': bytes(10, 99, 252, 255),
    });
    expect(isisNeighbours(tables, NAMES)).toMatchObject([
      { localInterface: 'xe-0/0/0.0', remoteId: '0100.9919.1255', remoteAddress: '10.99.252.255' },
    ]);
  });
});

describe('probes', () => {
  it('count only when their last operation went well', () => {
    const rttmon = '1.3.6.1.4.1.9.9.42.1';
    const tables = new FakeTables({
      [`${rttmon}.2.10.1.2|1`]: int(1),
      [`${rttmon}.2.10.1.1|1`]: int(16),
      [`${rttmon}.2.2.1.2|1`]: bytes(192, 168, 168, 182),
      [`${rttmon}.2.10.1.2|2`]: int(4),
      [`${rttmon}.2.10.1.1|2`]: int(16),
    });
    expect(readLatency(tables)).toEqual([
      { source: 'ip-sla', name: '1', rttMs: 16, status: 'ok', targetAddress: '192.168.168.182' },
      { source: 'ip-sla', name: '2', rttMs: null, status: 'timeout', targetAddress: null },
    ]);
  });
});

describe('the latency of a link', () => {
  const probe = (source: string, targetAddress: string, rttMs: number | null) => ({
    source,
    name: source,
    rttMs,
    status: rttMs === null ? 'timeout' : 'ok',
    targetAddress,
  });

  it('is half the round trip of the best probe of its far end, and of no other probe', () => {
    const probes = [
      probe('disman-ping', '10.0.0.2', 9),
      probe('ip-sla', '10.0.0.2', 8),
      probe('ip-sla-jitter', '10.0.0.9', 1),
    ];
    expect(linkLatency(probes, new Set(['10.0.0.2']))).toEqual({
      latencyMs: 4,
      isEstimated: true,
      source: 'ip-sla',
      probe: 'ip-sla',
    });
  });

  it('is null with the reason where there is none', () => {
    expect(linkLatency([probe('ip-sla', '10.0.0.9', 8)], new Set(['10.0.0.2']))).toMatchObject({
      latencyMs: null,
      reason: expect.stringContaining('no probe'),
    });
    expect(linkLatency([probe('ip-sla', '10.0.0.2', null)], new Set(['10.0.0.2']))).toMatchObject({
      latencyMs: null,
      reason: expect.stringContaining('timeout'),
    });
  });
});

describe('aggregates', () => {
  it('carry what their active members do', () => {
    const lag = { ...interfaceRow(100, 'ae0'), type: 161, speedBps: 20e9 };
    const rows = [
      lag,
      { ...interfaceRow(1, 'xe-0'), speedBps: 10e9 },
      { ...interfaceRow(2, 'xe-1'), speedBps: 10e9, operStatus: 'down' },
    ];
    const tables = new FakeTables({
      '1.2.840.10006.300.43.1.2.1.1.13|1': int(100),
      '1.3.6.1.2.1.31.1.2.1.3|100.2': int(1),
    });
    expect(addAggregates(tables, rows)[0]?.aggregate).toEqual({
      members: [1, 2],
      activeMembers: [1],
      activeSpeedBps: 10e9,
    });
  });
});

describe('addresses', () => {
  it('are text in their own notation, and null when unspecified', () => {
    expect(addressOf([10, 0, 0, 1])).toBe('10.0.0.1');
    expect(addressOf([0, 0, 0, 0])).toBeNull();
    expect(addressOf([0x2a, 4, 0x41, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBe('2a04:41c0::1');
    expect(addressOf([1, 2, 3])).toBeNull();
  });
});
