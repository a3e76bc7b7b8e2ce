import type { Demand, Network } from '../../../topology/model.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import { type DemandTable, tableOf } from './demand-table.ts';
import { forwardOnce } from './forwarding.ts';
import type { IgpRouting } from './igp.ts';

/**
 * Gravity model: the demand between two nodes is proportional to the product of their masses (Roughan 2005, "Simplifying
 * the synthesis of Internet traffic matrices"). The `largest` ones are kept and scaled so that the most utilised arc
 * of the intact network stands at `peakUtilisation`. Pairs without a way between them get none.
 */
export function gravityDemands(
  network: Network,
  graph: CompiledGraph,
  igp: IgpRouting,
  options: { readonly largest: number; readonly peakUtilisation: number },
): DemandTable {
  const masses = nodeMasses(network);
  const pairs: Demand[] = [];
  network.nodes.forEach((source, s) => {
    network.nodes.forEach((target, t) => {
      const bps = (masses[s] as number) * (masses[t] as number);
      if (s === t || bps <= 0 || !igp.reaches(nodeOf(graph, source.id), nodeOf(graph, target.id))) return;
      pairs.push({ id: `${source.id}>${target.id}`, source: source.id, target: target.id, bps, class: null });
    });
  });
  // Array.sort is stable, so equal demands stay in the order of the nodes.
  const kept = pairs.sort((x, y) => y.bps - x.bps).slice(0, options.largest);
  return scaled(graph, igp, tableOf(graph, kept), options.peakUtilisation);
}

function nodeOf(graph: CompiledGraph, id: string): number {
  return graph.nodeIndex.get(id) as number;
}

function scaled(graph: CompiledGraph, igp: IgpRouting, table: DemandTable, peakUtilisation: number): DemandTable {
  const loads = forwardOnce(graph, igp, table, table.bps);
  const mlu = loads.reduce((worst, load, arc) => Math.max(worst, load / (graph.capacityBps[arc] as number)), 0);
  return mlu > 0 ? { ...table, bps: table.bps.map((bps) => (bps * peakUtilisation) / mlu) } : table;
}

/**
 * Mass per node. Where a node has none its attached capacity stands in, scaled so that known masses and stand-ins
 * have the same mean.
 */
export function nodeMasses(network: Network): number[] {
  const attached = attachedCapacity(network);
  const known = network.nodes.flatMap((node) => (node.mass === null ? [] : [node.mass]));
  const unknown = network.nodes.filter((node) => node.mass === null).map((node) => attached.get(node.id) as number);
  const scale = known.length > 0 && mean(unknown) > 0 ? mean(known) / mean(unknown) : 1;
  return network.nodes.map((node) => node.mass ?? scale * (attached.get(node.id) as number));
}

function attachedCapacity(network: Network): Map<string, number> {
  const sums = new Map(network.nodes.map((node) => [node.id, 0]));
  for (const link of network.links) {
    sums.set(link.a, (sums.get(link.a) as number) + link.capacityBps.az);
    sums.set(link.z, (sums.get(link.z) as number) + link.capacityBps.za);
  }
  return sums;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
