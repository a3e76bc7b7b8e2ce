import type { Demand } from '../../../topology/model.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';

/** Demands as flat arrays; `bps` is the level at the daily peak. */
export interface DemandTable {
  readonly ids: readonly string[];
  readonly classes: readonly (string | null)[];
  /** Node numbers of the compiled graph. */
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly bps: Float64Array;
}

/** Demands of a file as they are: they are taken to be the level at the daily peak. */
export function tableOf(graph: CompiledGraph, demands: readonly Demand[]): DemandTable {
  return {
    ids: demands.map((demand) => demand.id),
    classes: demands.map((demand) => demand.class),
    source: Int32Array.from(demands, (demand) => graph.nodeIndex.get(demand.source) as number),
    target: Int32Array.from(demands, (demand) => graph.nodeIndex.get(demand.target) as number),
    bps: Float64Array.from(demands, (demand) => demand.bps),
  };
}
