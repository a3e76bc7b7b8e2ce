import type { Demand } from '../../topology/model.ts';
import type { CompiledGraph } from './compiled.ts';
import type { TargetTraffic } from './target-tree.ts';

/**
 * Demands as numbers, by target; those of 0 bit/s or from a node to itself load nothing and are left out. Throws
 * RangeError for a node that the network does not have.
 */
export function trafficByTarget(graph: CompiledGraph, demands: readonly Demand[]): TargetTraffic[] {
  const rows = new Map<number, { sources: number[]; bps: number[] }>();
  for (const demand of demands) {
    const source = numberOf(graph, demand.source);
    const target = numberOf(graph, demand.target);
    if (source === target || demand.bps === 0) continue;
    let row = rows.get(target);
    if (row === undefined) {
      row = { sources: [], bps: [] };
      rows.set(target, row);
    }
    row.sources.push(source);
    row.bps.push(demand.bps);
  }
  return [...rows].map(([target, { sources, bps }]) => ({
    target,
    sources: Int32Array.from(sources),
    bps: Float64Array.from(bps),
  }));
}

function numberOf(graph: CompiledGraph, id: string): number {
  const node = graph.nodeIndex.get(id);
  if (node === undefined) throw new RangeError(`the network has no node ${id}`);
  return node;
}
