import { describe, expect, it } from 'vitest';
import { mergeNetworks } from '../../../../src/telemetry/snmp/discovery/merge.ts';
import type { LinkJson, NetworkJson } from '../../../../src/telemetry/snmp/discovery/to-network.ts';

const seen = (fields: Partial<LinkJson> & Pick<LinkJson, 'id' | 'a' | 'z'>): LinkJson => ({
  capacityBps: 1e9,
  latencyMs: 1,
  ...fields,
  discovery: {
    evidence: [{ source: 'lldp', toldBy: fields.a }],
    confidence: 0.9,
    lastSeenAtMs: 500,
    isStale: false,
    assumed: ['latencyMs'],
  },
});

function network(links: readonly LinkJson[], addresses: Readonly<Record<string, string>> = {}): NetworkJson {
  const ids = [...new Set(links.flatMap(({ a, z }) => [a, z]))];
  const nodes = ids.map((id) => ({ id, name: id, ...(addresses[id] ? { address: addresses[id] } : {}) }));
  return { format: 'detour-network/1', name: 'n', nodes, links };
}

describe('a present network and a discovered one', () => {
  it('are the same when nothing changed', () => {
    const found = network([seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e1', zInterface: 'e2' })], {
      a: '10.0.0.1',
      b: '10.0.0.2',
    });
    const { diff, network: merged } = mergeNetworks(found, found);
    expect(diff).toEqual({
      addedNodes: [],
      unseenNodes: [],
      addedLinks: [],
      staleLinks: [],
      returnedLinks: [],
      changes: [],
    });
    expect(merged).toEqual(found);
  });

  it('keep what the file alone knows, whichever way round it has the link and whatever it calls the nodes', () => {
    const present = network([{ id: 'paris', a: 'B', z: 'A', capacityBps: 5e8, latencyMs: 7.5, srlgs: ['seine'] }], {
      A: '10.0.0.1',
      B: '10.0.0.2',
    });
    const found = network(
      [seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e1', zInterface: 'e2', metric: { az: 10, za: 20 } })],
      { a: '10.0.0.1', b: '10.0.0.2' },
    );
    const { network: merged, diff } = mergeNetworks(present, found);
    expect(merged.nodes).toEqual(present.nodes);
    expect(merged.links).toMatchObject([
      {
        id: 'paris',
        a: 'B',
        z: 'A',
        aInterface: 'e2',
        zInterface: 'e1',
        capacityBps: 1e9,
        latencyMs: 7.5,
        srlgs: ['seine'],
        metric: { az: 20, za: 10 },
      },
    ]);
    expect(merged.links[0]?.discovery?.assumed).toEqual([]);
    expect(diff).toMatchObject({ addedNodes: [], addedLinks: [], staleLinks: [] });
    expect(diff.changes.map(({ field }) => field).sort()).toEqual([
      'aInterface',
      'capacityBps',
      'metric',
      'zInterface',
    ]);
  });

  it('leave a link that is gone in place as stale, but only once one of its devices has answered', () => {
    const present = network([
      seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e1', zInterface: 'e1' }),
      seen({ id: 'a-c', a: 'a', z: 'c', aInterface: 'e2', zInterface: 'e1' }),
      seen({ id: 'x-y', a: 'x', z: 'y', aInterface: 'e1', zInterface: 'e1' }),
    ]);
    const found = network([seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e1', zInterface: 'e1' })], {
      a: '10.0.0.1',
      b: '10.0.0.2',
    });
    const { network: merged, diff } = mergeNetworks(present, found);
    expect(merged.links.map(({ id, discovery }) => [id, discovery?.isStale])).toEqual([
      ['a-b', false],
      ['a-c', true],
      ['x-y', false],
    ]);
    expect(merged.links[1]?.discovery?.lastSeenAtMs).toBe(500);
    expect(diff).toMatchObject({ staleLinks: ['a-c'], unseenNodes: ['c', 'x', 'y'], addedLinks: [] });
    expect(mergeNetworks(merged, present).diff.staleLinks).toEqual([]);
  });

  it('tell parallel links apart by their interfaces, and give new ones ids of their own', () => {
    const one = seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e1', zInterface: 'e1' });
    const two = seen({ id: 'a-b', a: 'a', z: 'b', aInterface: 'e2', zInterface: 'e2' });
    const { network: merged, diff } = mergeNetworks(network([one]), network([two, one], { a: '10.0.0.1' }));
    expect(diff.addedLinks).toEqual(['a-b-2']);
    expect(merged.links.map(({ id, aInterface }) => [id, aInterface])).toEqual([
      ['a-b', 'e1'],
      ['a-b-2', 'e2'],
    ]);
  });
});
