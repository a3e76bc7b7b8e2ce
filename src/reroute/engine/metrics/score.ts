import type { CompiledGraph } from '../../../twin/compiled.ts';
import { figuresOf } from '../figures.ts';

/** What metrics are judged by, and what holds for the arcs. */
export interface MetricAims {
  readonly graph: CompiledGraph;
  /** 1 where the arc survives. */
  readonly alive: Uint8Array;
  /** Highest utilisation wanted, per arc. */
  readonly limit: Float64Array;
  /** 1 where traffic should leave. */
  readonly avoided: Uint8Array;
  /** 1 where nothing is known: no traffic may be added. */
  readonly stale: Uint8Array;
  /** Nothing is gained below this MLU. */
  readonly enoughMlu: number;
  /** Says of metrics whether they leave alone what has to be left alone. */
  readonly isAllowed: (cost: Float64Array) => boolean;
}

/** Less is better. */
export interface MetricScore {
  /** bit/s that stale arcs carry more than before. */
  readonly staleBps: number;
  readonly overloadBps: number;
  /** bit/s on arcs to avoid. */
  readonly avoidedBps: number;
  readonly mlu: number;
  /** Fortz-Thorup. */
  readonly cost: number;
  /** Stands in for the MLU on the way: also sees what is nearly as hot. */
  readonly heat: number;
}

/** The higher, the more only the hottest arcs count. */
const HEAT_POWER = 12;

/** Differences below this (relative) are rounding. */
const EQUAL = 1e-9;

export function scoreOf(aims: MetricAims, loadBps: Float64Array, beforeBps: Float64Array): MetricScore {
  let staleBps = 0;
  let avoidedBps = 0;
  let heat = 0;
  for (let arc = 0; arc < loadBps.length; arc += 1) {
    const load = loadBps[arc] as number;
    const more = load - (beforeBps[arc] as number);
    if (aims.alive[arc]) heat += (load / (aims.graph.capacityBps[arc] as number)) ** HEAT_POWER;
    if (aims.avoided[arc]) avoidedBps += load;
    if (aims.stale[arc] && more > EQUAL * load) staleBps += more;
  }
  const { overloadBps, mlu, cost } = figuresOf(aims, loadBps);
  const hottest = Math.max(mlu, aims.enoughMlu);
  return { staleBps, avoidedBps, overloadBps, mlu: hottest, cost, heat: heat ** (1 / HEAT_POWER) };
}

const FINAL = ['staleBps', 'overloadBps', 'avoidedBps', 'mlu', 'cost'] as const;
const ON_THE_WAY = ['staleBps', 'overloadBps', 'avoidedBps', 'heat', 'cost'] as const;

/**
 * Below 0 where x is better. Amounts of traffic are equal up to `floorBps`, highest utilisation and cost up to
 * `tolerance` (relative).
 */
export function compareScores(x: MetricScore, y: MetricScore, floorBps: number, tolerance = EQUAL): number {
  return compareBy(FINAL, x, y, floorBps, tolerance);
}

/** The same for choosing the next step of a search. */
export function compareHeat(x: MetricScore, y: MetricScore, floorBps: number): number {
  return compareBy(ON_THE_WAY, x, y, floorBps, EQUAL);
}

function compareBy(
  terms: readonly (keyof MetricScore)[],
  x: MetricScore,
  y: MetricScore,
  floorBps: number,
  tolerance: number,
): number {
  for (const term of terms) {
    const [one, other] = [x[term], y[term]];
    const slack = term.endsWith('Bps') ? Math.max(floorBps, EQUAL * one) : tolerance * Math.max(one, other);
    if (Math.abs(one - other) > slack) return one - other;
  }
  return 0;
}
