import type { CompiledGraph } from '../../../src/twin/compiled.ts';

/** A share (0..1) of a demand on a path of arc numbers. */
export interface OraclePath {
  readonly share: number;
  readonly arcs: readonly number[];
}

/** A demand that may be moved as a whole. */
export interface OracleDemand {
  readonly id: string;
  readonly source: number;
  readonly target: number;
  /** bit/s, > 0. */
  readonly bps: number;
  /** Paths that survive and may be kept; they do not count as new. */
  readonly current: readonly OraclePath[];
}

/** What the linear program routes: demands over surviving arcs that carry fixed loads already. */
export interface OracleInstance {
  readonly graph: CompiledGraph;
  /** 1 where the arc survives. */
  readonly alive: Uint8Array;
  /** Highest utilisation wanted, of every arc. */
  readonly limit: number;
  /** bit/s per arc of what does not move. */
  readonly fixedBps: Float64Array;
  /** Each is connected over surviving arcs. */
  readonly demands: readonly OracleDemand[];
}

/** Slopes of the congestion cost and the utilisations at which they begin (Fortz, Thorup, INFOCOM 2000). */
export const COST_PIECES = [
  { from: 0, slope: 1 },
  { from: 1 / 3, slope: 3 },
  { from: 2 / 3, slope: 10 },
  { from: 0.9, slope: 70 },
  { from: 1, slope: 500 },
  { from: 1.1, slope: 5000 },
] as const;

export const BPS_PER_GBPS = 1e9;

export interface OracleFigures {
  readonly overloadBps: number;
  readonly mlu: number;
  /** Fortz-Thorup, Gbit/s. */
  readonly cost: number;
}

/** Overload, MLU and cost of loads (bit/s per arc) on the surviving arcs. */
export function measureLoads(instance: Omit<OracleInstance, 'demands'>, loadBps: ArrayLike<number>): OracleFigures {
  let overloadBps = 0;
  let mlu = 0;
  let cost = 0;
  for (let arc = 0; arc < instance.graph.arcCount; arc += 1) {
    if (!instance.alive[arc]) continue;
    const capacity = instance.graph.capacityBps[arc] as number;
    const load = loadBps[arc] as number;
    overloadBps += Math.max(0, load - instance.limit * capacity);
    mlu = Math.max(mlu, load / capacity);
    cost += arcCost(load / capacity) * (capacity / BPS_PER_GBPS);
  }
  return { overloadBps, mlu, cost };
}

/** Cost of an arc per unit of capacity. */
export function arcCost(utilisation: number): number {
  return COST_PIECES.reduce((sum, { from, slope }, at) => {
    const to = COST_PIECES[at + 1]?.from ?? Infinity;
    return sum + slope * Math.max(0, Math.min(utilisation, to) - from);
  }, 0);
}

/** Slope of that cost. */
export function arcSlope(utilisation: number): number {
  return COST_PIECES.findLast(({ from }) => utilisation >= from)?.slope ?? 1;
}
