import { congestionCost } from '../congestion-cost.ts';
import type { FlowProblem } from './flow.ts';

const BPS_PER_GBPS = 1e9;
/** Overload below this part of the traffic is rounding. */
export const NO_OVERLOAD = 1e-10;
/** Differences below this part are not clear. */
const WORTH = 1e-4;

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

/** Less overload, or as much and a lower highest utilisation, by more than rounding. */
export function isClearlyBetter(one: LoadFigures, other: LoadFigures): boolean {
  const less = other.overloadBps - one.overloadBps;
  if (Math.abs(less) > WORTH * other.overloadBps + NO_OVERLOAD) return less > 0;
  return one.mlu < other.mlu * (1 - WORTH);
}
