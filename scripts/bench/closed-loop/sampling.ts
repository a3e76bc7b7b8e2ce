import type { Measurement } from '../../../src/telemetry/sample.ts';
import type { InterfaceCounters } from '../../../src/telemetry/simulator/counters.ts';
import type { Forwarded } from '../../../src/telemetry/simulator/forwarding.ts';
import type { PlantState } from '../../../src/telemetry/simulator/plant.ts';
import { changedLinks } from './plant-change.ts';
import type { ClosedLoopWorld } from './world.ts';

/** What interfaces would count while it stays like this. */
export interface Scene {
  readonly forwarded: Forwarded;
  readonly plant: PlantState;
}

/** A link is read every second from so long before anything happens to it until so long after it. */
export const FINE_SECONDS = { before: 6, after: 12 } as const;
/** Others are read so often while time goes on in steps of a second. */
const CALM_SECONDS = 5;
/** A link whose load changes by more than this part of its capacity is read every second, too. */
const NOTICEABLE = 0.02;
/** So is one that is as full as this: utilisation is judged by samples in a row. */
const NEARLY_FULL = 0.75;
/** A silence of three intervals is one: the next sample is never more than so many times as long as the last. */
const SILENCE = 3;

/**
 * Reads the interfaces as a poller of one second would, but leaves out what would say the same again: of links to which
 * nothing happens several seconds are read as one.
 */
export class LinkSampling {
  readonly #world: ClosedLoopWorld;
  readonly #counters: InterfaceCounters;
  /** True for a link about which Detour is in doubt. */
  readonly #isWatched: (linkId: string) => boolean;
  /** By link: the second up to which it was read, the length of that reading, and until when it is read every second. */
  readonly #readTo: Int32Array;
  readonly #length: Int32Array;
  readonly #fineTo: Int32Array;
  /** Load at the last reading, by arc. */
  readonly #readBps: Float64Array;

  /** With `calmSeconds` 1 every link is read at every tick. */
  readonly #calmSeconds: number;

  constructor(
    world: ClosedLoopWorld,
    counters: InterfaceCounters,
    options: { readonly longestSeconds: number; readonly isWatched: (linkId: string) => boolean },
  ) {
    const { longestSeconds, isWatched } = options;
    this.#calmSeconds = Math.min(CALM_SECONDS, longestSeconds);
    this.#world = world;
    this.#counters = counters;
    this.#isWatched = isWatched;
    const links = world.links.ids.length;
    this.#readTo = new Int32Array(links);
    this.#length = new Int32Array(links).fill(1);
    this.#fineTo = new Int32Array(links);
    this.#readBps = new Float64Array(world.graph.arcCount);
  }

  /** What links that are not as before from a second on counted until then, as far as it was not read. */
  turn(before: Scene | null, after: Scene, at: number): Measurement[] {
    const changed = new Set(before ? changedLinks(before.plant, after.plant, this.#world.links) : []);
    const late: number[] = [];
    this.#world.links.ids.forEach((_id, link) => {
      if (!changed.has(link) && !this.#isLoadChanged(link, after)) return;
      this.#fineTo[link] = at + FINE_SECONDS.after;
      if ((this.#readTo[link] as number) < at) late.push(link);
    });
    return before ? this.#read(before, at, late) : [];
  }

  /** What is read at the end of a tick of so many seconds. */
  tick(scene: Scene, at: number, seconds: number): Measurement[] {
    const soon = this.#world.linksChanging(at, at + FINE_SECONDS.before);
    const isDue = (link: number): boolean => {
      const elapsed = at - (this.#readTo[link] as number);
      if (seconds > 1 || elapsed >= this.#calmSeconds || soon.has(link)) return true;
      // The next tick but one must not come too late.
      if (elapsed + 2 * seconds > SILENCE * (this.#length[link] as number)) return true;
      return (this.#fineTo[link] as number) >= at || this.#isNearlyFull(link, scene) || this.#isInDoubt(link);
    };
    return this.#read(scene, at, this.#world.links.ids.map((_id, link) => link).filter(isDue));
  }

  #isInDoubt(link: number): boolean {
    return this.#isWatched(this.#world.links.ids[link] as string);
  }

  #isLoadChanged(link: number, { forwarded }: Scene): boolean {
    const { capacityBps } = this.#world.graph;
    return (this.#world.links.arcs[link] as readonly number[]).some((arc) => {
      const change = Math.abs((forwarded.offeredBps[arc] as number) - (this.#readBps[arc] as number));
      return change > NOTICEABLE * (capacityBps[arc] as number);
    });
  }

  #isNearlyFull(link: number, { forwarded }: Scene): boolean {
    const { capacityBps } = this.#world.graph;
    return (this.#world.links.arcs[link] as readonly number[]).some(
      (arc) => (forwarded.offeredBps[arc] as number) > NEARLY_FULL * (capacityBps[arc] as number),
    );
  }

  #read({ forwarded, plant }: Scene, at: number, links: readonly number[]): Measurement[] {
    const byLength = new Map<number, number[]>();
    for (const link of links) {
      const length = at - (this.#readTo[link] as number);
      byLength.set(length, [...(byLength.get(length) ?? []), link]);
      this.#readTo[link] = at;
      this.#length[link] = length;
      for (const arc of this.#world.links.arcs[link] as readonly number[])
        this.#readBps[arc] = forwarded.offeredBps[arc] as number;
    }
    const atMs = this.#world.startMs + at * 1000;
    return [...byLength].flatMap(([length, group]) => this.#counters.measure(forwarded, plant, length, atMs, group));
  }
}
