import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { connectedComponents } from '../../../topology/components.ts';
import { loadNetwork } from '../../../topology/files.ts';
import { readGraphml } from '../../../topology/formats/graphml.ts';
import { readXml } from '../../../topology/formats/xml.ts';

const SMALL = `<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <!-- three towns -->
  <key attr.name="label" attr.type="string" for="node" id="d0" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d1" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d2" />
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d3" />
  <graph edgedefault="undirected">
    <node id="0"><data key="d0">Arnhem &amp; Velp</data><data key="d1">51.98</data><data key="d2">5.91</data></node>
    <node id="1"><data key="d0">Breda</data><data key="d1">51.59</data><data key="d2">4.78</data></node>
    <node id="2"><data key="d0">Breda</data></node>
    <edge source="0" target="1"><data key="d3">1000000000.0</data></edge>
    <edge source="0" target="1"/>
    <edge source="1" target="2"/>
    <edge source="2" target="2"/>
  </graph>
</graphml>`;

/** Nodes, edges without self-loops, pieces. */
const ZOO: readonly (readonly [string, number, number, number | null])[] = [
  ['Abilene', 11, 14, 1],
  ['Cogentco', 197, 245, null],
  ['Colt', 153, 191, null],
  ['DialtelecomCz', 193, 151, 56],
  ['Esnet', 68, 92, null],
  ['Garr201201', 61, 89, null],
  ['Geant2012', 40, 61, null],
  ['GtsCe', 149, 193, null],
  ['Interoute', 110, 156, null],
  ['Kdl', 754, 899, null],
  ['Surfnet', 50, 73, null],
  ['TataNld', 145, 194, null],
  ['Uninett2010', 74, 101, null],
];

describe('GraphML', () => {
  it('becomes a network with defaults for what it does not say', () => {
    const { network, warnings } = readGraphml(SMALL, { name: 'small', defaultCapacityBps: 5e9, defaultLatencyMs: 3 });
    expect(network.nodes.map((node) => [node.id, node.name, node.lat])).toEqual([
      ['Arnhem & Velp', 'Arnhem & Velp', 51.98],
      ['Breda 1', 'Breda', 51.59],
      ['Breda 2', 'Breda', null],
    ]);
    expect(network.links.map((link) => [link.id, link.capacityBps.az])).toEqual([
      ['Arnhem & Velp--Breda 1', 1e9],
      ['Arnhem & Velp--Breda 1--2', 5e9],
      ['Breda 1--Breda 2', 5e9],
    ]);
    expect(network.links[0]?.latencyMs.az).toBeCloseTo(0.445, 2);
    expect(network.links[2]?.latencyMs.az).toBe(3);
    expect(warnings).toEqual(['self-loops left out: 1']);
  });

  it.each([
    ['<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', 'document types and CDATA are not accepted'],
    ['<graphml>&a;</graphml>', 'only the five predefined entities are accepted'],
    ['<graphml>&#65;</graphml>', 'only the five predefined entities are accepted'],
    ['<graphml><a></graphml>', 'element graphml is closed but not open'],
    ['<graphml', '> is missing'],
    ['<graphml>', 'element graphml is not closed'],
    ['<a x="1" x="2"/>', 'attribute x is there twice'],
    ['<a x=1/>', 'a quote is missing'],
    ['<a/><b/>', 'a second root element'],
    ['', 'no root element'],
    ['hello', 'text outside of the root element'],
    ['<a>'.repeat(65), 'elements are nested more than 64 deep'],
    ['<graphml/>', 'nodes: must have at least one node'],
    ['<g><graph><node/><node/></graph></g>', 'id must be there and unique'],
  ])('is refused when it is wrong: %s', (text, message) => {
    expect(() => readGraphml(text, { name: 'any' })).toThrow(message);
  });

  it('never fails but with a DetourError, however it is damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat({ max: SMALL.length }), fc.nat({ max: 9 }), fc.string({ maxLength: 6 })));
    fc.assert(
      fc.property(damage, (cuts) => {
        const text = cuts.reduce(
          (all, [at, length, noise]) => all.slice(0, at) + noise + all.slice(at + length),
          SMALL,
        );
        try {
          readGraphml(text, { name: 'any' });
        } catch (error) {
          expect(error).toBeInstanceOf(DetourError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is read event by event', () => {
    expect([...readXml('<x:a b="1 &lt; 2"><!-- c -->t<?p?></x:a>')]).toEqual([
      { kind: 'open', name: 'a', attributes: new Map([['b', '1 < 2']]), at: 0 },
      { kind: 'text', text: '' },
      { kind: 'text', text: 't' },
      { kind: 'text', text: '' },
      { kind: 'close', name: 'a' },
    ]);
  });
});

const zooFolder = join(PACKAGE_ROOT, '..', 'shared', 'data', 'topologies', 'zoo');

describe.skipIf(!existsSync(zooFolder))('the Internet Topology Zoo (skipped where its files are not beside us)', () => {
  it.each(ZOO)('%s loads', async (name, nodes, links, pieces) => {
    const path = join(zooFolder, `${name}.graphml`);
    const { network } = await loadNetwork(path);
    expect([network.name, network.nodes.length, network.links.length]).toEqual([name, nodes, links]);
    if (pieces !== null) expect(connectedComponents(network)).toHaveLength(pieces);
    expect((await readFile(path, 'utf8')).match(/<node /g)).toHaveLength(nodes);
  });
});
