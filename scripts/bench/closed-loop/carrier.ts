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
  /** Which links the IGP's routes are of. */
  #linkUp: Uint8Array;
  #pinning: Pinning | null = null;

  constructor(world: ClosedLoopWorld, limit: number, probeBps: Float64Array) {
    this.#world = world;
    this.#limit = limit;
    this.#igp = new IgpRouting(world.graph);
    this.#forwarder = new Forwarder(world.graph, world.table);
    this.#probeBps = probeBps;
    this.#wireSurvival = new Float64Array(world.graph.arcCount);
    this.#linkUp = new Uint8Array(world.links.ids.length).fill(1);
  }

  /**
   * `linkUp` is what whoever routes believes of the links: the IGP's belief, or the truth for one who knows it. Paths
   * over a link that is believed down fall back to the IGP.
   */
  carry({ sentBps, plant }: Segment, routes: Routes, linkUp: Uint8Array): Carried {
    const { graph, links } = this.#world;
    this.#close(linkUp);
    const wireSurvival = this.#wireSurvival;
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const up = plant.linkUp[links.linkOfArc[arc] as number] as number;
      wireSurvival[arc] = up * (1 - (plant.corruption[arc] as number)) * (1 - (plant.throttled[arc] as number));
    }
    if (this.#pinning?.routes !== routes) this.#pinning = pinningOf(this.#world, routes, linkUp);
    const { pinned, igpShare } = this.#pinning;
    const probeBps = this.#probeBps;
    const forwarded = this.#forwarder.forward(this.#igp, { bps: sentBps, igpShare, pinned, wireSurvival, probeBps });
    return { forwarded, lostBps: forwarded.lostBps, overBps: overload(graph, forwarded, wireSurvival, this.#limit) };
  }

  #close(linkUp: Uint8Array): void {
    if (linkUp.every((up, link) => up === this.#linkUp[link])) return;
    this.#linkUp = linkUp.slice();
    this.#pinning = null;
    this.#igp.close(this.#world.links.arcs.flatMap((pair, link) => (linkUp[link] === 1 ? [] : [...pair])));
  }
}

/** The paths of routes that can be used, and what of each demand follows the IGP; kept while routes and links stay. */
interface Pinning {
  readonly routes: Routes;
  readonly pinned: readonly PinnedPath[];
  readonly igpShare: Float64Array;
}

function pinningOf({ links, table }: ClosedLoopWorld, routes: Routes, linkUp: Uint8Array): Pinning {
  const igpShare = new Float64Array(table.ids.length).fill(1);
  const pinned: PinnedPath[] = [];
  for (const paths of routes.values()) {
    for (const path of paths) {
      if (!path.arcs.every((arc) => linkUp[links.linkOfArc[arc] as number] === 1)) continue;
      pinned.push(path);
      igpShare[path.demand] = Math.max(0, (igpShare[path.demand] as number) - path.share);
    }
  }
  return { routes, pinned, igpShare };
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
