import type { FlowProblem } from './flow.ts';

/** Slopes of the Fortz-Thorup cost and the utilisations where they begin (Fortz, Thorup, INFOCOM 2000, eq. 2). */
const BREAKS = [0, 1 / 3, 2 / 3, 9 / 10, 1, 11 / 10] as const;
const SLOPES = [1, 3, 10, 70, 500, 5000] as const;
const BPS_PER_GBPS = 1e9;

/** Fortz-Thorup cost of one arc per unit of its capacity. */
export function congestionCost(utilisation: number): number {
  let cost = 0;
  for (let piece = 0; piece < SLOPES.length; piece += 1) {
    const begin = BREAKS[piece] as number;
    if (utilisation <= begin) break;
    cost += (SLOPES[piece] as number) * (Math.min(utilisation, BREAKS[piece + 1] ?? Infinity) - begin);
  }
  return cost;
}

/** Its slope: what one more unit of load costs. */
export function congestionSlope(utilisation: number): number {
  let piece = SLOPES.length - 1;
  while (piece > 0 && utilisation < (BREAKS[piece] as number)) piece -= 1;
  return SLOPES[piece] as number;
}

export interface LoadFigures {
  /** bit/s: sum over surviving arcs of max(0, load - limit x capacity). */
  readonly overloadBps: number;
  readonly mlu: number;
  /** Fortz-Thorup, Gbit/s. */
  readonly cost: number;
}

/** The figures by which loads are judged; failed arcs do not count. */
export function figuresOf(problem: Pick<FlowProblem, 'graph' | 'alive' | 'limit'>, loadBps: Float64Array): LoadFigures {
  const { capacityBps } = problem.graph;
  let overloadBps = 0;
  let mlu = 0;
  let cost = 0;
  for (let arc = 0; arc < loadBps.length; arc += 1) {
    if (!problem.alive[arc]) continue;
    const load = loadBps[arc] as number;
    const capacity = capacityBps[arc] as number;
    const utilisation = load / capacity;
    overloadBps += Math.max(0, load - (problem.limit[arc] as number) * capacity);
    mlu = Math.max(mlu, utilisation);
    cost += (capacity / BPS_PER_GBPS) * congestionCost(utilisation);
  }
  return { overloadBps, mlu, cost };
}
