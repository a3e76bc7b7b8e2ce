import { type Forwarded, Forwarder, type PinnedPath } from '../../../src/telemetry/simulator/forwarding.ts';
import { IgpRouting } from '../../../src/telemetry/simulator/igp.ts';
import type { CompiledGraph } from '../../../src/twin/compiled.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** Explicit paths by demand (number); demands that are not among them follow the IGP. */
export type Routes = ReadonlyMap<number, readonly PinnedPath[]>;

/** What is wrong with the traffic at a moment, bit/s. */
export interface Harm {
  /** Offered and not delivered: lost on wires, to full or broken arcs, or for want of a way. */
  readonly lostBps: number;
  /** What arcs carry above the utilisation limit; what is beyond their capacity is lost and not counted again. */
  readonly overBps: number;
}

export interface Carried extends Harm {
  readonly forwarded: Forwarded;
}

export function harmOf({ lostBps, overBps }: Harm): number {
  return lostBps + overBps;
}

/** Carries the traffic of segments over routes, as the simulated network does. One for each line of time. */
export class Carrier {
  readonly #world: ClosedLoopWorld;
  readonly #limit: number;
  readonly #igp: IgpRouting;
  readonly #forwarder: Forwarder;
  readonly #probeBps: Float64Array;
  readonly #wireSurvival: Float64Array;
  #closed = '';

  constructor(world: ClosedLoopWorld, limit: number, probeBps: Float64Array) {
    this.#world = world;
    this.#limit = limit;
    this.#igp = new IgpRouting(world.graph);
    this.#forwarder = new Forwarder(world.graph, world.table);
    this.#probeBps = probeBps;
    this.#wireSurvival = new Float64Array(world.graph.arcCount);
  }

  /**
   * `linkUp` is what whoever routes believes of the links: the IGP's belief, or the truth for one who knows it. Paths
   * over a link that is believed down fall back to the IGP.
   */
  carry({ sentBps, plant }: Segment, routes: Routes, linkUp: Uint8Array): Carried {
    const { graph, links, table } = this.#world;
    this.#close(linkUp);
    const wireSurvival = this.#wireSurvival;
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const up = plant.linkUp[links.linkOfArc[arc] as number] as number;
      wireSurvival[arc] = up * (1 - (plant.corruption[arc] as number)) * (1 - (plant.throttled[arc] as number));
    }
    const igpShare = new Float64Array(table.ids.length).fill(1);
    const pinned: PinnedPath[] = [];
    for (const path of [...routes.values()].flat()) {
      if (!path.arcs.every((arc) => linkUp[links.linkOfArc[arc] as number] === 1)) continue;
      pinned.push(path);
      igpShare[path.demand] = Math.max(0, (igpShare[path.demand] as number) - path.share);
    }
    const probeBps = this.#probeBps;
    const forwarded = this.#forwarder.forward(this.#igp, { bps: sentBps, igpShare, pinned, wireSurvival, probeBps });
    return { forwarded, lostBps: forwarded.lostBps, overBps: overload(graph, forwarded, wireSurvival, this.#limit) };
  }

  #close(linkUp: Uint8Array): void {
    const closed: number[] = [];
    this.#world.links.arcs.forEach((pair, link) => {
      if (linkUp[link] !== 1) closed.push(...pair);
    });
    const key = closed.join(',');
    if (key === this.#closed) return;
    this.#closed = key;
    this.#igp.close(closed);
  }
}

function overload(
  graph: CompiledGraph,
  { offeredBps, dropRatio }: Forwarded,
  wireSurvival: Float64Array,
  limit: number,
): number {
  let overBps = 0;
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    if (wireSurvival[arc] === 0) continue;
    const carried = (offeredBps[arc] as number) * (1 - (dropRatio[arc] as number));
    overBps += Math.max(0, carried - limit * (graph.capacityBps[arc] as number));
  }
  return overBps;
}
