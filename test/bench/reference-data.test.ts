import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchNetwork, benchNetworks } from '../../scripts/bench/networks.ts';
import { referenceNetworks } from '../../scripts/bench/reference-data.ts';

const RING = `<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">
<node id="0"/><node id="1"/><node id="2"/>
<edge source="0" target="1"/><edge source="1" target="2"/><edge source="2" target="0"/><edge source="0" target="1"/>
</graph></graphml>`;

const TEAL = {
  directed: true,
  nodes: [{ id: 2 }, { id: 0 }, { id: 1 }],
  links: [
    { source: 0, target: 1, capacity: 8000 },
    { source: 1, target: 0, capacity: 6000 },
    { source: 1, target: 2, capacity: 1000 },
    { source: 2, target: 1, capacity: 1000 },
    { source: 2, target: 0, capacity: 3000 },
    { source: 0, target: 2, capacity: 5000 },
  ],
};

const SNDLIB = `?SNDlib native format; type: network; version: 1.0
NODES ( A ( 1.0 2.0 ) B ( 2.0 3.0 ) )
LINKS ( L1 ( A B ) 40.0 0.0 0.0 0.0 ( ) )
DEMANDS ( D1 ( A B ) 1 7.0 UNLIMITED )
`;

const B4: Readonly<Record<string, string>> = {
  'IP_nodes.txt': 'node_names\ns1\ns2\n',
  'IP_topo_1.txt': 'src dst index capacity fibers wavelengths failure\n1 2 1 4 [1] [1] 0\n2 1 1 4 [2] [1] 0\n',
  'optical_topo.txt': 'to_node from_node metric failure_prob\n1 2 500 0\n2 1 500 0\n',
  'demand.txt': '0 1000 2000 0\n0 3000 4000 0\n',
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detour-reference-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

describe('reference networks of a folder', () => {
  it('have the capacities and the traffic of their kind', async () => {
    await write('zoo/Ring.graphml', RING);
    await write('sndlib/tiny.native.txt', SNDLIB);
    for (const [file, text] of Object.entries(B4)) await write(`b4/${file}`, text);
    const found = new Map((await referenceNetworks(folder)).map((one) => [one.name, one]));
    expect([...found.keys()].sort()).toEqual(['b4', 'sndlib/tiny', 'zoo/Ring']);
    const capacities = found.get('zoo/Ring')?.network.links.map(({ capacityBps }) => capacityBps.az);
    expect(capacities).toEqual([10e9, 40e9, 100e9, 10e9]);
    expect(found.get('zoo/Ring')?.matrices).toEqual([]);
    expect(found.get('sndlib/tiny')?.matrices).toHaveLength(1);
    expect(found.get('b4')?.matrices).toHaveLength(2);
    expect(found.get('b4')?.network.srlgs).toHaveLength(1);
  });

  it("get Teal's capacities on the Zoo's drawing, where parallel links share them", async () => {
    await write('zoo/Ring.graphml', RING);
    await write('Ring.teal.json', JSON.stringify(TEAL));
    const [one, ...others] = await referenceNetworks(folder);
    expect(others).toEqual([]);
    expect([one?.name, one?.family]).toEqual(['Ring', 'teal']);
    expect(one?.network.links.map(({ capacityBps }) => [capacityBps.az, capacityBps.za])).toEqual([
      [4e9, 3e9],
      [1e9, 1e9],
      [3e9, 5e9],
      [4e9, 3e9],
    ]);
  });

  it('are none where there is no folder, and the shipped ones stay', async () => {
    const missing = join(folder, 'missing');
    expect(await referenceNetworks(missing)).toEqual([]);
    const names = (await benchNetworks(missing)).map(({ name }: BenchNetwork) => name);
    expect(names).toContain('nsfnet');
  });

  it('are refused by name where a file is wrong', async () => {
    await write('zoo/Bad.graphml', '<graphml>');
    await expect(referenceNetworks(folder)).rejects.toThrow('Bad.graphml');
  });
});
