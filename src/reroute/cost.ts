import type { CompiledGraph } from '../twin/compiled.ts';
import { congestionCost } from './congestion-cost.ts';

/** What a unit of Fortz-Thorup cost is worth in ms: an arc filled to 80 % counts like 5 ms more. */
const LOAD_MS = 2;
/** What a path pays per arc that shares a conduit with a bad link, and per arc whose link is degraded, in ms. */
export const RISK_MS = 20;
export const WORN_MS = 100;
/** Per arc, so that of two equal paths the one with fewer arcs wins. */
const HOP_MS = 0.01;

/** What the cost of an arc depends on besides its load. */
export interface ArcTraits {
  /** 1 where the link shares a risk group with a bad link. */
  readonly risky: Uint8Array;
  /** 1 where the link is degraded by loss, errors, latency or flapping. */
  readonly worn: Uint8Array;
}

/** Cost (ms-like, > 0) of the arc when `bps` more goes over it. The search minimises the sum along the path. */
export function arcCost(
  graph: CompiledGraph,
  traits: ArcTraits,
  loadBps: Float64Array,
  arc: number,
  bps: number,
): number {
  const utilisation = ((loadBps[arc] as number) + bps) / (graph.capacityBps[arc] as number);
  const penalty = (traits.risky[arc] ? RISK_MS : 0) + (traits.worn[arc] ? WORN_MS : 0);
  return (graph.latencyMs[arc] as number) + LOAD_MS * congestionCost(utilisation) + penalty + HOP_MS;
}

export function pathCost(
  graph: CompiledGraph,
  traits: ArcTraits,
  loadBps: Float64Array,
  arcs: readonly number[],
  bps: number,
): number {
  return arcs.reduce((sum, arc) => sum + arcCost(graph, traits, loadBps, arc, bps), 0);
}

export function pathLatencyMs(graph: CompiledGraph, arcs: readonly number[]): number {
  return arcs.reduce((sum, arc) => sum + (graph.latencyMs[arc] as number), 0);
}
