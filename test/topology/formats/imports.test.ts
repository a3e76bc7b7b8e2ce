import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { type B4Files, readB4 } from '../../../topology/formats/b4.ts';
import { readSndlibNative } from '../../../topology/formats/sndlib-native.ts';
import { readSndlibXml } from '../../../topology/formats/sndlib-xml.ts';
import { readTeal } from '../../../topology/formats/teal.ts';
import { importNetwork } from '../../../topology/import.ts';
import { damaged } from './damage.ts';

const NATIVE = `?SNDlib native format; type: network; version: 1.0
# three towns
META (
  granularity = 5min
  unit = GBITPERSEC
  origin = made up
)
NODES (
  Arnhem ( 5.91 51.98 ) () ()
  Breda ( 4.78 51.59 )
  Castricum ( 4.67 52.55 )
)
LINKS (
  # <id> ( <source> <target> ) <installed> <cost> <routing cost> <setup cost> ( {<capacity> <cost>}* )
  L1 ( Arnhem Breda ) 40.00 0.00 0.00 0.00 ( 10.00 5.00 )
  L2 ( Breda Castricum ) 0.00 0.00 0.00 0.00 ( 10.00 5.00 100.00 20.00 )
  L3 ( Castricum Arnhem ) 0.00 0.00 0.00 0.00 ( )
)
DEMANDS (
  D1 ( Arnhem Breda ) 1 2.50 UNLIMITED
  D2 ( Castricum Breda ) 1 1.00 3
)
ADMISSIBLE_PATHS (
  D1 ( P_0 ( L1 ) P_1 ( L3 L2 ) )
)
`;

const XML = `<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <meta><granularity>5min</granularity><unit>GBITPERSEC</unit></meta>
 <networkStructure>
  <nodes coordinatesType="geographical">
   <node id="Arnhem"><coordinates><x>5.91</x><y>51.98</y></coordinates></node>
   <node id="Breda"><coordinates><x>4.78</x><y>51.59</y></coordinates></node>
   <node id="Castricum"><coordinates><x>4.67</x><y>52.55</y></coordinates></node>
  </nodes>
  <links>
   <link id="L1"><source>Arnhem</source><target>Breda</target>
    <preInstalledModule><capacity>40.0</capacity><cost>0.0</cost></preInstalledModule>
    <additionalModules><addModule><capacity>10.0</capacity><cost>5.0</cost></addModule></additionalModules></link>
   <link id="L2"><source>Breda</source><target>Castricum</target><setupCost>1.0</setupCost>
    <additionalModules><addModule><capacity>10.0</capacity><cost>5.0</cost></addModule>
    <addModule><capacity>100.0</capacity><cost>20.0</cost></addModule></additionalModules></link>
   <link id="L3"><source>Castricum</source><target>Arnhem</target></link>
  </links>
 </networkStructure>
 <demands>
  <demand id="D1"><source>Arnhem</source><target>Breda</target><demandValue>2.5</demandValue>
   <admissiblePaths><admissiblePath id="P_0"><linkId>L1</linkId></admissiblePath></admissiblePaths></demand>
  <demand id="D2"><source>Castricum</source><target>Breda</target><demandValue>1.0</demandValue></demand>
 </demands>
</network>`;

const TEAL = JSON.stringify({
  directed: true,
  multigraph: false,
  nodes: [{ id: 0 }, { id: 'one' }, { id: 2 }],
  links: [
    { source: 0, target: 'one', capacity: 22000 },
    { source: 'one', target: 0, capacity: 11000 },
    { source: 2, target: 'one', capacity: 500 },
    { source: 2, target: 2, capacity: 1 },
  ],
});

const B4: B4Files = {
  nodes: 'String_node_names\ns1\ns2\ns3\n',
  fibres: 'to_node\tfrom_node\tmetric\tfailure\n1\t2\t1000\t0.1\n2\t1\t1000\t0.1\n2\t3\t500\t0.1\n3\t2\t500\t0.1\n',
  links:
    'src\tdst\tindex\tcapacity\tfiberpath_index\twavelength\tfailure\n' +
    '1\t2\t1\t6\t[1]\t[1,2]\t0.1\n2\t1\t1\t4\t[2]\t[1,2]\t0.1\n1\t3\t1\t2\t[1,3]\t[3]\t0.2\n3\t1\t1\t2\t[4,2]\t[3]\t0.2\n',
  demands: '0 10 20 30 0 40 50 60 0\n0 1 2 3 0 4 5 6 0\n',
};

const READERS = [
  ['SNDlib native', NATIVE, (text: string) => readSndlibNative(text, { name: 'towns' })],
  ['SNDlib XML', XML, (text: string) => readSndlibXml(text, { name: 'towns' })],
  ['Teal', TEAL, (text: string) => readTeal(text, { name: 'towns' })],
  ['B4 links', B4.links, (text: string) => readB4({ ...B4, links: text }, { name: 'towns' })],
  ['B4 fibres', B4.fibres, (text: string) => readB4({ ...B4, fibres: text }, { name: 'towns' })],
  ['B4 demands', B4.demands ?? '', (text: string) => readB4({ ...B4, demands: text }, { name: 'towns' })],
] as const;

