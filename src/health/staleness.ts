import { ENDS, type End } from '../core/ids.ts';
import { formatDuration } from '../core/units.ts';
import type { ArcState, LinkState } from './link-state.ts';
import { isOperDown } from './status.ts';

const SILENT_INTERVALS = 3;
/** Assumed until a source has told its interval. */
const DEFAULT_INTERVAL_MS = 10_000;
/** Samples that come faster than this pass queues and batches on their way; silence is not judged finer. */
const FINEST_INTERVAL_MS = 1000;

/** When the next sample of an end is due after the last one, ms. */
export function dueMs(intervalMs: number | null): number {
  return Math.max(intervalMs ?? DEFAULT_INTERVAL_MS, FINEST_INTERVAL_MS);
}

/** How long an end may be silent before nothing is known of it, ms. */
export function silenceMs(intervalMs: number | null): number {
  return SILENT_INTERVALS * dueMs(intervalMs);
}

/**
 * What a reader may believe of a stored state at `nowMs` (our clock). A link never heard from is stale; so is one
 * with an end that is silent for three intervals, by receipt time, unless the other end says that the link is down:
 * a dead router leaves its neighbours' DOWN standing. A stale link has no score, no parts and no figures.
 */
export function withStaleness(state: LinkState | null, linkId: string, nowMs: number, graceMs = 0): LinkState {
  if (state === null) return neverHeard(linkId, nowMs);
  const allowedMs = silenceMs(state.intervalMs) + graceMs;
  const { a, z } = state.ends;
  const isSilentA = a.receivedAtMs === null || nowMs - a.receivedAtMs > allowedMs;
  const isSilentZ = z.receivedAtMs === null || nowMs - z.receivedAtMs > allowedMs;
  if (!isSilentA && !isSilentZ) return state;
  if (isSilentA !== isSilentZ && state.state === 'down') {
    const speaking = isSilentA ? z : a;
    if (isOperDown(speaking.operStatus) || state.adminDown) return state;
  }
  return silent(
    state,
    ENDS.filter((end) => (end === 'a' ? isSilentA : isSilentZ)),
    nowMs,
    allowedMs,
  );
}

function silent(state: LinkState, ends: readonly End[], nowMs: number, allowedMs: number): LinkState {
  const why = ends.map((end) => silenceOf(end, state.ends[end].receivedAtMs, nowMs)).join('; ');
  const begins = ends
    .map((end) => state.ends[end].receivedAtMs)
    .map((at) => (at === null ? state.sinceMs : at + allowedMs));
  return {
    ...state,
    state: 'stale',
    score: null,
    sinceMs: state.state === 'stale' ? state.sinceMs : Math.min(...begins),
    parts: [],
    arcs: { az: unknownArc('the link is stale'), za: unknownArc('the link is stale') },
    reason: why,
  };
}

function silenceOf(end: End, receivedAtMs: number | null, nowMs: number): string {
  return receivedAtMs === null
    ? `end ${end} has never been heard from`
    : `end ${end} has been silent for ${formatDuration(nowMs - receivedAtMs)}`;
}

const FIGURES = [
  'loadBps',
  'utilisation',
  'lossRatio',
  'wireLossRatio',
  'congestionLossRatio',
  'errorRatio',
  'latencyMs',
  'baselineLatencyMs',
] as const;

function unknownArc(why: string): ArcState {
  return {
    loadBps: null,
    utilisation: null,
    lossRatio: null,
    wireLossRatio: null,
    congestionLossRatio: null,
    errorRatio: null,
    latencyMs: null,
    baselineLatencyMs: null,
    unknown: Object.fromEntries(FIGURES.map((name) => [name, why])),
  };
}

function neverHeard(linkId: string, nowMs: number): LinkState {
  const end = { adminStatus: null, operStatus: null, atMs: null, receivedAtMs: null };
  const arc = unknownArc('the link has never been heard from');
  return {
    linkId,
    state: 'stale',
    score: null,
    sinceMs: nowMs,
    atMs: null,
    receivedAtMs: null,
    intervalMs: null,
    adminDown: false,
    parts: [],
    arcs: { az: arc, za: { ...arc, unknown: { ...arc.unknown } } },
    ends: { a: { ...end }, z: { ...end } },
    reason: 'the link has never been heard from',
  };
}
