import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, isUsable, prefixAround } from '../../../../src/telemetry/snmp/discovery/prefix.ts';
import { decodeRouterLsa } from '../../../../src/telemetry/snmp/discovery/router-lsa.ts';

describe('the bounds of a walk', () => {
  it('hold what is inside their prefixes and nothing else', () => {
    const bounds = boundsOf(['10.1.0.0/16', '2001:db8::/48']);
    expect(['10.1.255.1', '2001:db8::7'].every((address) => bounds.holds(address))).toBe(true);
    expect(['10.2.0.1', '2001:db9::7', 'router.example', ''].some((address) => bounds.holds(address))).toBe(false);
    expect(boundsOf([prefixAround('192.0.2.7')]).holds('192.0.255.1')).toBe(true);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'all', '10.0.0.0/x'])('refuse %s by name', (prefix) => {
    expect(() => boundsOf([prefix])).toThrow(prefix);
  });

  it('leave out addresses that are no device: loopback, link-local, multicast', () => {
    expect(
      ['127.0.0.1', '169.254.1.1', '224.0.0.5', '255.255.255.255', '0.0.0.0', 'fe80::1'].some((address) =>
        isUsable(address, '10.0.0.1'),
      ),
    ).toBe(false);
    expect(isUsable('127.0.0.2', '127.0.0.1')).toBe(true);
  });
});

describe('a router LSA', () => {
  const header = [0, 1, 2, 1, 10, 255, 0, 1, 10, 255, 0, 1, 0x80, 0, 0, 5, 0, 0, 0, 0];
  const link = (far: readonly number[], own: readonly number[], kind: number, metric: number): number[] => [
    ...far,
    ...own,
    kind,
    0,
    0,
    metric,
  ];

  it('gives its point-to-point links with their cost', () => {
    const lsa = [
      ...header,
      0,
      0,
      0,
      2,
      ...link([10, 255, 0, 2], [10, 100, 0, 5], 1, 21),
      ...link([10, 100, 0, 4], [255, 255, 255, 252], 3, 21),
    ];
    expect(decodeRouterLsa(Uint8Array.from(lsa))).toEqual({
      routerId: '10.255.0.1',
      links: [{ farId: '10.255.0.2', kind: 'point-to-point', address: '10.100.0.5', metric: 21 }],
    });
  });

  it('is null when it is cut short or is none, whatever the octets', () => {
    expect(decodeRouterLsa(Uint8Array.from([...header, 0, 0, 0, 9, 1, 2, 3]))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        const lsa = decodeRouterLsa(octets);
        expect(lsa === null || lsa.links.length <= 5).toBe(true);
      }),
    );
  });
});