describe.each([
  ['native', readSndlibNative, NATIVE],
  ['XML', readSndlibXml, XML],
] as const)('SNDlib %s', (_name, read, text) => {
  it('becomes a network and its demands', () => {
    const { network, demands, warnings } = read(text, { name: 'towns', defaultCapacityBps: 7e9 });
    expect(network.nodes.map(({ id, lat, lon }) => [id, lat, lon])).toEqual([
      ['Arnhem', 51.98, 5.91],
      ['Breda', 51.59, 4.78],
      ['Castricum', 52.55, 4.67],
    ]);
    expect(network.links.map(({ id, a, z, capacityBps }) => [id, a, z, capacityBps.az, capacityBps.za])).toEqual([
      ['L1', 'Arnhem', 'Breda', 40e9, 40e9],
      ['L2', 'Breda', 'Castricum', 100e9, 100e9],
      ['L3', 'Castricum', 'Arnhem', 7e9, 7e9],
    ]);
    expect(network.links[0]?.latencyMs.az).toBeCloseTo(0.445, 2);
    expect(demands.map(({ id, source, target, bps }) => [id, source, target, bps])).toEqual([
      ['D1', 'Arnhem', 'Breda', 2.5e9],
      ['D2', 'Castricum', 'Breda', 1e9],
    ]);
    expect(warnings).toEqual([
      'links with nothing installed: 1; given one module of the largest kind',
      'links without any capacity: 1; given the default',
    ]);
  });
});

describe('SNDlib', () => {
  it('leaves out coordinates that are no degrees', () => {
    const text = NATIVE.replace('4.67 52.55', '467 52.55');
    const { network, warnings } = readSndlibNative(text, { name: 'towns', defaultLatencyMs: 4 });
    expect(network.nodes.every(({ lat }) => lat === null)).toBe(true);
    expect(network.links[0]?.latencyMs.az).toBe(4);
    expect(warnings).toContain('coordinates are no degrees and were left out');
    const pixels = readSndlibXml(XML.replace('geographical', 'pixel'), { name: 'towns' });
    expect(pixels.network.nodes.every(({ lat }) => lat === null)).toBe(true);
  });

  it('takes a unit that is not named for Mbit/s', () => {
    const { demands, warnings } = readSndlibNative(NATIVE.replace('  unit = GBITPERSEC\n', ''), { name: 'towns' });
    expect(demands[0]?.bps).toBe(2.5e6);
    expect(warnings).toContain('capacities and demands have no known unit; taken for Mbit/s');
  });

  it.each([
    [NATIVE.replace('L1 ( Arnhem Breda )', 'L1 ( Arnhem Baarn )'), 'line 15: link "L1": target "Baarn" is not a node'],
    [NATIVE.replace('40.00', '-40.00'), 'line 15: capacity must be a number >= 0, got "-40.00"'],
    [NATIVE.replace('2.50', 'x'), 'line 20: demand must be a number >= 0, got "x"'],
    [NATIVE.replace('D2', 'D1'), 'line 21: demand "D1" is there twice, first in line 20'],
    [NATIVE.replace('( 4.78 51.59 )', '( 4.78 )'), 'line 10: node must have two coordinates, has 1'],
    [NATIVE.slice(0, NATIVE.indexOf(')\nLINKS')), 'a node is missing'],
    [NATIVE.replace('NODES (', 'NODES'), 'line 9: "(" is missing after NODES'],
    ['', 'nodes: must have at least one node'],
  ])('native names the line of what is wrong: %#', (text, message) => {
    expect(() => readSndlibNative(text, { name: 'towns' })).toThrow(message);
  });

  it.each([
    [XML.replace('<target>Breda', '<target>Baarn'), 'line 11: link "L1": target "Baarn" is not a node of this file'],
    [XML.replace('40.0', 'many'), 'line 11: capacity must be a number >= 0, got "many"'],
    [XML.replace('<demandValue>2.5</demandValue>', ''), 'line 21: demand "D1" has no demandValue'],
    [XML.replace('<node id="Breda">', '<node>'), 'line 7: node has no id'],
    [`<!DOCTYPE network [<!ENTITY a "aaaa">]>${XML}`, 'document types and CDATA are not accepted'],
  ])('XML names the line of what is wrong: %#', (text, message) => {
    expect(() => readSndlibXml(text, { name: 'towns' })).toThrow(message);
  });
});

