import type { Link } from '../../topology/model.ts';
import { DIRECTIONS, type Direction, ENDS, outgoing } from '../core/ids.ts';
import type { InterfaceSample } from '../telemetry/sample.ts';
import { observeErrors } from './errors.ts';
import { partsOf, reasonOf } from './explain.ts';
import { observeFlapping } from './flapping.ts';
import { gaugeLevel } from './gauge.ts';
import { observeLatency } from './latency.ts';
import { type ArcState, type EndState, type LinkState, presentCapacityBps } from './link-state.ts';
import { commonEndMs, observeLoss, observeProof } from './loss.ts';
import { type ArcMemory, type EndMemory, type Figure, intervalOf, type LinkMemory } from './memory.ts';
import { addToSeries, newSeries } from './series.ts';
import { dueMs, silenceMs, withStaleness } from './staleness.ts';
import { isAdminDown, isLinkDown, observeStatus } from './status.ts';
import type { Thresholds } from './thresholds.ts';
import { observeLoad } from './utilisation.ts';

const LEVELS = ['healthy', 'degraded', 'unhealthy', 'down'] as const;

/**
 * Takes one sample into the memory (which it changes). A sample of an end that is not newer than the last one by
 * the device's time is out of order and leaves no trace, unless the last one's time was wrong (`wasAhead`).
 */
export function observe(
  memory: LinkMemory,
  sample: InterfaceSample,
  link: Link,
  thresholds: Thresholds,
): 'applied' | 'out-of-order' {
  const end = memory.ends[sample.end];
  if (end.atMs !== null && sample.atMs <= end.atMs) {
    if (!wasAhead(end, sample)) return 'out-of-order';
    for (const direction of DIRECTIONS) setBack(memory.arcs[direction], sample);
  }
  hear(end, sample);
  observeStatus(end, sample, thresholds);
  observeFlapping(memory, sample.receivedAtMs, thresholds);
  // What a break cuts off on its way is no loss of the wire: what the ends are compared by begins anew behind it.
  if (isLinkDown(memory)) for (const one of ENDS) memory.ends[one].series = newSeries();
  const { windowMs, windowIntervals } = thresholds.loss;
  const window = Math.max(windowMs, windowIntervals * (intervalOf(memory) ?? 0));
  addToSeries(end.series, sample, window);
  const leaving = outgoing(sample.end);
  memory.arcs[leaving].capacityBps = sample.capacityBps ?? null;
  observeLoad(memory.arcs[leaving], sample, presentCapacityBps(link, memory.arcs, leaving), thresholds);
  observeLatency(memory.arcs[leaving], sample, thresholds);
  judgeLoss(memory, leaving, sample, link, window, thresholds);
  const arriving: Direction = leaving === 'az' ? 'za' : 'az';
  judgeLoss(memory, arriving, sample, link, window, thresholds);
  const far = sample.end === 'a' ? memory.ends.z : memory.ends.a;
  observeErrors(memory.arcs[arriving], far.series, end.series, window, sample.receivedAtMs, thresholds);
  settleLevel(memory, sample.receivedAtMs);
  return 'applied';
}

/**
 * True when the end's last time still lies in the future, by our clock, although its next sample has come: one wrong
 * time must not shut out what follows until it is over. What only overtook another on its way comes sooner than that.
 */
function wasAhead(end: EndMemory, sample: InterfaceSample): boolean {
  if (end.atMs === null || end.receivedAtMs === null || end.atMs <= sample.receivedAtMs) return false;
  return sample.receivedAtMs - end.receivedAtMs >= dueMs(end.intervalMs);
}

/** What was judged up to a time that was wrong may be judged again; the series finds out by itself. */
function setBack(arc: ArcMemory, sample: InterfaceSample): void {
  arc.lossJudgedMs = Math.min(arc.lossJudgedMs, sample.atMs - (sample.intervalMs ?? 0));
}

function hear(end: EndMemory, sample: InterfaceSample): void {
  const isBack = end.receivedAtMs === null || sample.receivedAtMs - end.receivedAtMs > silenceMs(end.intervalMs);
  if (isBack) end.heardSinceMs = sample.receivedAtMs;
  end.atMs = sample.atMs;
  end.receivedAtMs = Math.max(end.receivedAtMs ?? 0, sample.receivedAtMs);
  end.intervalMs = sample.intervalMs ?? end.intervalMs;
}

