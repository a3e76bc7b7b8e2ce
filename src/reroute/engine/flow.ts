import type { CompiledGraph } from '../../twin/compiled.ts';

/**
 * What one unit of a demand puts on arcs: a path, or several with their shares. Plain arrays: typed ones of this size
 * cost an allocation outside the heap each.
 */
export interface Footprint {
  readonly arcs: readonly number[];
  /** Part of the traffic on each arc; null where it is all of it (a plain path). */
  readonly shares: readonly number[] | null;
}

/** A part of a demand that is routed by itself: what may stay where it is, or what has to leave. */
export interface Commodity {
  /** Index into the demands of the plan. */
  readonly demand: number;
  readonly source: number;
  readonly target: number;
  /** bit/s, > 0. */
  readonly bps: number;
  /** The demand has no traffic: it needs a path, but no room; `bps` is next to nothing. */
  readonly isEmpty: boolean;
  /** Where it goes now; null where it cannot stay. */
  readonly stay: Footprint | null;
}

/** What the optimiser solves, in numbers: arcs and nodes of one compiled graph. */
export interface FlowProblem {
  readonly graph: CompiledGraph;
  /** 1 where the arc survives. */
  readonly alive: Uint8Array;
  /** 1 where a new path may run: it survives, is not to be avoided, and is not stale. */
  readonly open: Uint8Array;
  /** 1 where a path may run if nothing else is left: avoided arcs too, but not stale ones. */
  readonly usable: Uint8Array;
  /** Highest utilisation wanted, per arc. */
  readonly limit: Float64Array;
  /** bit/s per arc of everything that does not move. */
  readonly fixedBps: Float64Array;
  readonly commodities: readonly Commodity[];
}

/** A footprint that a commodity may take. */
export interface Column extends Footprint {
  readonly commodity: number;
  /** Objective per unit of load, besides what it costs on arcs. */
  readonly cost: number;
  readonly isStay: boolean;
}

/** Part (0..1) of a commodity on a column. */
export interface ColumnFlow {
  readonly column: Column;
  readonly value: number;
}

/** Per commodity the columns it uses; values of a commodity sum to 1. */
export type FlowRouting = readonly (readonly ColumnFlow[])[];

/** Adds `bps` times the footprint. */
export function addFootprint(loadBps: Float64Array, { arcs, shares }: Footprint, bps: number): void {
  const count = arcs.length;
  for (let at = 0; at < count; at += 1) {
    const arc = arcs[at] as number;
    loadBps[arc] = (loadBps[arc] as number) + (shares === null ? bps : bps * (shares[at] as number));
  }
}

/** Sum of price x share over the footprint. */
export function footprintPrice(price: Float64Array, { arcs, shares }: Footprint): number {
  const count = arcs.length;
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    const each = price[arcs[at] as number] as number;
    sum += shares === null ? each : each * (shares[at] as number);
  }
  return sum;
}

/** Load per arc, bit/s, fixed loads included. */
export function flowLoads(problem: FlowProblem, routing: FlowRouting): Float64Array {
  const loadBps = problem.fixedBps.slice();
  routing.forEach((flows, index) => {
    const { bps } = problem.commodities[index] as Commodity;
    for (const { column, value } of flows) addFootprint(loadBps, column, bps * value);
  });
  return loadBps;
}