describe('Teal', () => {
  it('makes a link of two opposite arcs', () => {
    const { network, warnings } = readTeal(TEAL, { name: 'towns' });
    expect(network.links.map(({ id, a, z, capacityBps }) => [id, a, z, capacityBps])).toEqual([
      ['0--one', '0', 'one', { az: 22e9, za: 11e9 }],
      ['2--one', '2', 'one', { az: 5e8, za: 5e8 }],
    ]);
    expect(warnings).toEqual(['arcs without an opposite one, taken for both directions: 1']);
  });

  it.each([
    ['[]', 'must be an object with lists "nodes" and "links"'],
    [TEAL.replace('22000', '-1'), 'links[0].capacity: must be >= 0, got -1'],
    [TEAL.replace('"source":2', '"source":5'), 'must be the id of a node of this file'],
    ['{', 'is not valid JSON at line 1, column 2'],
  ])('says what is wrong: %#', (text, message) => {
    expect(() => readTeal(text, { name: 'towns' })).toThrow(message);
  });
});

describe('B4', () => {
  it('takes fibres for risk groups and reads every matrix', () => {
    const { network, matrices } = readB4(B4, { name: 'towns' });
    expect(network.links.map(({ id, capacityBps, srlgs }) => [id, capacityBps, srlgs])).toEqual([
      ['s1-s2-1', { az: 6e11, za: 4e11 }, ['fibre s1-s2']],
      ['s1-s3-1', { az: 2e11, za: 2e11 }, ['fibre s1-s2', 'fibre s2-s3']],
    ]);
    expect(network.links[1]?.latencyMs.az).toBeCloseTo(7.5, 1);
    expect(matrices.map((demands) => demands.map(({ id, bps }) => [id, bps]))).toEqual([
      [
        ['s1>s2', 10e6],
        ['s1>s3', 20e6],
        ['s2>s1', 30e6],
        ['s2>s3', 40e6],
        ['s3>s1', 50e6],
        ['s3>s2', 60e6],
      ],
      [
        ['s1>s2', 1e6],
        ['s1>s3', 2e6],
        ['s2>s1', 3e6],
        ['s2>s3', 4e6],
        ['s3>s1', 5e6],
        ['s3>s2', 6e6],
      ],
    ]);
  });

  it.each([
    [{ links: B4.links.replace('[1,3]', '[1,9]') }, 'IP_topo_1.txt, line 4: there is no fibre 9'],
    [{ links: B4.links.replace('\t6\t', '\tsix\t') }, 'IP_topo_1.txt, line 2: capacity must be a number >= 0'],
    [{ fibres: B4.fibres.replace('3\t500', '7\t500') }, 'optical_topo.txt, line 4: there is no node 7'],
    [{ demands: '1 2 3' }, 'demand.txt, line 1: must have 9 values, has 3'],
  ])('names file and line: %#', (change, message) => {
    expect(() => readB4({ ...B4, ...change }, { name: 'towns' })).toThrow(message);
  });
});

describe.each(READERS)('%s, damaged', (_name, text, read) => {
  it('is refused with a DetourError or read', () => {
    fc.assert(
      fc.property(damaged(text), (broken) => {
        try {
          expect(read(broken).network.nodes.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(DetourError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('import', () => {
  it.each([
    ['sndlib-native', NATIVE],
    ['sndlib-xml', XML],
    ['teal', TEAL],
  ] as const)('finds out that it is %s', async (format, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'detour-import-'));
    try {
      const path = join(folder, 'towns.txt');
      await writeFile(path, text);
      const found = await importNetwork(path, { format: null, name: null, matrix: 1 });
      expect([found.format, found.network.name]).toEqual([format, 'towns']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names the file that is wrong, and one that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'detour-import-'));
    try {
      const path = join(folder, 'towns.txt');
      await writeFile(path, 'hello');
      const request = { format: null, name: null, matrix: 1 } as const;
      await expect(importNetwork(path, request)).rejects.toThrow(`${path}: is in no format that is known`);
      await expect(importNetwork(join(folder, 'x'), request)).rejects.toThrow('there is no such file');
      await expect(importNetwork(folder, request)).rejects.toThrow('IP_topo_1.txt: cannot be read');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const reference = join(PACKAGE_ROOT, '..', 'shared', 'data', 'topologies');

describe.skipIf(!existsSync(reference))('reference networks (skipped where they are not beside us)', () => {
  it('Kdl with the capacities of Teal', async () => {
    const found = await importNetwork(join(reference, 'Kdl.teal.json'), { format: null, name: 'Kdl', matrix: 1 });
    expect([found.format, found.network.nodes.length, found.network.links.length]).toEqual(['teal', 754, 895]);
    const capacities = new Set(found.network.links.flatMap(({ capacityBps }) => [capacityBps.az, capacityBps.za]));
    expect(capacities.size).toBe(82);
  });

  it('B4 with its risk groups and 200 matrices', async () => {
    const found = await importNetwork(join(reference, 'b4'), { format: null, name: null, matrix: 200 });
    expect([found.format, found.network.nodes.length, found.network.links.length]).toEqual(['b4', 12, 55]);
    expect([found.network.srlgs.length, found.matrices, found.demands.length]).toEqual([19, 200, 132]);
    await expect(importNetwork(join(reference, 'b4'), { format: 'b4', name: null, matrix: 201 })).rejects.toThrow(
      'there is no traffic matrix 201, only 200',
    );
  });
});
