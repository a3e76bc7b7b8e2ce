import type { Network } from '../../../topology/model.ts';
import { HOUR_MS, MINUTE_MS } from '../../history/history.ts';
import { Labeller, RISK_HORIZONS, SETTLED_MINUTES } from '../risk/labels.ts';
import { LinkTimeline, PLANNED, UNKNOWN } from '../risk/link-timeline.ts';
import type { Piece } from './pieces.ts';

export const TRUTH_METRICS = ['state', 'statusPoints'] as const;
const LONGEST_MINUTES = Math.max(...RISK_HORIZONS.map(({ minutes }) => minutes));
/** How far back the truth about what is judged now reaches: the longest horizon, what decides who counts, and a rest. */
export const TRUTH_REACH_MS = (LONGEST_MINUTES + SETTLED_MINUTES + 30) * MINUTE_MS;
const SPAN_MS = 2 * Math.ceil(TRUTH_REACH_MS / HOUR_MS) * HOUR_MS;
/** What came is known where this share of the minutes is. */
const KNOWN_SHARE = 0.9;

/**
 * The states of all links over the last hours, from which past predictions are judged. Two timelines that overlap by
 * half, so that one of them always covers what is needed, and neither grows.
 */
export class TruthWindow {
  readonly #network: Network;
  #timelines: LinkTimeline[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  take(piece: Piece): void {
    if (piece.kind !== 'link' || piece.atMs.length === 0) return;
    if (piece.metric !== 'state' && piece.metric !== 'statusPoints') return;
    this.#coverUntil(piece.atMs[piece.atMs.length - 1] as number);
    for (const timeline of this.#timelines) timeline.add(piece);
  }

  /**
   * By link: 1 where it failed within `minutes` after the minute that `atMs` lies in, 0 where not, NaN where it was
   * not healthy and settled then, where its operator shut it (what would have come is not known then), or where too
   * little is known of what came.
   */
  outcomes(atMs: number, minutes: number): Float32Array | null {
    const timeline = this.#timelines.find(({ fromMs }) => atMs - SETTLED_MINUTES * MINUTE_MS >= fromMs);
    const horizon = RISK_HORIZONS.findIndex((each) => each.minutes === minutes);
    if (!timeline || horizon < 0) return null;
    const { counts, within } = new Labeller(timeline).labelsOf(atMs);
    const begin = timeline.minuteOf(atMs) + 1;
    return (within[horizon] as Float32Array).map((label, link) => {
      if (counts[link] === 0) return Number.NaN;
      return label === 1 || hasWatched(timeline, link, begin, minutes) ? label : Number.NaN;
    });
  }

  #coverUntil(atMs: number): void {
    const half = SPAN_MS / 2;
    const begin = Math.floor(atMs / half) * half - half;
    const wanted = [begin, begin + half];
    const kept = this.#timelines.filter(({ fromMs }) => wanted.includes(fromMs));
    // What comes in order at the start may be hours old; an earlier window is not taken back then.
    if ((this.#timelines[1]?.fromMs ?? -Infinity) > begin + half) return;
    this.#timelines = wanted.map(
      (fromMs) =>
        kept.find((each) => each.fromMs === fromMs) ?? new LinkTimeline(this.#network, fromMs, fromMs + SPAN_MS),
    );
  }
}

/** Whether the link was there to fail all the time, as far as is known, and enough is. */
function hasWatched(timeline: LinkTimeline, link: number, begin: number, minutes: number): boolean {
  let known = 0;
  for (let minute = begin; minute < begin + minutes; minute += 1) {
    const state = timeline.stateAt(link, minute);
    if (state === PLANNED) return false;
    if (state !== UNKNOWN) known += 1;
  }
  return known >= KNOWN_SHARE * minutes;
}
