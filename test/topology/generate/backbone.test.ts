import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { addLoads, routeTo } from '../../../src/twin/ecmp.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { ShortestPaths } from '../../../src/twin/shortest-path.ts';
import { networkToJson, validateNetwork } from '../../../topology/formats/detour-network.ts';
import { generateBackbone } from '../../../topology/generate/backbone.ts';
import { distanceKm, FIBRE_KM_PER_MS, type Place } from '../../../topology/geo.ts';
import { indexNetwork, type Network, TIERS, type Tier } from '../../../topology/model.ts';
import { summariseNetwork } from '../../../topology/summary.ts';
import { piecesByBruteForce } from '../networks.ts';

const backbone100 = generateBackbone({ seed: 13, routers: 100, name: 'backbone-100' });

function coreOf(network: Network): Network {
  const nodes = network.nodes.filter((node) => node.tier === 'core');
  const ids = new Set(nodes.map((node) => node.id));
  return { ...network, nodes, links: network.links.filter((link) => ids.has(link.a) && ids.has(link.z)) };
}

/** Utilisation of each arc under gravity traffic, scaled so that the highest is `mlu`. */
function utilisations(network: Network, mlu: number): Map<Tier, number[]> {
  const graph = compileGraph(buildGraph(network));
  const paths = new ShortestPaths(graph);
  const loadBps = new Float64Array(graph.arcCount);
  const mass = network.nodes.map((node) => node.mass ?? 0);
  mass.forEach((targetMass, target) => {
    const inflow = Float64Array.from(mass, (own, node) => (node === target ? 0 : own * targetMass));
    addLoads(routeTo(paths, target, graph.metric), graph, inflow, loadBps);
  });
  const raw = Array.from(loadBps, (load, arc) => load / (graph.capacityBps[arc] as number));
  const scale = mlu / Math.max(...raw);
  const byTier = new Map<Tier, number[]>(TIERS.map((tier) => [tier, []]));
  const { nodeById } = indexNetwork(network);
  raw.forEach((utilisation, arc) => {
    const link = network.links[Math.floor(arc / 2)];
    const ends = [link?.a, link?.z].map((id) => TIERS.indexOf(nodeById.get(id ?? '')?.tier ?? 'core'));
    byTier.get(TIERS[Math.max(...ends)] as Tier)?.push(utilisation * scale);
  });
  return byTier;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(share * (sorted.length - 1))] as number;
}

describe('backbone-100', () => {
  it('ships as the generator makes it', async () => {
    const text = await readFile(join(PACKAGE_ROOT, 'topology', 'networks', 'backbone-100.json'), 'utf8');
    const shipped = JSON.parse(text) as { description: string };
    expect(shipped).toEqual(networkToJson(backbone100, shipped.description));
    expect(shipped.description).toContain('seed 13');
  });

  it('has 100 routers in three tiers and 140 to 160 links', () => {
    const summary = summariseNetwork(backbone100);
    expect(summary).toMatchObject({ nodes: 100, componentSizes: [100], bridges: [] });
    expect(summary.tiers).toEqual({ core: 18, distribution: 20, access: 62, unknown: 0 });
    expect(summary.links).toBeGreaterThanOrEqual(140);
    expect(summary.links).toBeLessThanOrEqual(160);
    expect(summary.parallelLinks).toBeGreaterThan(0);
  });

  it('carries gravity traffic spread over all tiers', () => {
    const mlu = 0.55;
    const byTier = utilisations(backbone100, mlu);
    expect(quantile([...byTier.values()].flat(), 0.9)).toBeGreaterThan(mlu / 5);
    for (const tier of TIERS) {
      const values = byTier.get(tier) as number[];
      expect(Math.max(...values), tier).toBeGreaterThan(0.25);
      expect(quantile(values, 0.9), tier).toBeGreaterThan(0.15);
      expect(quantile(values, 0.5), tier).toBeGreaterThan(0.04);
    }
  });

  it('has some links whose metric differs by direction', () => {
    const asymmetric = backbone100.links.filter((link) => link.metric.az !== link.metric.za).length;
    expect(asymmetric).toBeGreaterThan(0);
    expect(asymmetric).toBeLessThan(backbone100.links.length / 5);
  });
});

describe('a generated backbone', () => {
  it('is the same for the same seed and another for another', () => {
    const make = (seed: number): Network => generateBackbone({ seed, routers: 40, name: 'any' });
    expect(make(7)).toEqual(make(7));
    expect(make(7)).not.toEqual(make(8));
  });

  it('keeps its promises for any seed and size', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 10, max: 260 }), (seed, routers) => {
        checkBackbone(generateBackbone({ seed, routers, name: 'any' }), routers);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('scales to 2,000 routers', () => {
    const network = generateBackbone({ seed: 1, routers: 2000, name: 'large' });
    const summary = summariseNetwork(network);
    expect(summary).toMatchObject({ nodes: 2000, componentSizes: [2000], bridges: [] });
    expect(summariseNetwork(coreOf(network))).toMatchObject({ bridges: [] });
    expect(network.nodes.filter((node) => node.id.startsWith('chi-c')).length).toBeGreaterThan(2);
  }, 60_000);

  it.each([9, 5001, 100.5, Number.NaN])('is refused with %s routers', (routers) => {
    expect(() => generateBackbone({ seed: 1, routers, name: 'any' })).toThrow(`routers: must be a whole number`);
  });
});

function checkBackbone(network: Network, routers: number): void {
  expect(network.nodes).toHaveLength(routers);
  expect(validateNetwork(networkToJson(network))).toEqual({ network, warnings: [] });
  const core = coreOf(network);
  expect(piecesByBruteForce(core)).toBe(1);
  for (const link of core.links) expect(piecesByBruteForce(core, link.id), `core without ${link.id}`).toBe(1);
  const { nodeById, linksByNode, linksBySrlg } = indexNetwork(network);
  for (const node of network.nodes.filter((candidate) => candidate.tier === 'distribution')) {
    const cores = (linksByNode.get(node.id) ?? [])
      .map((link) => (link.a === node.id ? link.z : link.a))
      .filter((id) => nodeById.get(id)?.tier === 'core');
    expect(new Set(cores).size, node.id).toBe(2);
  }
  for (const srlg of network.srlgs) {
    const lost = new Set(linksBySrlg.get(srlg.id)?.map((link) => link.id));
    expect(lost.size, srlg.id).toBeGreaterThanOrEqual(2);
    const left = { ...network, links: network.links.filter((link) => !lost.has(link.id)) };
    expect(summariseNetwork(left).componentSizes, srlg.id).toHaveLength(1);
  }
  for (const link of network.links) {
    expect([10e9, 100e9, 400e9]).toContain(link.capacityBps.az);
    const [a, z] = [nodeById.get(link.a), nodeById.get(link.z)] as [Place, Place];
    const detour = (link.latencyMs.az * FIBRE_KM_PER_MS) / Math.max(1, distanceKm(a, z));
    // Latency is kept to the microsecond, 0.2 km.
    expect(detour, link.id).toBeGreaterThan(1.2 - 0.12);
    expect(detour, link.id).toBeLessThan(1.4 + 0.12);
  }
}
