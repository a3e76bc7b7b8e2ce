import type { PlanFigures } from '../../topology/formats/detour-plan.ts';
import type { Demand } from '../../topology/model.ts';
import type { Flow } from './flow.ts';

/** Fortz-Thorup (INFOCOM 2000): what one more unit of traffic costs from which utilisation on. */
const PIECES = [
  { from: 0, slope: 1 },
  { from: 1 / 3, slope: 3 },
  { from: 2 / 3, slope: 10 },
  { from: 9 / 10, slope: 70 },
  { from: 1, slope: 500 },
  { from: 11 / 10, slope: 5000 },
] as const;

const GBPS = 1e9;

/** Fortz-Thorup cost of one arc, both in Gbit/s. Each piece adds the growth of its slope over the one before. */
export function fortzThorup(loadGbps: number, capacityGbps: number): number {
  let cost = 0;
  let slope = 0;
  for (const piece of PIECES) {
    cost += (piece.slope - slope) * Math.max(0, loadGbps - piece.from * capacityGbps);
    slope = piece.slope;
  }
  return cost;
}

export interface FiguresInput {
  readonly demands: readonly Demand[];
  readonly flows: readonly Flow[];
  readonly loadBps: Float64Array;
  readonly capacityBps: readonly number[];
  /** limit x capacity per arc. */
  readonly limitBps: readonly number[];
  readonly alive: readonly boolean[];
}

/** The four figures a plan is judged by; arcs that failed do not count. */
export function figures({ demands, flows, loadBps, capacityBps, limitBps, alive }: FiguresInput): PlanFigures {
  let overloadBps = 0;
  let mlu = 0;
  let cost = 0;
  loadBps.forEach((load, arc) => {
    if (!alive[arc]) return;
    const capacity = capacityBps[arc] as number;
    overloadBps += Math.max(0, load - (limitBps[arc] as number));
    mlu = Math.max(mlu, load / capacity);
    cost += fortzThorup(load / GBPS, capacity / GBPS);
  });
  const lostBps = flows.reduce((sum, { lostShare }, demand) => sum + lostShare * (demands[demand]?.bps ?? 0), 0);
  return { lostBps, overloadBps, mlu, cost };
}
