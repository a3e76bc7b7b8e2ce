import { skipGauge, turnGauge } from './gauge.ts';
import { type ArcMemory, forget, know } from './memory.ts';
import { COLUMN, type Column, growth, missingColumn, pointBefore, type Series } from './series.ts';
import type { Thresholds } from './thresholds.ts';

export interface Ratio {
  readonly value: number | null;
  /** Why it is null; empty when known. */
  readonly why: string;
}

const known = (value: number): Ratio => ({ value, why: '' });
const unknown = (why: string): Ratio => ({ value: null, why });

/** Share of packets received with errors: inErrors / (inPackets + inErrors), over the newest window. */
export function receiveErrors(receiver: Series, windowMs: number, minPackets: number): Ratio {
  return shareOf(receiver, COLUMN.inErrors, COLUMN.in, true, windowMs, minPackets);
}

/** Share of packets dropped before sending: outDiscards / outPackets, over the newest window. */
export function congestionLoss(sender: Series, windowMs: number, minPackets: number): Ratio {
  return shareOf(sender, COLUMN.outDiscards, COLUMN.out, false, windowMs, minPackets);
}

/** Share of packets that could not be sent: outErrors / outPackets, over the newest window. */
export function sendErrors(sender: Series, windowMs: number, minPackets: number): Ratio {
  return shareOf(sender, COLUMN.outErrors, COLUMN.out, false, windowMs, minPackets);
}

function shareOf(
  series: Series,
  part: Column,
  rest: Column,
  isApart: boolean,
  windowMs: number,
  minPackets: number,
): Ratio {
  const last = series.points.length - 1;
  const from = last < 1 ? -1 : windowStart(series, (series.points[last] as number[])[0] as number, windowMs);
  if (from < 0) return unknown(WINDOW_NOT_FULL);
  const missing = missingColumn(series, [part, rest], (series.points[from] as number[])[0] as number);
  if (missing !== null) return unknown(missing);
  const amount = growth(series, part, from, last);
  const total = growth(series, rest, from, last) + (isApart ? amount : 0);
  return total < minPackets ? unknown(TOO_FEW) : known(Math.min(1, amount / total));
}

export const WINDOW_NOT_FULL = 'the window of measurement is not full yet';
export const TOO_FEW = 'too few packets for a ratio';

/** The figure will come back by itself, so that its absence now says nothing about what is raised. */
export function isPassing(why: string): boolean {
  return why === WINDOW_NOT_FULL || why === TOO_FEW;
}

/** Index of the point a window that ends at `endMs` starts at; -1 when the series is too short. */
export function windowStart(series: Series, endMs: number, windowMs: number): number {
  // Jitter of a few ms must not make the window an interval longer.
  return pointBefore(series, endMs - 0.95 * windowMs);
}

/** Errors of an arc: the worse of what its sender could not send and its receiver could not read. */
export function observeErrors(
  arc: ArcMemory,
  sender: Series,
  receiver: Series,
  windowMs: number,
  nowMs: number,
  thresholds: Thresholds,
): void {
  const received = receiveErrors(receiver, windowMs, thresholds.loss.minPackets);
  const sent = sendErrors(sender, windowMs, thresholds.loss.minPackets);
  if (received.value === null && sent.value === null) {
    forget(arc.errorRatio, received.why);
    skipGauge(arc.errors, nowMs, thresholds.forgetMs);
    return;
  }
  const value = Math.max(received.value ?? 0, sent.value ?? 0);
  if (received.value === null) forget(arc.errorRatio, received.why);
  else know(arc.errorRatio, value);
  turnGauge(arc.errors, value, thresholds.errors, nowMs, !isPassing(received.why));
}
