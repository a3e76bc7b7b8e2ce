import type { FlowProblem } from './flow.ts';

/** How far the highest utilisation may rise again for the sake of cost and moves. */
const SLACK = 5e-4;

export interface CapAims {
  readonly relieved: Uint8Array;
  /** Relieved arcs should come this far below their limit (utilisation). */
  readonly holdMargin: number;
  /** Up to here the highest utilisation may rise again; below it nobody feels the difference. */
  readonly easyMlu: number;
}

/**
 * Most that each arc may carry (bit/s) so that what matters more stays as good as it is: no more overload, the highest
 * utilisation practically the same, and relieved arcs below their limit by the margin where they are.
 */
export function capsOf(
  problem: FlowProblem,
  loadBps: Float64Array,
  { relieved, holdMargin, easyMlu }: CapAims,
): Float64Array {
  const { alive, limit, graph } = problem;
  const { capacityBps } = graph;
  let mlu = 0;
  loadBps.forEach((bps, arc) => {
    if (alive[arc]) mlu = Math.max(mlu, bps / (capacityBps[arc] as number));
  });
  return loadBps.map((bps, arc) => {
    const capacity = capacityBps[arc] as number;
    const held = (limit[arc] as number) - (relieved[arc] ? holdMargin : 0);
    return Math.max(bps, capacity * Math.min(Math.max(mlu * (1 + SLACK), easyMlu), held));
  });
}
