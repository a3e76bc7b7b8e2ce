import type { NetworkIndex } from '../../topology/model.ts';
import { DIRECTIONS } from '../core/ids.ts';
import type { ArcState, LinkState } from '../health/link-state.ts';
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
  'presentCapacityBps',
  'parts',
  'reason',
] as const;

interface Page {
  /** As it was read, to tell without looking that nothing was written. */
  state: LinkState;
  /** As it was told last. */
  readonly link: LinkView;
  readonly tick: number;
  /** What made it differ from what was told before. */
  readonly change: LinkChange;
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
    return [...this.#pages.values()].map(({ link }) => link);
  }

  /** Takes what was read, staleness applied. */
  turn(states: ReadonlyMap<string, LinkState>): void {
    this.#tick += 1;
    for (const link of this.#network.network.links) {
      const state = states.get(link.id);
      const page = this.#pages.get(link.id);
      if (state === undefined || page?.state === state) continue;
      if (page && looksSame(page.state, state)) {
        page.state = state;
        continue;
      }
      const view = shortened(linkView(link, state));
      const change = page ? difference(page.link, view) : everything(view);
      this.#pages.set(link.id, { state, link: view, tick: this.#tick, change });
    }
  }

  /** Links that the last reading changed, with nothing but what changed. */
  latest(): LinkChange[] {
    return [...this.#pages.values()].flatMap(({ tick, change }) => (tick === this.#tick ? [change] : []));
  }

  /** Links that changed after this tick, with all their figures. */
  since(tick: number): LinkChange[] {
    return [...this.#pages.values()].flatMap((page) => (page.tick > tick ? [everything(page.link)] : []));
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

function everything(link: LinkView): LinkChange {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, link[name]]));
  return { id: link.id, ...fields, arcs: link.arcs };
}

function difference(before: LinkView, after: LinkView): LinkChange {
  const arcs = DIRECTIONS.flatMap((direction) => {
    const change = changed(before.arcs[direction], after.arcs[direction]);
    return Object.keys(change).length > 0 ? [[direction, change] as const] : [];
  });
  const fields = Object.fromEntries(
    FIELDS.flatMap((name) => (isSame(before[name], after[name]) ? [] : [[name, after[name]]])),
  );
  return { id: after.id, ...fields, ...(arcs.length > 0 ? { arcs: Object.fromEntries(arcs) } : {}) };
}

function changed(before: ArcState, after: ArcState): Partial<ArcState> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof ArcState>;
  // A figure that is not told any more has to be said: null is not known either.
  return Object.fromEntries(
    [...names].flatMap((name) => (isSame(before[name], after[name]) ? [] : [[name, after[name] ?? null]])),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Five digits: a measurement has no more, and a message of thousands of links is half as long. */
function shortened(link: LinkView): LinkView {
  return { ...link, arcs: { az: shortenedArc(link.arcs.az), za: shortenedArc(link.arcs.za) } };
}

function shortenedArc(arc: ArcState): ArcState {
  const { unknown, ...figures } = arc;
  const shorter = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  ]);
  return { ...(Object.fromEntries(shorter) as Omit<ArcState, 'unknown'>), unknown };
}
