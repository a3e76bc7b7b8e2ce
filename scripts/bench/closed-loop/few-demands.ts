import { IgpRouting } from '../../../src/telemetry/simulator/igp.ts';
import type { Carried, Routes } from './carrier.ts';
import type { ClosedLoopWorld, Segment } from './world.ts';

/** What a demand puts on the arcs, and what of it is lost on the way. */
interface Flow {
  readonly arcBps: Float64Array;
  lostBps: number;
}

/**
 * What other routes of a few demands would change, worked out from these demands alone. Where every arc that they touch
 * stays below the limit with and without them, nobody else's traffic notices, and what they lose is all the difference.
 */
export class FewDemands {
  readonly #world: ClosedLoopWorld;
  readonly #limit: number;
  readonly #igp: IgpRouting;
  readonly #inflow: Float64Array;
  readonly #survival: Float64Array;
  #believed: Uint8Array | null = null;
  #of: Carried | null = null;

  constructor(world: ClosedLoopWorld, limit: number) {
    this.#world = world;
    this.#limit = limit;
    this.#igp = new IgpRouting(world.graph);
    this.#inflow = new Float64Array(world.graph.nodeCount);
    this.#survival = new Float64Array(world.graph.arcCount);
  }

  /**
   * Loss of the demands in `others` with those routes, less that with `routes`, which `carried` is of, bit/s; null where an
   * arc is too full to tell without all the rest.
   */
  lossMore(segment: Segment, carried: Carried, routes: Routes, others: Routes): number | null {
    this.#take(segment, carried);
    const arcCount = this.#world.graph.arcCount;
    const present: Flow = { arcBps: new Float64Array(arcCount), lostBps: 0 };
    const other: Flow = { arcBps: new Float64Array(arcCount), lostBps: 0 };
    for (const demand of others.keys()) {
      this.#send(segment, demand, routes, present);
      this.#send(segment, demand, others, other);
    }
    return this.#isRoomy(carried, present, other) ? other.lostBps - present.lostBps : null;
  }

  #take({ plant, believedUp }: Segment, carried: Carried): void {
    const { links, graph } = this.#world;
    if (this.#believed !== believedUp) {
      this.#believed = believedUp;
      this.#igp.close(links.arcs.flatMap((pair, link) => (believedUp[link] === 1 ? [] : [...pair])));
    }
    if (this.#of === carried) return;
    this.#of = carried;
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const up = plant.linkUp[links.linkOfArc[arc] as number] as number;
      const wire = up * (1 - (plant.corruption[arc] as number)) * (1 - (plant.throttled[arc] as number));
      this.#survival[arc] = wire * (1 - (carried.forwarded.dropRatio[arc] as number));
    }
  }

  #isRoomy({ forwarded }: Carried, present: Flow, other: Flow): boolean {
    const { capacityBps, arcCount } = this.#world.graph;
    for (let arc = 0; arc < arcCount; arc += 1) {
      const [now, then] = [present.arcBps[arc] as number, other.arcBps[arc] as number];
      if (now === 0 && then === 0) continue;
      if (this.#survival[arc] === 0 && forwarded.dropRatio[arc] === 0) continue;
      const most = (forwarded.offeredBps[arc] as number) + Math.max(0, then - now);
      if (most > this.#limit * (capacityBps[arc] as number) || forwarded.dropRatio[arc] !== 0) return false;
    }
    return true;
  }

  #send({ sentBps, believedUp }: Segment, demand: number, routes: Routes, into: Flow): void {
    const bps = sentBps[demand] as number;
    let igpShare = 1;
    for (const { arcs, share } of routes.get(demand) ?? []) {
      if (!arcs.every((arc) => believedUp[this.#world.links.linkOfArc[arc] as number] === 1)) continue;
      igpShare = Math.max(0, igpShare - share);
      let flow = bps * share;
      for (const arc of arcs) flow = this.#cross(arc, flow, into);
    }
    if (igpShare > 0) this.#sendByIgp(demand, bps * igpShare, into);
  }

  #sendByIgp(demand: number, bps: number, into: Flow): void {
    const { table, graph } = this.#world;
    const source = table.source[demand] as number;
    const { distance, order, nextStart, nextArcs, target } = this.#igp.to(table.target[demand] as number);
    if (distance[source] === Infinity) {
      into.lostBps += bps;
      return;
    }
    const inflow = this.#inflow.fill(0);
    inflow[source] = bps;
    for (const node of order) {
      const flow = inflow[node] as number;
      if (flow === 0 || node === target) continue;
      const [start, end] = [nextStart[node] as number, nextStart[node + 1] as number];
      for (const arc of nextArcs.subarray(start, end)) {
        const next = graph.head[arc] as number;
        inflow[next] = (inflow[next] as number) + this.#cross(arc, flow / (end - start), into);
      }
    }
  }

  #cross(arc: number, flow: number, into: Flow): number {
    const out = flow * (this.#survival[arc] as number);
    into.arcBps[arc] = (into.arcBps[arc] as number) + flow;
    into.lostBps += flow - out;
    return out;
  }
}
