import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../../src/telemetry/snmp/discovery/device.ts';
import { gatherEvidence } from '../../../../src/telemetry/snmp/discovery/evidence.ts';
import { NodeFinder, nodesOf } from '../../../../src/telemetry/snmp/discovery/nodes.ts';
import { type DiscoveredLink, pairLinks } from '../../../../src/telemetry/snmp/discovery/pair-links.ts';
import { deviceNamed, interfaceRow, lldpTo } from './devices.ts';

function linksOf(devices: readonly Device[]): DiscoveredLink[] {
  const nodes = nodesOf(devices);
  return pairLinks(gatherEvidence(nodes, new NodeFinder(nodes)));
}

const shown = (links: readonly DiscoveredLink[]): string[] =>
  links.map(
    ({ a, z }) =>
      `${a.node.id}:${a.interface?.name ?? a.port ?? '?'} ${z.node.id}:${z.interface?.name ?? z.port ?? '?'}`,
  );

describe('links', () => {
  it('are one whoever tells of them, and apart where they are parallel', () => {
    const interfaces = [interfaceRow(1, 'e1'), interfaceRow(2, 'e2')];
    const links = linksOf([
      deviceNamed('r1', { interfaces, neighbours: [lldpTo(1, 'r2', 'e2'), lldpTo(2, 'r2', 'e1')] }),
      deviceNamed('r2', { interfaces, neighbours: [lldpTo(2, 'r1', 'e1'), lldpTo(1, 'r1', 'e2')] }),
    ]);
    expect(shown(links)).toEqual(['r1:e1 r2:e2', 'r1:e2 r2:e1']);
    expect(links.map(({ evidence }) => evidence.length)).toEqual([2, 2]);
    expect(links[0]?.confidence).toBe(0.99);
  });

  it.each([
    ['macAddress', '00:00:00:00:00:02'],
    ['interfaceAlias', 'uplink'],
    ['local', '77'],
    ['local', '2'],
    ['networkAddress', '10.0.0.2'],
  ])('match the far port by its subtype: %s %s', (subtype, port) => {
    const far = { ...interfaceRow(2, 'e2'), macAddress: '00:00:00:00:00:02', alias: 'uplink' };
    const links = linksOf([
      deviceNamed('r1', { interfaces: [interfaceRow(1, 'e1')], neighbours: [lldpTo(1, 'r2', port, subtype)] }),
      deviceNamed('r2', {
        interfaces: [interfaceRow(1, 'e1'), far],
        addresses: [{ ifIndex: 2, address: '10.0.0.2', prefixLength: 24 }],
        portIds: new Map([['77', 2]]),
      }),
    ]);
    expect(shown(links)).toEqual(['r1:e1 r2:e2']);
  });

  it('pair the open ends of two devices only where there is one way to do it', () => {
    const one = linksOf([
      deviceNamed('r1', { interfaces: [interfaceRow(1, 'e1')], neighbours: [lldpTo(1, 'r2', null)] }),
      deviceNamed('r2', { interfaces: [interfaceRow(5, 'e5')], neighbours: [lldpTo(5, 'r1', null)] }),
    ]);
    expect(shown(one)).toEqual(['r1:e1 r2:e5']);
    const unclear = linksOf([
      deviceNamed('r1', {
        interfaces: [interfaceRow(1, 'e1'), interfaceRow(2, 'e2')],
        neighbours: [lldpTo(1, 'r2', 'x'), lldpTo(2, 'r2', 'y')],
      }),
      deviceNamed('r2', {}),
    ]);
    expect(shown(unclear)).toEqual(['r1:e1 r2:x', 'r1:e2 r2:y']);
    expect(unclear[0]?.confidence).toBe(0.45);
  });

  it('of a bundle are one link, whether members or units tell of it', () => {
    const bundle = { members: [1, 2], activeMembers: [1, 2], activeSpeedBps: 2e9 };
    const interfaces = [
      interfaceRow(1, 'xe-0'),
      interfaceRow(2, 'xe-1'),
      { ...interfaceRow(10, 'ae0'), aggregate: bundle },
      interfaceRow(11, 'ae0.0'),
    ];
    const links = linksOf([
      deviceNamed('r1', {
        interfaces,
        neighbours: [lldpTo(1, 'r2', 'xe-0'), lldpTo(2, 'r2', 'xe-1')],
        addresses: [{ ifIndex: 11, address: '10.0.0.1', prefixLength: 31 }],
      }),
      deviceNamed('r2', { interfaces, addresses: [{ ifIndex: 11, address: '10.0.0.0', prefixLength: 31 }] }),
    ]);
    expect(shown(links)).toEqual(['r1:ae0 r2:ae0']);
    expect(links[0]?.evidence.map(({ source }) => source)).toEqual(['lldp', 'subnet']);
  });

  it('come back from any multigraph exactly, however few of the ends tell, in any order', () => {
    const edges = fc.array(fc.record({ a: fc.nat(5), z: fc.nat(5), toldByA: fc.boolean(), toldByZ: fc.boolean() }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(edges, fc.boolean(), (drawn, isReversed) => {
        const wires = drawn.filter(({ a, z, toldByA, toldByZ }) => a !== z && (toldByA || toldByZ));
        const devices = Array.from({ length: 6 }, (_, at) => {
          const ends = wires.flatMap((wire, number) => {
            if (wire.a === at) return [{ number, far: wire.z, isTold: wire.toldByA }];
            return wire.z === at ? [{ number, far: wire.a, isTold: wire.toldByZ }] : [];
          });
          return deviceNamed(`r${at}`, {
            interfaces: ends.map(({ number }) => interfaceRow(number + 1, `w${number}`)),
            neighbours: ends
              .filter(({ isTold }) => isTold)
              .map(({ number, far }) => lldpTo(number + 1, `r${far}`, `w${number}`)),
          });
        });
        const expected = wires.map(({ a, z }, number) => [`r${a}:w${number}`, `r${z}:w${number}`].sort().join(' '));
        expect(shown(linksOf(isReversed ? devices.reverse() : devices)).sort()).toEqual(expected.sort());
      }),
    );
  });
});
