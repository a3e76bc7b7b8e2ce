import { formatBps } from '../../core/units.ts';
import type { ArcFigure, Verification } from '../execution.ts';

/** Loss that a change may add before it counts as worse, as a part of the traffic it moves. */
const LOSS_MARGIN = 0.002;
/** Load above what the limit allows that a change may add, as a part of the traffic it moves. */
const OVERLOAD_MARGIN = 0.05;
/** A path may measure slower than before by this much, and by this factor, before it counts as worse. */
const LATENCY_MARGIN_MS = 20;
const LATENCY_FACTOR = 1.5;

export interface CompareInput {
  readonly arcs: readonly ArcFigure[];
  /** bit/s an arc may carry: limit x capacity; Infinity where unknown. */
  readonly allowedBps: (arc: string) => number;
  readonly movedBps: number;
  readonly nowMs: number;
  /** True once enough time has passed for a good outcome to be believed. */
  readonly isDue: boolean;
}

/**
 * Compares what was predicted with what is measured. `worse` as soon as the arcs that the change touches lose more
 * than before, are fuller than they may be without having been so before, or are much slower; `as-predicted` when it
 * is due and nothing is; `pending` before, and while nothing is measured. Pure.
 */
export function compare(input: CompareInput): Omit<Verification, 'atMs'> {
  const { arcs, isDue } = input;
  const measured = arcs.filter(({ measuredBps }) => measuredBps !== null);
  const loadError = errorOf(measured);
  const rest = { loadError, arcs: [...arcs] };
  // Where nothing was moved, nothing that is worse now is its doing.
  const worse = input.movedBps > 0 ? worseOf(input, measured) : null;
  if (worse !== null) return { verdict: 'worse', reason: worse, ...rest };
  if (!isDue) return { verdict: 'pending', reason: 'waiting for samples from after the change', ...rest };
  if (measured.length === 0 && arcs.length > 0)
    return { verdict: 'unmeasured', reason: 'nothing is measured on the arcs concerned', ...rest };
  const reason = `no more is lost on ${measured.length} measured arc(s), and none is fuller or slower than it may be`;
  return { verdict: 'as-predicted', reason, ...rest };
}

/** Sum of |predicted - measured| over the sum of measured loads; null where nothing was measured. */
export function errorOf(arcs: readonly ArcFigure[]): number | null {
  let [wrong, all] = [0, 0];
  for (const { measuredBps, predictedBps } of arcs) {
    if (measuredBps === null) continue;
    wrong += Math.abs(predictedBps - measuredBps);
    all += measuredBps;
  }
  return all > 0 ? wrong / all : null;
}

function worseOf({ arcs, allowedBps, movedBps }: CompareInput, measured: readonly ArcFigure[]): string | null {
  // Worse is what is certain: of an unknown loss, an arc lost at most everything before, and at least nothing after. So
  // one that carried hardly anything before, too little for a ratio, is judged by what it does with the traffic now, and
  // one that is not measured any more, as a link that was left and then went down, still counts with what it lost.
  const told = arcs.filter(({ lossBefore, lossAfter }) => lossBefore !== null || lossAfter !== null);
  const lostBefore = sum(told, (arc) => lossWithout(arc) * arc.beforeBps);
  // What the new ways were known to lose was the plan's choice, for an overload that would cost more.
  const lostByPlan = sum(arcs, ({ lossBefore, predictedBps }) => (lossBefore ?? 0) * predictedBps);
  const lostAfter = sum(measured, ({ lossAfter, measuredBps }) => (lossAfter ?? 0) * (measuredBps ?? 0));
  if (lostAfter > Math.max(lostBefore, lostByPlan) + LOSS_MARGIN * movedBps)
    return `${formatBps(lostAfter)} is lost on the arcs concerned, ${formatBps(lostBefore)} before the change`;
  const above = (arc: string, bps: number): number => Math.max(0, bps - allowedBps(arc));
  const overBefore = sum(arcs, ({ arc, beforeBps }) => above(arc, beforeBps));
  const overAfter = sum(measured, ({ arc, measuredBps }) => above(arc, measuredBps ?? 0));
  if (overAfter > overBefore + OVERLOAD_MARGIN * movedBps)
    return `${formatBps(overAfter)} is above the limit on the arcs concerned, ${formatBps(overBefore)} before the change`;
  const slow = measured.find(isSlower);
  return slow ? `${slow.arc} takes ${slow.latencyAfterMs} ms, ${slow.latencyBeforeMs} ms before the change` : null;
}

/**
 * The part that an arc would lose without the change. Less traffic makes no arc lose a larger part of it: where one that was
 * relieved does, its trouble has grown meanwhile, and what it carried before would suffer that, too.
 */
function lossWithout({ lossBefore, lossAfter, beforeBps, predictedBps, measuredBps }: ArcFigure): number {
  const isRelieved = predictedBps < beforeBps && measuredBps !== null && measuredBps < beforeBps;
  return isRelieved ? Math.max(lossBefore ?? 1, lossAfter ?? 0) : (lossBefore ?? 1);
}

function isSlower({ beforeBps, predictedBps, latencyBeforeMs, latencyAfterMs }: ArcFigure): boolean {
  if (latencyBeforeMs === null || latencyAfterMs === null || predictedBps <= beforeBps) return false;
  return latencyAfterMs > latencyBeforeMs * LATENCY_FACTOR && latencyAfterMs > latencyBeforeMs + LATENCY_MARGIN_MS;
}

function sum<T>(items: readonly T[], weigh: (item: T) => number): number {
  return items.reduce((total, item) => total + weigh(item), 0);
}
