import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { NETWORK_FORMAT, validateNetwork } from '../../topology/formats/detour-network.ts';
import { readGraphml } from '../../topology/formats/graphml.ts';
import { parseJson } from '../../topology/formats/json.ts';
import { fibreLatencyMs } from '../../topology/geo.ts';
import type { Demand, Network } from '../../topology/model.ts';

/** Research data that lies beside a checkout, when it does; not part of Detour. */
const TOPOLOGIES = join(PACKAGE_ROOT, '..', 'shared', 'data', 'topologies');

/** Figures of the Zoo's links, which mostly have none: in turn, by the order of the edges. */
const CAPACITIES_BPS = [10e9, 40e9, 100e9] as const;

/** A path to reference data; null where it is not there. */
function reference(...parts: string[]): string | null {
  const path = join(TOPOLOGIES, ...parts);
  return existsSync(path) ? path : null;
}

/** Names of the Zoo's graphs that are there, sorted. */
export async function zooNames(): Promise<string[]> {
  const folder = reference('zoo');
  if (folder === null) return [];
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.graphml'))
    .map((file) => basename(file, '.graphml'))
    .sort();
}

/** A graph of the Internet Topology Zoo with capacities of 10, 40 and 100 Gbit/s in turn. */
export async function zooNetwork(name: string): Promise<Network> {
  const { network } = readGraphml(await readFile(join(TOPOLOGIES, 'zoo', `${name}.graphml`), 'utf8'), { name });
  const links = network.links.map((link, at) => {
    const bps = CAPACITIES_BPS[at % CAPACITIES_BPS.length] as number;
    return { ...link, capacityBps: { az: bps, za: bps } };
  });
  return { ...network, links };
}

interface TealGraph {
  readonly links: readonly { readonly source: number; readonly target: number; readonly capacity: number }[];
}

/** Kdl as the Zoo draws it with Teal's capacities (Mbit/s per direction); null where either is missing. */
export async function kdlNetwork(): Promise<Network | null> {
  const teal = reference('Kdl.teal.json');
  const names = await zooNames();
  if (teal === null || !names.includes('Kdl')) return null;
  const network = await zooNetwork('Kdl');
  const graph = parseJson(await readFile(teal, 'utf8'), 'INVALID_NETWORK') as TealGraph;
  // Teal numbers the nodes as the Zoo's file does, and knows one arc for each pair: parallel links share it.
  const number = new Map(network.nodes.map((node, at) => [node.id, at]));
  const capacity = new Map(graph.links.map((link) => [`${link.source}>${link.target}`, link.capacity * 1e6]));
  const pair = (from: string, to: string) => `${number.get(from)}>${number.get(to)}`;
  const parallels = new Map<string, number>();
  for (const { a, z } of network.links) {
    for (const ends of [pair(a, z), pair(z, a)]) parallels.set(ends, (parallels.get(ends) ?? 0) + 1);
  }
  const share = (ends: string) => (capacity.get(ends) ?? 10e9) / (parallels.get(ends) ?? 1);
  const links = network.links.map((link) => {
    const [az, za] = [pair(link.a, link.z), pair(link.z, link.a)];
    return { ...link, capacityBps: { az: share(az), za: share(za) } };
  });
  return { ...network, links };
}

/** Bit/s of a wavelength, the unit of B4's capacities. */
const WAVELENGTH_BPS = 100e9;

/** Google's B4 as the ARROW paper has it: IP links over fibres, which are its risk groups; null where missing. */
export async function b4Network(): Promise<{ network: Network; matrices: Demand[][] } | null> {
  const folder = reference('b4');
  if (folder === null) return null;
  const nodes = (await rows(join(folder, 'IP_nodes.txt'))).map(([id]) => id as string);
  const fibres = (await rows(join(folder, 'optical_topo.txt'))).map(([to, from, km]) => ({
    id: [Number(to), Number(from)].sort((x, y) => x - y).join('-'),
    km: Number(km),
  }));
  const arcs = await rows(join(folder, 'IP_topo_1.txt'));
  const forward = arcs.filter(([source, target]) => Number(source) < Number(target));
  const { network } = validateNetwork({
    format: NETWORK_FORMAT,
    name: 'b4',
    nodes: nodes.map((id) => ({ id })),
    links: forward.map(([source, target, index, wavelengths, path]) => {
      const over = numbers(path).map((fibre) => fibres[fibre - 1]);
      return {
        id: `${source}-${target}-${index}`,
        a: nodes[Number(source) - 1],
        z: nodes[Number(target) - 1],
        capacityBps: Number(wavelengths) * WAVELENGTH_BPS,
        latencyMs: fibreLatencyMs(over.reduce((sum, fibre) => sum + (fibre?.km ?? 0), 0)),
        srlgs: [...new Set(over.map((fibre) => fibre?.id))],
      };
    }),
  });
  const matrices = (await readFile(join(folder, 'demand.txt'), 'utf8')).trim().split('\n');
  return { network, matrices: matrices.map((line) => matrix(line, nodes)) };
}

/** One line of B4's traffic: all pairs of nodes, source by source. */
function matrix(line: string, nodes: readonly string[]): Demand[] {
  const values = line.trim().split(/\s+/).map(Number);
  return values.flatMap((mbps, at) => {
    const source = nodes[Math.floor(at / nodes.length)] as string;
    const target = nodes[at % nodes.length] as string;
    return source === target || mbps <= 0
      ? []
      : [{ id: `${source}>${target}`, source, target, bps: mbps * 1e6, class: null }];
  });
}

async function rows(path: string): Promise<string[][]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => line.trim().split(/\s+/));
}

function numbers(list: string | undefined): number[] {
  return (list ?? '').replace(/[[\]]/g, '').split(',').map(Number);
}
