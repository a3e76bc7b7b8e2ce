import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { loadNetwork, shippedNetworks } from '../../../topology/files.ts';
import { networkToJson, validateNetwork } from '../../../topology/formats/detour-network.ts';
import { readGexf } from '../../../topology/formats/gexf.ts';
import { writeGexf } from '../../../topology/formats/gexf-write.ts';
import { readGraphml } from '../../../topology/formats/graphml.ts';
import { writeGraphml } from '../../../topology/formats/graphml-write.ts';
import type { Network } from '../../../topology/model.ts';
import { damaged } from './damage.ts';

const FORMATS = [
  ['GraphML', writeGraphml, readGraphml],
  ['GEXF', writeGexf, readGexf],
] as const;

/** A network as it leaves the house: without management addresses and places of credentials. */
function withoutManagement(network: Network): Network {
  return {
    ...network,
    nodes: network.nodes.map((node) => ({ ...node, address: null, snmpPort: 161, credentials: null })),
  };
}

const id = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((text) => text === text.trim() && !/[\p{Cc}\p{Cs}\u2028\u2029]|:(az|za)$|^\.{1,2}$|^__proto__$/u.test(text));
const figure = (max: number) => fc.double({ min: 1e-6, max, noNaN: true });
const perDirection = (max: number) => fc.oneof(figure(max), fc.record({ az: figure(max), za: figure(max) }));

/** Any network: odd names, parallel links, uneven directions, risk groups with and without links. */
const networks: fc.Arbitrary<Network> = fc
  .record({
    nodes: fc.uniqueArray(fc.record({ id, name: id, isPlaced: fc.boolean(), mass: fc.option(figure(1e9)) }), {
      selector: (node) => node.id,
      minLength: 2,
      maxLength: 6,
    }),
    srlgs: fc.uniqueArray(fc.record({ id, name: id }), { selector: (group) => group.id, maxLength: 3 }),
    links: fc.uniqueArray(
      fc.record({
        id,
        ends: fc.tuple(fc.nat(), fc.nat()),
        capacityBps: perDirection(1e15),
        latencyMs: perDirection(1e5),
        metric: perDirection(1e6),
        groups: fc.subarray([0, 1, 2]),
        aInterface: fc.option(id),
      }),
      { selector: (link) => link.id, minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ nodes, srlgs, links }) => {
    const value = {
      format: 'detour-network/1',
      name: 'any',
      nodes: nodes.map(({ isPlaced, mass, ...node }) => ({
        ...node,
        ...(isPlaced ? { lat: -12.5, lon: 100.25 } : {}),
        ...(mass === null ? {} : { mass }),
      })),
      links: links.map(({ ends: [from, step], groups, aInterface, ...link }) => {
        const a = from % nodes.length;
        const z = (a + 1 + (step % (nodes.length - 1))) % nodes.length;
        const risks = groups.filter((at) => at < srlgs.length).map((at) => srlgs[at]?.id);
        return { ...link, a: nodes[a]?.id, z: nodes[z]?.id, srlgs: risks, ...(aInterface ? { aInterface } : {}) };
      }),
      srlgs,
    };
    return validateNetwork(value).network;
  });

describe.each(FORMATS)('%s out', (_name, write, read) => {
  it('gives every shipped network back', async () => {
    const names = await shippedNetworks();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const { network } = await loadNetwork(name);
      expect(read(write(network), { name: 'other' }).network).toEqual(withoutManagement(network));
    }
  });

  it('gives any network back, whatever its names', () => {
    fc.assert(
      fc.property(networks, (network) => {
        expect(read(write(network), { name: 'other' }).network).toEqual(network);
      }),
      { numRuns: 200 },
    );
  });

  it('says nothing of management', async () => {
    const base = networkToJson((await loadNetwork('abilene')).network) as { nodes: Record<string, unknown>[] };
    Object.assign(base.nodes[0] as object, { address: '10.11.12.13', credentials: 'env:COMMUNITY_OF_SEATTLE' });
    const text = write(validateNetwork(base).network);
    expect(text).not.toContain('10.11.12.13');
    expect(text).not.toContain('COMMUNITY_OF_SEATTLE');
  });

  it('fails only with a DetourError when it was damaged', async () => {
    const text = write((await loadNetwork('abilene')).network);
    fc.assert(
      fc.property(damaged(text), (broken) => {
        try {
          expect(read(broken, { name: 'any' }).network.nodes.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(DetourError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('GEXF of other tools', () => {
  it('becomes a network by labels, places and LinkSpeedRaw', () => {
    const text = `<gexf><meta><description>prose</description></meta><graph>
      <attributes class="node"><attribute id="0" title="Latitude"/><attribute id="1" title="Longitude"/></attributes>
      <attributes class="edge"><attribute id="0" title="LinkSpeedRaw"/></attributes>
      <nodes>
        <node id="7" label="Arnhem"><attvalues><attvalue for="0" value="51.98"/><attvalue for="1" value="5.91"/></attvalues></node>
        <node id="8" label="Breda"/>
      </nodes>
      <edges>
        <edge id="x" source="7" target="8"><attvalues><attvalue for="0" value="1e9"/></attvalues></edge>
        <edge id="y" source="8" target="7"/>
      </edges></graph></gexf>`;
    const { network } = readGexf(text, { name: 'two', defaultCapacityBps: 3e9 });
    expect(network.nodes.map(({ id: node, lat }) => [node, lat])).toEqual([
      ['Arnhem', 51.98],
      ['Breda', null],
    ]);
    expect(network.links.map(({ a, z, capacityBps }) => [a, z, capacityBps.az])).toEqual([
      ['Arnhem', 'Breda', 1e9],
      ['Breda', 'Arnhem', 3e9],
    ]);
  });
});
