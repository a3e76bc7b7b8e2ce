import type { Network } from '../../../topology/model.ts';
import type { ImportBlock, MinuteBlock } from '../../history/history.ts';
import { MINUTE_MS } from '../minutes.ts';

/** As the history writes them: the place of a state from good to bad. */
export const STATE = { healthy: 0, degraded: 1, unhealthy: 2, down: 3 } as const;
/** Shut by its operator: no fault. */
export const PLANNED = 4;
export const UNKNOWN = 255;

/**
 * The state of every link in every minute of a stretch of time, for labels: what came is read here and nowhere else.
 * A link that is down without having lost points for its status was shut by its operator, which is planned work.
 */
export class LinkTimeline {
  readonly fromMs: number;
  readonly minuteCount: number;
  readonly linkIds: readonly string[];
  readonly #states: Uint8Array;
  readonly #places: ReadonlyMap<string, number>;

  constructor(network: Network, fromMs: number, toMs: number) {
    this.fromMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
    this.minuteCount = Math.max(0, Math.ceil((toMs - this.fromMs) / MINUTE_MS));
    this.linkIds = network.links.map(({ id }) => id);
    this.#places = new Map(this.linkIds.map((id, index) => [id, index]));
    this.#states = new Uint8Array(this.linkIds.length * this.minuteCount).fill(UNKNOWN);
  }

  /** Takes states and points for status of links; passes over all else. */
  add(block: MinuteBlock | ImportBlock): void {
    const link = block.kind === 'link' ? this.#places.get(block.id) : undefined;
    if (link === undefined || (block.metric !== 'state' && block.metric !== 'statusPoints')) return;
    const values = 'values' in block ? block.values : block.max;
    for (let at = 0; at < block.atMs.length; at += 1) {
      const minute = this.minuteOf(block.atMs[at] as number);
      const value = values[at] as number;
      if (minute < 0 || minute >= this.minuteCount || !Number.isFinite(value)) continue;
      const place = link * this.minuteCount + minute;
      if (block.metric === 'state') this.#setState(place, Math.round(value));
      else this.#setPoints(place, value);
    }
  }

  /** State and points may come in either order: a zero that comes first is kept as a note. */
  #setState(place: number, state: number): void {
    const before = this.#states[place];
    this.#states[place] = state >= STATE.down && before === NO_POINTS ? PLANNED : Math.min(state, STATE.down);
  }

  #setPoints(place: number, points: number): void {
    if (points > 0) return;
    const state = this.#states[place];
    if (state === STATE.down) this.#states[place] = PLANNED;
    else if (state === UNKNOWN) this.#states[place] = NO_POINTS;
  }

  minuteOf(atMs: number): number {
    return Math.floor((atMs - this.fromMs) / MINUTE_MS);
  }

  atMs(minute: number): number {
    return this.fromMs + minute * MINUTE_MS;
  }

  /** One of STATE, PLANNED or UNKNOWN. */
  stateAt(link: number, minute: number): number {
    if (minute < 0 || minute >= this.minuteCount) return UNKNOWN;
    const state = this.#states[link * this.minuteCount + minute] as number;
    return state === NO_POINTS ? UNKNOWN : state;
  }
}

/** Nothing is known of the state yet, but that it cost no points for its status. */
const NO_POINTS = 254;

export function isFailed(state: number): boolean {
  return state === STATE.unhealthy || state === STATE.down;
}

export function isWorking(state: number): boolean {
  return state === STATE.healthy || state === STATE.degraded;
}
