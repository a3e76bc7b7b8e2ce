import { createRng } from '../../src/core/rng.ts';
import { type CompiledGraph, compileGraph } from '../../src/twin/compiled.ts';
import { addLoads, routeTo } from '../../src/twin/ecmp.ts';
import { buildGraph } from '../../src/twin/graph.ts';
import { ShortestPaths } from '../../src/twin/shortest-path.ts';
import { trafficByTarget } from '../../src/twin/traffic.ts';
import { connectedComponents } from '../../topology/components.ts';
import { loadNetwork, shippedNetworks } from '../../topology/files.ts';
import { generateBackbone } from '../../topology/generate/index.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { REFERENCE_FOLDER, type ReferenceNetwork, referenceNetworks } from './reference-data.ts';

/** A network that the quality benches run on: `backbone-100`, `zoo/Colt`, `Kdl`, `b4`. */
export type BenchNetwork = Omit<ReferenceNetwork, 'family'> & {
  readonly family: ReferenceNetwork['family'] | 'shipped';
};

/**
 * The shipped networks, and those of a folder of reference data (by default the one beside the checkout, where there is
 * one). Smallest first.
 */
export async function benchNetworks(folder: string = REFERENCE_FOLDER): Promise<BenchNetwork[]> {
  const found: BenchNetwork[] = await referenceNetworks(folder);
  for (const name of await shippedNetworks()) {
    found.push({ name, family: 'shipped', network: (await loadNetwork(name)).network, matrices: [] });
  }
  return found.sort((one, other) => one.network.nodes.length - other.network.nodes.length);
}

/**
 * Demands in proportion to the masses of their ends (gravity model). Masses are log-uniform with a ratio of up to
 * e^2, times the node's own mass where the network knows it. All pairs of nodes that a way joins, or `count` of them
 * picked by the seed. Bit/s are relative until `scaleToMlu`.
 */
export function gravityDemands(network: Network, seed: number, count = Infinity): Demand[] {
  const rng = createRng(seed);
  const masses = rng.fork('masses');
  const mass = new Map(network.nodes.map((node) => [node.id, (node.mass ?? 1) * Math.exp(masses.between(0, 2))]));
  const pairs = connectedComponents(network).flatMap((piece) =>
    piece.flatMap((source) => piece.filter((target) => target !== source).map((target) => [source, target] as const)),
  );
  const picked = pairs.length > count ? sample(pairs, count, rng.fork('pairs')) : pairs;
  return picked.map(([source, target]) => ({
    id: `${source}>${target}`,
    source,
    target,
    bps: (mass.get(source) as number) * (mass.get(target) as number) * 1e6,
    class: null,
  }));
}

/** `count` of the items without repetition, in their order. */
function sample<T>(items: readonly T[], count: number, rng: { next(): number }): T[] {
  let wanted = count;
  return items.filter((_, at) => {
    const isTaken = rng.next() * (items.length - at) < wanted;
    if (isTaken) wanted -= 1;
    return isTaken;
  });
}

/** The demands in the same proportions, so that the IGP's routing (ECMP) of the whole network has this MLU (0..). */
export function scaleToMlu(network: Network, demands: readonly Demand[], mlu: number): Demand[] {
  const graph = compileGraph(buildGraph(network));
  const load = igpLoads(graph, demands);
  const hottest = load.reduce((most, bps, arc) => Math.max(most, bps / (graph.capacityBps[arc] as number)), 0);
  return hottest === 0 ? [...demands] : demands.map((demand) => ({ ...demand, bps: (demand.bps * mlu) / hottest }));
}

/** Kdl, or where its data is missing a generated backbone of as many routers. */
export async function benchBackbone(folder: string = REFERENCE_FOLDER): Promise<Network> {
  const kdl = (await referenceNetworks(folder)).find(({ name }) => name === 'Kdl');
  return kdl?.network ?? generateBackbone({ seed: 1, routers: 754, name: 'backbone-754' });
}

/** bit/s per arc under the IGP, from scratch; `cost` per arc, Infinity where closed. */
export function igpLoads(
  graph: CompiledGraph,
  demands: readonly Demand[],
  cost: Float64Array = graph.metric,
): Float64Array {
  const paths = new ShortestPaths(graph);
  const load = new Float64Array(graph.arcCount);
  const inflow = new Float64Array(graph.nodeCount);
  for (const { target, sources, bps } of trafficByTarget(graph, demands)) {
    sources.forEach((source, at) => {
      inflow[source] = (inflow[source] as number) + (bps[at] as number);
    });
    addLoads(routeTo(paths, target, cost), graph, inflow, load);
  }
  return load;
}
