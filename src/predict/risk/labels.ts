import { HOUR_MINUTES, MINUTE_MS } from '../minutes.ts';
import { isFailed, isWorking, type LinkTimeline, PLANNED, STATE, UNKNOWN } from './link-timeline.ts';

/** How far ahead a risk looks. */
export const RISK_HORIZONS = [
  { name: '30m', minutes: 30, words: '30 min' },
  { name: '1h', minutes: 60, words: '1 h' },
  { name: '6h', minutes: 6 * HOUR_MINUTES, words: '6 h' },
] as const;
export type RiskHorizon = (typeof RISK_HORIZONS)[number]['name'];

/**
 * A link that fails again within this time goes on with the same failure, and one that comes back from work is not
 * judged before: what is counted as a failure could have been foreseen from a link that was well for so long.
 */
export const SETTLED_MINUTES = 30;

/** A link that worked becomes unhealthy or down, and not by planned work. The one event of label, prediction, score. */
export interface Failure {
  readonly link: number;
  /** Minute of the timeline in which it began. */
  readonly onset: number;
}

/** All failures of the timeline, link by link in order of time. */
export function failuresOf(timeline: LinkTimeline): Failure[] {
  const found: Failure[] = [];
  for (let link = 0; link < timeline.linkIds.length; link += 1) {
    const walk = new SettledWalk();
    for (let minute = 0; minute < timeline.minuteCount; minute += 1) {
      const state = timeline.stateAt(link, minute);
      if (isFailed(state) && walk.isSettled) found.push({ link, onset: minute });
      walk.see(state);
    }
  }
  return found;
}

/** Follows one link: settled when it was known to work, and neither failed nor was worked on, for long enough. */
class SettledWalk {
  #workingFor = 0;

  get isSettled(): boolean {
    return this.#workingFor >= SETTLED_MINUTES;
  }

  see(state: number): void {
    if (isWorking(state)) this.#workingFor += 1;
    // A gap in what is known says nothing either way.
    else if (state !== UNKNOWN) this.#workingFor = 0;
  }
}

/** What came of the links that were well at one minute. */
export interface Labels {
  /** 1 where the link was healthy and settled, so that it counts; 0 elsewhere. Decided by the past alone. */
  readonly counts: Uint8Array;
  /** By horizon: 1 where it failed within, 0 where not, NaN where that is not known to its end. */
  readonly within: readonly Float32Array[];
}

/** Answers for one timeline what came of each link after any minute. */
export class Labeller {
  readonly timeline: LinkTimeline;
  readonly failures: readonly Failure[];
  readonly #onsets: readonly Int32Array[];

  constructor(timeline: LinkTimeline) {
    this.timeline = timeline;
    this.failures = failuresOf(timeline);
    const lists: number[][] = timeline.linkIds.map(() => []);
    for (const { link, onset } of this.failures) lists[link]?.push(onset);
    this.#onsets = lists.map((list) => Int32Array.from(list));
  }

  /** Labels as of the end of the minute that `atMs` lies in: a failure in the next minute is the first that counts. */
  labelsOf(atMs: number): Labels {
    const minute = this.timeline.minuteOf(atMs);
    const linkCount = this.timeline.linkIds.length;
    const within = RISK_HORIZONS.map(() => new Float32Array(linkCount));
    const counts = new Uint8Array(linkCount);
    for (let link = 0; link < linkCount; link += 1) {
      if (!this.#isHealthy(link, minute)) continue;
      counts[link] = 1;
      const distance = this.minutesToFailure(link, minute);
      RISK_HORIZONS.forEach(({ minutes }, horizon) => {
        (within[horizon] as Float32Array)[link] = this.#label(minute, distance, minutes);
      });
    }
    return { counts, within };
  }

  /** Minutes until the next failure of a link; Infinity where none is known. */
  minutesToFailure(link: number, minute: number): number {
    const onsets = this.#onsets[link] as Int32Array;
    let [low, high] = [0, onsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((onsets[middle] as number) > minute) high = middle;
      else low = middle + 1;
    }
    return low < onsets.length ? (onsets[low] as number) - minute : Infinity;
  }

  #label(minute: number, distance: number, horizon: number): number {
    // Also where it fails within what is known: to keep only those would make the end of every stretch look dangerous.
    if (minute + horizon >= this.timeline.minuteCount) return Number.NaN;
    return distance <= horizon ? 1 : 0;
  }

  #isHealthy(link: number, minute: number): boolean {
    if (this.timeline.stateAt(link, minute) !== STATE.healthy) return false;
    for (let back = 1; back < SETTLED_MINUTES; back += 1) {
      const state = this.timeline.stateAt(link, minute - back);
      if (isFailed(state) || state === PLANNED) return false;
    }
    return true;
  }
}

/** One row of a dataset: which link, when (ms, end of what it knows). */
export function endOfMinute(timeline: LinkTimeline, minute: number): number {
  return timeline.atMs(minute) + MINUTE_MS;
}