/** Judges an arc when its newest common window has moved, so that no stretch of time counts twice. */
function judgeLoss(
  memory: LinkMemory,
  direction: Direction,
  sample: InterfaceSample,
  link: Link,
  windowMs: number,
  thresholds: Thresholds,
): void {
  const arc = memory.arcs[direction];
  const [from, to] = direction === 'az' ? ENDS : (['z', 'a'] as const);
  const receiver = memory.ends[to];
  const ends = {
    sender: memory.ends[from].series,
    receiver: receiver.series,
    latencyMs: link.latencyMs[direction],
  };
  const isReceiverSilent =
    receiver.receivedAtMs === null || sample.receivedAtMs - receiver.receivedAtMs > silenceMs(receiver.intervalMs);
  const judgedMs = isReceiverSilent ? memory.ends[from].atMs : commonEndMs(ends);
  if (judgedMs === null || judgedMs <= arc.lossJudgedMs) return;
  arc.lossJudgedMs = judgedMs;
  observeLoss(arc, ends, windowMs, sample.receivedAtMs, thresholds);
  if (!isReceiverSilent) observeProof(arc, ends);
}

function settleLevel(memory: LinkMemory, nowMs: number): void {
  const level = levelOf(memory);
  if (level === memory.level && memory.levelSinceMs > 0) return;
  // What spoke for it before it got worse says nothing any more.
  if (level > memory.level) for (const direction of DIRECTIONS) delete memory.arcs[direction].proof;
  memory.level = level;
  memory.levelSinceMs = nowMs;
}

function levelOf(memory: LinkMemory): number {
  if (isLinkDown(memory) || isAdminDown(memory)) return 3;
  let level: number = gaugeLevel(memory.flapping);
  for (const direction of DIRECTIONS) {
    const { loss, latency, utilisationGauge, errors } = memory.arcs[direction];
    level = Math.max(level, gaugeLevel(loss), gaugeLevel(latency), gaugeLevel(utilisationGauge), gaugeLevel(errors));
  }
  return level;
}

/**
 * The state of the link as of `nowMs` (our clock): the worst level of all parts, 100 minus their points, never below
 * 0. A link that an operator shut is `down` with `adminDown` true and loses no points: nothing is wrong with it, and
 * nothing can use it.
 */
export function linkStateOf(memory: LinkMemory, link: Link, thresholds: Thresholds, nowMs: number): LinkState {
  const { ends, arcs } = memory;
  const adminDown = isAdminDown(memory);
  const parts = adminDown ? [] : partsOf(memory, thresholds);
  let points = 0;
  for (const part of parts) points += part.points;
  const state: LinkState = {
    linkId: link.id,
    state: LEVELS[memory.level as 0 | 1 | 2 | 3],
    score: Math.max(0, 100 - points),
    sinceMs: Math.max(memory.levelSinceMs, ends.a.heardSinceMs, ends.z.heardSinceMs),
    atMs: newest(ends.a.atMs, ends.z.atMs),
    receivedAtMs: newest(ends.a.receivedAtMs, ends.z.receivedAtMs),
    intervalMs: intervalOf(memory),
    adminDown,
    parts,
    arcs: { az: arcState(arcs.az), za: arcState(arcs.za) },
    ends: { a: endState(ends.a), z: endState(ends.z) },
    reason: reasonOf(memory, parts),
  };
  return withStaleness(state, link.id, nowMs);
}

function newest(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.max(one, other);
}

function endState(end: EndMemory): EndState {
  const { adminStatus, operStatus, atMs, receivedAtMs } = end;
  return { adminStatus, operStatus, atMs, receivedAtMs };
}

function proofOf({ packets, missing, sinceMs, upToMs }: NonNullable<ArcMemory['proof']>): ArcState['proof'] {
  return { packets: Math.round(packets), missing: Math.round(missing), forMs: upToMs - sinceMs };
}

function arcState(arc: ArcMemory): ArcState {
  const unknown: Record<string, string> = {};
  const read = (name: string, figure: Figure): number | null => {
    if (figure.value === null) unknown[name] = figure.why;
    return figure.value;
  };
  if (arc.baselineMs === null) unknown.baselineLatencyMs = arc.latencyMs.why || 'not learnt yet';
  return {
    loadBps: read('loadBps', arc.loadBps),
    utilisation: read('utilisation', arc.utilisation),
    lossRatio: read('lossRatio', arc.lossRatio),
    wireLossRatio: read('wireLossRatio', arc.wireLossRatio),
    congestionLossRatio: read('congestionLossRatio', arc.congestionLossRatio),
    errorRatio: read('errorRatio', arc.errorRatio),
    latencyMs: read('latencyMs', arc.latencyMs),
    ...(arc.isLatencyEstimated ? { isLatencyEstimated: true } : {}),
    ...(typeof arc.capacityBps === 'number' ? { capacityBps: arc.capacityBps } : {}),
    baselineLatencyMs: arc.baselineMs,
    ...(arc.proof ? { proof: proofOf(arc.proof) } : {}),
    unknown,
  };
}
