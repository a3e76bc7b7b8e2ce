import type { Network } from '../../../topology/model.ts';
import { type KeptMetric, MINUTE_MS, type NetworkMinutes } from '../minutes.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';
import { hourStats, minuteStats, type WindowStats } from './windows.ts';

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

  constructor(minutes: NetworkMinutes, network: Network, atMs: number) {
    this.#minutes = minutes;
    this.network = network;
    this.around = surroundingsOf(network);
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

  /** The states of all links, minute by minute, from the newest back; null where they are not kept any more. */
  statesBack(steps: number): Float32Array | null {
    return this.#minutes.column('link', 'state').atMinute(this.minute - steps);
  }

  /** The worst state of each link in a whole hour, `back` hours before the present one. */
  worstOfHour(back: number, out: Float32Array): boolean {
    return this.#minutes.column('link', 'state').atHour(Math.floor(this.minute / 60) - back, out);
  }
}
