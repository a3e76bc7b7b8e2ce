import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { networkNameFrom } from '../../topology/files.ts';
import { readB4 } from '../../topology/formats/b4.ts';
import { readTeal } from '../../topology/formats/teal.ts';
import { importNetwork } from '../../topology/import.ts';
import type { Demand, Link, Network } from '../../topology/model.ts';

/** Research data that lies beside a checkout, when it does; not part of Detour. */
export const REFERENCE_FOLDER = join(PACKAGE_ROOT, '..', 'shared', 'data', 'topologies');

/** Figures of the Zoo's links, which mostly have none: in turn, by the order of the edges. */
const CAPACITIES_BPS = [10e9, 40e9, 100e9] as const;

const TEAL = '.teal.json';
/** Files of a folder that may be networks; what looks like one and is none stops the bench. */
const NETWORK_FILE = /\.(graphml|gexf|xml|native\.txt|json)$/;

export interface ReferenceNetwork {
  /** `zoo/Colt`, `Kdl`, `b4`: where the file lies, without its ending. */
  readonly name: string;
  readonly family: 'zoo' | 'teal' | 'b4' | 'other';
  readonly network: Network;
  /** Its own traffic matrices; empty where it has none. */
  readonly matrices: readonly (readonly Demand[])[];
}

/**
 * All networks in a folder: graphs of the Internet Topology Zoo (`zoo/`), capacities from Teal (`NAME.teal.json`, on
 * the Zoo's drawing where there is one), folders as ARROW publishes B4, and other formats with their own traffic.
 * Empty where there is no such folder. Throws what the importers throw.
 */
export async function referenceNetworks(folder: string): Promise<ReferenceNetwork[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder, { recursive: true })).sort();
  const teal = names.filter((name) => name.endsWith(TEAL));
  const drawn = new Set(teal.map((name) => `zoo/${networkNameFrom(name.slice(0, -TEAL.length))}.graphml`));
  const b4 = names.filter((name) => /(^|\/)IP_topo_1\.txt$/.test(name));
  const others = names.filter((name) => NETWORK_FILE.test(name) && !teal.includes(name) && !drawn.has(name));
  return [
    ...(await Promise.all(others.map((name) => otherNetwork(folder, name)))),
    ...(await Promise.all(teal.map((name) => tealNetwork(folder, name)))),
    ...(await Promise.all(b4.map((name) => b4Network(folder, name.replace(/\/?IP_topo_1\.txt$/, ''))))),
  ];
}

async function otherNetwork(folder: string, file: string): Promise<ReferenceNetwork> {
  if (file.startsWith('zoo/') && file.endsWith('.graphml')) {
    const name = file.replace(/\.graphml$/, '');
    return { name, family: 'zoo', network: await zooNetwork(folder, file), matrices: [] };
  }
  const { network, demands } = await importNetwork(join(folder, file), { format: null, name: null, matrix: 1 });
  return {
    name: file.replace(NETWORK_FILE, ''),
    family: 'other',
    network,
    matrices: demands.length > 0 ? [demands] : [],
  };
}

/** A graph of the Internet Topology Zoo with capacities of 10, 40 and 100 Gbit/s in turn. */
async function zooNetwork(folder: string, file: string): Promise<Network> {
  const request = { format: 'graphml', name: networkNameFrom(file), matrix: 1 } as const;
  const { network } = await importNetwork(join(folder, file), request);
  const links = network.links.map((link, at) => {
    const bps = CAPACITIES_BPS[at % CAPACITIES_BPS.length] as number;
    return { ...link, capacityBps: { az: bps, za: bps } };
  });
  return { ...network, links };
}

async function tealNetwork(folder: string, file: string): Promise<ReferenceNetwork> {
  const name = file.slice(0, -TEAL.length);
  const { network } = readTeal(await readFile(join(folder, file), 'utf8'), { name: networkNameFrom(name) });
  const drawing = `zoo/${networkNameFrom(name)}.graphml`;
  const isDrawn = existsSync(join(folder, drawing));
  const whole = isDrawn ? withCapacities(await zooNetwork(folder, drawing), network) : network;
  return { name, family: 'teal', network: whole, matrices: [] };
}

/** Teal numbers the nodes as the Zoo's file does, and knows one arc for each pair: parallel links share it. */
function withCapacities(drawn: Network, teal: Network): Network {
  const number = new Map(drawn.nodes.map((node, at) => [node.id, String(at)]));
  const capacity = new Map(
    teal.links.flatMap(({ a, z, capacityBps }) => [
      [pair(a, z), capacityBps.az],
      [pair(z, a), capacityBps.za],
    ]),
  );
  const numbered = ({ a, z }: Link) => [number.get(a) as string, number.get(z) as string] as const;
  const parallels = new Map<string, number>();
  for (const link of drawn.links) {
    const [a, z] = numbered(link);
    for (const ends of [pair(a, z), pair(z, a)]) parallels.set(ends, (parallels.get(ends) ?? 0) + 1);
  }
  const share = (from: string, to: string) => {
    const bps = capacity.get(pair(from, to));
    if (bps === undefined) throw new Error(`Teal's file has no arc from ${from} to ${to}, which the Zoo's has`);
    return bps / (parallels.get(pair(from, to)) as number);
  };
  const links = drawn.links.map((link) => {
    const [a, z] = numbered(link);
    return { ...link, capacityBps: { az: share(a, z), za: share(z, a) } };
  });
  return { ...drawn, links };
}

function pair(from: string, to: string): string {
  return `${from}>${to}`;
}

/** A network as the ARROW paper has B4: IP links over fibres, which are its risk groups, and its matrices. */
async function b4Network(folder: string, name: string): Promise<ReferenceNetwork> {
  const text = (file: string) => readFile(join(folder, name, file), 'utf8');
  const demands = existsSync(join(folder, name, 'demand.txt')) ? await text('demand.txt') : null;
  const files = {
    nodes: await text('IP_nodes.txt'),
    links: await text('IP_topo_1.txt'),
    fibres: await text('optical_topo.txt'),
    demands,
  };
  const { network, matrices } = readB4(files, { name: networkNameFrom(name) });
  return { name, family: 'b4', network, matrices };
}
