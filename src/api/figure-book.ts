import type { Link, NetworkIndex } from '../../topology/model.ts';
import { DIRECTIONS } from '../core/ids.ts';
import { type ArcState, type LinkState, presentCapacityBps } from '../health/link-state.ts';
import { linkView } from './link-view.ts';
import type { LinkView } from './schemas/links.ts';
import type { LinkChange } from './schemas/screen.ts';

/** What may change about a link besides its arcs; what is on file about it does not. */
const FIELDS = [
  'state',
  'score',
  'sinceMs',
  'atMs',
  'receivedAtMs',
  'intervalMs',
  'adminDown',
  'parts',
  'reason',
] as const;

const ARC_FIELDS = [
  'loadBps',
  'utilisation',
  'lossRatio',
  'wireLossRatio',
  'congestionLossRatio',
  'errorRatio',
  'latencyMs',
  'isLatencyEstimated',
  'capacityBps',
  'baselineLatencyMs',
  'unknown',
] as const satisfies readonly (keyof ArcState)[];

interface Page {
  readonly link: Link;
  /** As it was told last, and before that. */
  state: LinkState;
  before: LinkState | null;
  /** Reading that this state came with. */
  tick: number;
  /** As it was read last: the same object was not written since. */
  read: LinkState;
}

/** The latest figures of every link as they were told, by tick: who missed some ticks is told what they changed. */
export class FigureBook {
  readonly #network: NetworkIndex;
  readonly #pages = new Map<string, Page>();
  #tick = 0;

  constructor(network: NetworkIndex) {
    this.#network = network;
  }

  /** Counts up with every reading. */
  get tick(): number {
    return this.#tick;
  }

  /** All links, in the order of the network; empty before the first reading. */
  get links(): LinkView[] {
    return [...this.#pages.values()].map(({ link, state }) => linkView(link, state));
  }

  /** Takes what was read, staleness applied. */
  turn(states: ReadonlyMap<string, LinkState>): void {
    this.#tick += 1;
    for (const link of this.#network.network.links) {
      const read = states.get(link.id);
      if (read !== undefined) this.#take(link, read);
    }
  }

  /** Links that the last reading changed, with nothing but what changed. */
  latest(): LinkChange[] {
    return this.#changedAfter(this.#tick - 1).map((page) => changeOf(page.link, page.before, page.state));
  }

  /** Links that changed after this tick, with all their figures. */
  since(tick: number): LinkChange[] {
    return this.#changedAfter(tick).map((page) => changeOf(page.link, null, page.state));
  }

  #take(link: Link, read: LinkState): void {
    const page = this.#pages.get(link.id);
    if (!page) this.#pages.set(link.id, { link, state: read, before: null, tick: this.#tick, read });
    else if (page.read !== read) {
      page.read = read;
      if (looksSame(page.state, read)) return;
      page.before = page.state;
      page.state = read;
      page.tick = this.#tick;
    }
  }

  #changedAfter(tick: number): Page[] {
    return [...this.#pages.values()].filter((page) => page.tick > tick);
  }
}

/** True where nobody could tell the two apart on a screen; finer changes are not told. */
function looksSame(before: LinkState, after: LinkState): boolean {
  return (
    before.state === after.state &&
    before.sinceMs === after.sinceMs &&
    before.adminDown === after.adminDown &&
    Math.round(before.score ?? -1) === Math.round(after.score ?? -1) &&
    DIRECTIONS.every((direction) => arcLooksSame(before.arcs[direction], after.arcs[direction]))
  );
}

function arcLooksSame(before: ArcState, after: ArcState): boolean {
  return (
    isNear(before.utilisation, after.utilisation, 0.005) &&
    isNear(before.latencyMs, after.latencyMs, 0.2) &&
    isNear(before.lossRatio, after.lossRatio, (after.lossRatio ?? 0) / 100) &&
    before.capacityBps === after.capacityBps
  );
}

function isNear(before: number | null, after: number | null, step: number): boolean {
  return before === null || after === null ? before === after : Math.abs(before - after) <= step;
}

/** What differs, or (without a `before`) all of it; figures in five digits: a measurement has no more. */
function changeOf(link: Link, before: LinkState | null, after: LinkState): LinkChange {
  const change: Record<string, unknown> = { id: link.id };
  for (const name of FIELDS) if (!before || !isSame(before[name], after[name])) change[name] = after[name];
  const arcs: Record<string, Record<string, unknown>> = {};
  for (const direction of DIRECTIONS) {
    const arc = arcChange(before?.arcs[direction] ?? null, after.arcs[direction]);
    if (arc) arcs[direction] = arc;
    if (!before || before.arcs[direction].capacityBps !== after.arcs[direction].capacityBps) {
      change.presentCapacityBps = capacities(link, after);
    }
  }
  if (Object.keys(arcs).length > 0) change.arcs = arcs;
  return change as unknown as LinkChange;
}

/** Null where nothing differs. A figure that is not told any more is null: what is left out is as it was. */
function arcChange(before: ArcState | null, after: ArcState): Record<string, unknown> | null {
  let change: Record<string, unknown> | null = null;
  for (const name of ARC_FIELDS) {
    if (before && isSame(before[name], after[name])) continue;
    const value = after[name] ?? null;
    change ??= {};
    change[name] = typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  }
  return change;
}

function capacities(link: Link, { arcs }: LinkState): LinkView['presentCapacityBps'] {
  return { az: presentCapacityBps(link, arcs, 'az'), za: presentCapacityBps(link, arcs, 'za') };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
