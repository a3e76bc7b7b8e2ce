import type { Network } from '../../../topology/model.ts';
import { type KeptMetric, MINUTE_MS, type NetworkMinutes } from '../minutes.ts';
import { STATE } from './link-timeline.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';
import { hourStats, minuteMeans, minuteStats, minutesAbove, type Stretch, type WindowStats } from './windows.ts';

type Kind = 'link' | 'arc' | 'interface' | 'device';
type Window = readonly [length: number, unit: 'minutes' | 'hours'];

/** The network as it was known at the end of one minute, with what has been computed of it so far. */
export class Moment {
  readonly network: Network;
  readonly around: Surroundings;
  /** The newest minute that may be looked at. */
  readonly minute: number;
  readonly #minutes: NetworkMinutes;
  readonly #stats = new Map<string, WindowStats>();
  readonly #derived = new Map<string, Float32Array>();
  readonly #hourPoints: Float32Array;

  constructor(minutes: NetworkMinutes, network: Network, atMs: number) {
    this.#minutes = minutes;
    this.network = network;
    this.around = surroundingsOf(network);
    this.#hourPoints = new Float32Array(network.links.length);
    this.minute = Math.floor(atMs / MINUTE_MS);
  }

  get linkCount(): number {
    return this.around.linkCount;
  }

  stats<Of extends Kind>(kind: Of, metric: KeptMetric<Of>, [length, unit]: Window): WindowStats {
    const key = `${kind}.${metric}/${length}${unit}`;
    const before = this.#stats.get(key);
    if (before) return before;
    const column = this.#minutes.column(kind, metric);
    const found = (unit === 'minutes' ? minuteStats : hourStats)(column, this.minute, length);
    this.#stats.set(key, found);
    return found;
  }

  /** Means of a stretch within the last hour. */
  meanOf<Of extends Kind>(kind: Of, metric: KeptMetric<Of>, stretch: Stretch): Float32Array {
    return this.shared(`${kind}.${metric}/${stretch.length}-${stretch.back ?? 0}`, () =>
      minuteMeans(this.#minutes.column(kind, metric), this.minute, stretch),
    );
  }

  /** How many of the last `length` minutes lie above `least`. */
  minutesAbove<Of extends Kind>(kind: Of, metric: KeptMetric<Of>, length: number, least: number): Float32Array {
    return minutesAbove(this.#minutes.column(kind, metric), this.minute, length, () => least);
  }

  /** The same with a level for each thing. */
  minutesAboveEach<Of extends Kind>(
    kind: Of,
    metric: KeptMetric<Of>,
    length: number,
    least: Float32Array,
  ): Float32Array {
    return minutesAbove(this.#minutes.column(kind, metric), this.minute, length, (index) => least[index] as number);
  }

  /** Means of the whole hour that began `back` hours before the present one. */
  hourBack<Of extends Kind>(kind: Of, metric: KeptMetric<Of>, back: number): Float32Array {
    return this.shared(`${kind}.${metric}/hour-${back}`, () => {
      const column = this.#minutes.column(kind, metric);
      const out = new Float32Array(column.width).fill(Number.NaN);
      column.atHour(Math.floor(this.minute / 60) - back, out);
      return out;
    });
  }

  /** Values of every link that several features need. */
  shared(name: string, compute: () => Float32Array): Float32Array {
    const before = this.#derived.get(name);
    if (before) return before;
    const found = compute();
    this.#derived.set(name, found);
    return found;
  }

  /**
   * The states of all links, minute by minute, from the newest back; null where they are not kept any more. What was
   * shut by its operator, which costs no points for the status, is in no trouble and counts as healthy.
   */
  statesBack(steps: number): Float32Array | null {
    const minute = this.minute - steps;
    const states = this.#minutes.column('link', 'state').atMinute(minute);
    const points = this.#minutes.column('link', 'statusPoints').atMinute(minute);
    if (states === null || points === null || !states.some((state) => state >= STATE.down)) return states;
    return withoutShut(states.slice(), points);
  }

  /** The worst state of each link in a whole hour, `back` hours before the present one; shut by its operator is none. */
  worstOfHour(back: number, out: Float32Array): boolean {
    const hour = Math.floor(this.minute / 60) - back;
    if (!this.#minutes.column('link', 'state').atHour(hour, out)) return false;
    const points = this.#hourPoints;
    if (this.#minutes.column('link', 'statusPoints').atHour(hour, points)) withoutShut(out, points);
    return true;
  }
}

/** In place: down without points lost for it is no trouble. */
function withoutShut(states: Float32Array, points: Float32Array): Float32Array {
  for (let link = 0; link < states.length; link += 1) {
    if ((states[link] as number) >= STATE.down && points[link] === 0) states[link] = STATE.healthy;
  }
  return states;
}
