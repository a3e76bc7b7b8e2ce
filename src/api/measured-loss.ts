import { arcId, DIRECTIONS } from '../core/ids.ts';
import type { LinkState } from '../health/link-state.ts';
import { withStaleness } from '../health/staleness.ts';

/** How long the last figures of a link that fell silent still count; longer ago, nothing is known. */
const KEPT_MS = 60_000;

export interface MeasuredLoss {
  /** Sum over arcs of loss ratio x load, bit/s. */
  readonly lostBps: number;
  /** Age of the oldest measurement in the sum, ms. */
  readonly lostAgeMs: number;
}

/**
 * Traffic that is being lost, from states as they are stored (staleness not applied); null where no loss is known.
 * A link whose samples are late keeps its last figures for a minute, and their age is told: one late sample must not
 * make the loss of a network unknown. An arc without a common window keeps the ratio that its standing part says.
 */
export function measuredLoss(stored: Iterable<LinkState>, nowMs: number): MeasuredLoss | null {
  const known = [...stored].flatMap((state) => {
    const lostAgeMs = keptAgeMs(state, nowMs);
    return lostAgeMs === null ? [] : arcLosses(state).map((lostBps) => ({ lostBps, lostAgeMs }));
  });
  if (known.length === 0) return null;
  return known.reduce((sum, { lostBps, lostAgeMs }) => ({
    lostBps: sum.lostBps + lostBps,
    lostAgeMs: Math.max(sum.lostAgeMs, lostAgeMs),
  }));
}

/** Age of the figures of a link, ms; null where they are too old to count. */
function keptAgeMs(state: LinkState, nowMs: number): number | null {
  if (state.receivedAtMs === null) return null;
  const ageMs = Math.max(0, nowMs - state.receivedAtMs);
  if (ageMs <= KEPT_MS) return ageMs;
  return withStaleness(state, state.linkId, nowMs).state === 'stale' ? null : ageMs;
}

/** Of each direction whose loss is known, bit/s. */
function arcLosses(state: LinkState): number[] {
  return DIRECTIONS.flatMap((direction) => {
    const { lossRatio, loadBps } = state.arcs[direction];
    const ratio = lossRatio ?? standingRatio(state, arcId(state.linkId, direction));
    return ratio === null || loadBps === null ? [] : [ratio * loadBps];
  });
}

/** What the loss was when it was last known, while the alarm about it stands. */
function standingRatio({ parts }: LinkState, arc: string): number | null {
  return parts.find((each) => each.part === 'loss' && each.arc === arc)?.value ?? null;
}
