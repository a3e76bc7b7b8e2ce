import {
  congestionLoss,
  isPassing,
  type Ratio,
  receiveErrors,
  TOO_FEW,
  WINDOW_NOT_FULL,
  windowStart,
} from './errors.ts';
import { skipGauge, turnGauge } from './gauge.ts';
import { type ArcMemory, forget, know } from './memory.ts';
import {
  COLUMN,
  growth,
  interpolationError,
  missingColumn,
  pointBefore,
  rateAt,
  type Series,
  sumAt,
} from './series.ts';
import type { Thresholds } from './thresholds.ts';

export interface ArcEnds {
  readonly sender: Series;
  readonly receiver: Series;
  /** One way, ms: what is on its way counts as sent and not yet received. */
  readonly latencyMs: number;
}

interface CommonWindow {
  /** Points of the sender. */
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Newest window, in the sender's points, that both ends cover; null when there is none. */
function commonWindow({ sender, receiver }: ArcEnds, windowMs: number): CommonWindow | null {
  const lastReceived = receiver.points.at(-1)?.[0];
  const firstReceived = receiver.points[0]?.[0];
  if (lastReceived === undefined || firstReceived === undefined) return null;
  const to = pointBefore(sender, lastReceived);
  const toMs = sender.points[to]?.[0];
  if (toMs === undefined) return null;
  const from = windowStart(sender, toMs, windowMs);
  const fromMs = sender.points[from]?.[0];
  if (fromMs === undefined || fromMs < firstReceived || fromMs >= toMs) return null;
  return { from, to, fromMs, toMs };
}

/** Time up to which both ends are known, by the sender's points; null when there is none. */
export function commonEndMs({ sender, receiver }: ArcEnds): number | null {
  const lastReceived = receiver.points.at(-1)?.[0];
  return lastReceived === undefined ? null : (sender.points[pointBefore(sender, lastReceived)]?.[0] ?? null);
}

/**
 * Loss on the wire: 1 - d(in + inDiscards + inUnknownProtos) at the receiver / d(out - outDiscards - outErrors) at
 * the sender, over a window that both ends cover; the receiver's sums are interpolated at the sender's times. Below
 * `skewFloor`, where the interpolation could have made up half of it, and where it does not go on through the window,
 * the receiver's error counter tells.
 */
export function wireLoss(ends: ArcEnds, windowMs: number, thresholds: Thresholds): Ratio {
  const { sender, receiver } = ends;
  const { minPackets, skewFloor } = thresholds.loss;
  const window = commonWindow(ends, windowMs);
  if (!window) return { value: null, why: WINDOW_NOT_FULL };
  const { from, to, fromMs, toMs } = window;
  const missing =
    missingColumn(sender, [COLUMN.out, COLUMN.outDiscards, COLUMN.outErrors], fromMs) ??
    missingColumn(receiver, [COLUMN.in, COLUMN.inOther], fromMs);
  if (missing !== null) return { value: null, why: missing };
  const sent = sentBetween(sender, from, to);
  const lost = Math.max(0, missingBetween(ends, from, to));
  if (sent < minPackets && !isPlain(lost, sent)) return { value: null, why: TOO_FEW };
  if (lost >= skewFloor * sent && couldBeFaked(ends, fromMs, toMs) <= lost / 2 && goesOn(ends, window, lost)) {
    return { value: Math.min(1, lost / sent), why: '' };
  }
  return receiveErrors(receiver, windowMs, minPackets);
}

/** A ratio as large as this is told from fewer packets: what is lost is then far more than chance would take. */
const PLAIN_RATIO = 0.2;
const PLAIN_PACKETS = 20;

/** True of a link that swallows much of what it gets, however little that is: traffic that finds no way dries up. */
function isPlain(lost: number, sent: number): boolean {
  return lost >= PLAIN_PACKETS && lost >= PLAIN_RATIO * sent;
}

/** Packets put on the wire between two points of the sender. */
function sentBetween(sender: Series, from: number, to: number): number {
  return (
    growth(sender, COLUMN.out, from, to) -
    growth(sender, COLUMN.outDiscards, from, to) -
    growth(sender, COLUMN.outErrors, from, to)
  );
}

/** Packets sent between two points of the sender that the receiver did not count; negative where it counted more. */
function missingBetween({ sender, receiver }: ArcEnds, from: number, to: number): number {
  const receivedBy = (point: number): number =>
    sumAt(receiver, COLUMN.in, COLUMN.inOther, (sender.points[point] as number[])[0] as number);
  return sentBetween(sender, from, to) - (receivedBy(to) - receivedBy(from));
}

/** Least share of the loss that is left without its worst interval and without what other intervals gave back. */
const LASTING_SHARE = 0.55;

/**
 * Devices refresh their counters in steps of up to some seconds, so a reading may hold a step more or less than its
 * interval did. A step shows as loss in one interval and as gain in another, while loss goes on and nothing comes back.
 */
function goesOn(ends: ArcEnds, { from, to }: CommonWindow, lost: number): boolean {
  let worst = 0;
  let gained = 0;
  for (let point = from; point < to; point += 1) {
    const missing = missingBetween(ends, point, point + 1);
    worst = Math.max(worst, missing);
    gained += Math.max(0, -missing);
  }
  return lost - worst - gained >= LASTING_SHARE * lost;
}

/** Packets that skew between the ends and a change of rate within the window could have made up. */
function couldBeFaked({ receiver, latencyMs }: ArcEnds, fromMs: number, toMs: number): number {
  const skew = interpolationError(receiver, COLUMN.in, fromMs) + interpolationError(receiver, COLUMN.in, toMs);
  const onTheWay = Math.abs(rateAt(receiver, COLUMN.in, toMs) - rateAt(receiver, COLUMN.in, fromMs)) * latencyMs;
  return skew + onTheWay;
}

/**
 * Adds what the ends counted since the last look to what speaks for an arc: packets sent, and how many of them did not
 * arrive. Sums of small numbers over long times: what is cut off at one look comes with the next, so hellos alone prove
 * a link that carries nothing else. Starts anew where the counters have a gap, and where a link is emptied: what the ends
 * differ by because they are not read at once is then a matter of the traffic that was, not of the hellos that are.
 */
export function observeProof(arc: ArcMemory, ends: ArcEnds): void {
  const toMs = commonEndMs(ends);
  const { sender, receiver } = ends;
  const firstMs = receiver.points[0]?.[0];
  if (toMs === null || firstMs === undefined) return;
  const to = pointBefore(sender, toMs);
  const proof = arc.proof ?? null;
  const from = proof === null ? -1 : sender.points.findIndex(([atMs]) => atMs === proof.upToMs);
  const columns = [COLUMN.out, COLUMN.outDiscards, COLUMN.outErrors] as const;
  const isWhole =
    from >= 0 &&
    missingColumn(sender, columns, proof?.upToMs ?? 0) === null &&
    missingColumn(receiver, [COLUMN.in, COLUMN.inOther], proof?.upToMs ?? 0) === null &&
    firstMs <= (proof?.upToMs ?? 0);
  if (!proof || !isWhole) {
    arc.proof = { sinceMs: toMs, upToMs: toMs, packets: 0, missing: 0 };
    return;
  }
  const sent = sentBetween(sender, from, to);
  const perMs = Math.max(0, sent) / Math.max(1, toMs - proof.upToMs);
  const wasPerMs = proof.perMs ?? 0;
  if (wasPerMs >= BUSY_PER_MS && perMs < wasPerMs / EMPTIED) {
    arc.proof = { sinceMs: toMs, upToMs: toMs, packets: 0, missing: 0, perMs };
    return;
  }
  proof.packets += sent;
  proof.missing += missingBetween(ends, from, to);
  proof.upToMs = toMs;
  proof.perMs = perMs;
}

/** A rate that falls by so much at once, from more than routers say to each other: the link was emptied. */
const EMPTIED = 10;
const BUSY_PER_MS = 0.02;

/** Judges the loss of an arc once per new window: wire and congestion together, 1 - (1 - w)(1 - c). */
export function observeLoss(
  arc: ArcMemory,
  ends: ArcEnds,
  windowMs: number,
  nowMs: number,
  thresholds: Thresholds,
): void {
  const wire = wireLoss(ends, windowMs, thresholds);
  const congestion = congestionLoss(ends.sender, windowMs, thresholds.loss.minPackets);
  note(arc.wireLossRatio, wire);
  note(arc.congestionLossRatio, congestion);
  const total = 1 - (1 - (wire.value ?? 0)) * (1 - (congestion.value ?? 0));
  const isWhole = wire.value !== null && congestion.value !== null;
  if (total >= thresholds.loss.degraded) delete arc.proof;
  if (isWhole) know(arc.lossRatio, total);
  else forget(arc.lossRatio, wire.why || congestion.why);
  if (wire.value === null && congestion.value === null) skipGauge(arc.loss, nowMs, thresholds.forgetMs);
  // Half of the loss is a lower bound of it: it may raise the alarm but does not end one.
  else
    turnGauge(arc.loss, total, limitsFor(wire, thresholds), nowMs, !isPassing(wire.why) && !isPassing(congestion.why));
}

/** Large loss that both ends agree on has gone on for three intervals by then: it is not waited for once more. */
function limitsFor(wire: Ratio, { loss }: Thresholds): Thresholds['loss'] {
  return (wire.value ?? 0) >= PLAIN_RATIO ? { ...loss, rise: 1 } : loss;
}

function note(figure: ArcMemory['wireLossRatio'], ratio: Ratio): void {
  if (ratio.value === null) forget(figure, ratio.why);
  else know(figure, ratio.value);
}
