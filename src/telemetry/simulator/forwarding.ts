import type { CompiledGraph } from '../../twin/compiled.ts';
import type { TargetRouting } from '../../twin/ecmp.ts';
import type { DemandTable } from './demand-table.ts';
import type { IgpRouting } from './igp.ts';

/** A path (arc numbers) that takes `share` of a demand. */
export interface PinnedPath {
  readonly demand: number;
  readonly share: number;
  readonly arcs: Int32Array;
}

/** What one step forwards: the level of each demand and where it goes. */
export interface ForwardingInput {
  readonly bps: Float64Array;
  /** Share of each demand that follows the IGP; the rest is on `pinned` paths. */
  readonly igpShare: Float64Array;
  readonly pinned: readonly PinnedPath[];
  /** Share of the packets that survive the wire, per arc: 0 on a broken arc. */
  readonly wireSurvival: Float64Array;
  /** Traffic each arc carries besides the demands (probes), bit/s. */
  readonly probeBps: Float64Array;
}

export interface Forwarded {
  /** Traffic of the demands that wants to leave through each arc, bit/s. */
  readonly offeredBps: Float64Array;
  /** Share of it that the arc drops because it is full. */
  readonly dropRatio: Float64Array;
  readonly deliveredBps: number;
  /** Lost on arcs (congestion, corruption, broken arcs) and for want of a route. */
  readonly lostBps: number;
}

const MAX_ROUNDS = 30;
const TOLERANCE = 1e-4;

/**
 * Sends the demands through the network with loss on the way: an arc gets only what survived upstream. What a full
 * arc drops depends on what arrives there and the other way round, so the drop ratios are a fixed point, found by
 * iteration from those of the last step, damped after a few rounds. Whatever the rounds, one pass is linear in the
 * ratios it used, so traffic is conserved exactly: offered = delivered + lost. A full arc may carry up to the tolerance
 * more than its capacity. Demands do not slow down under loss (no TCP back-off).
 */
export class Forwarder {
  readonly #graph: CompiledGraph;
  readonly #table: DemandTable;
  /** Demand numbers by target. */
  readonly #byTarget: ReadonlyMap<number, Int32Array>;
  readonly #dropRatio: Float64Array;
  readonly #survival: Float64Array;
  readonly #inflow: Float64Array;
  #lostBps = 0;
  #deliveredBps = 0;

  constructor(graph: CompiledGraph, table: DemandTable) {
    this.#graph = graph;
    this.#table = table;
    this.#byTarget = groupByTarget(table);
    this.#dropRatio = new Float64Array(graph.arcCount);
    this.#survival = new Float64Array(graph.arcCount);
    this.#inflow = new Float64Array(graph.nodeCount);
  }

  forward(igp: IgpRouting, input: ForwardingInput): Forwarded {
    const offeredBps = new Float64Array(this.#graph.arcCount);
    for (let round = 0; ; round += 1) {
      this.#pass(igp, input, offeredBps);
      const last = round + 1 >= MAX_ROUNDS || this.#worstChange(offeredBps, input) <= TOLERANCE;
      if (last) break;
      this.#adjust(offeredBps, input, round < 4 ? 1 : 0.5);
    }
    const dropRatio = this.#dropRatio.slice();
    return { offeredBps, dropRatio, deliveredBps: this.#deliveredBps, lostBps: this.#lostBps };
  }

  #wantedDrop(arc: number, offeredBps: Float64Array, probeBps: Float64Array): number {
    const wanted = (offeredBps[arc] as number) + (probeBps[arc] as number);
    const capacityBps = this.#graph.capacityBps[arc] as number;
    return wanted > capacityBps ? 1 - capacityBps / wanted : 0;
  }

  #worstChange(offeredBps: Float64Array, { wireSurvival, probeBps }: ForwardingInput): number {
    let worst = 0;
    for (let arc = 0; arc < offeredBps.length; arc += 1) {
      if (wireSurvival[arc] === 0) continue;
      const change = Math.abs(this.#wantedDrop(arc, offeredBps, probeBps) - (this.#dropRatio[arc] as number));
      if (change > worst) worst = change;
    }
    return worst;
  }

  #adjust(offeredBps: Float64Array, { probeBps }: ForwardingInput, weight: number): void {
    for (let arc = 0; arc < offeredBps.length; arc += 1) {
      const before = this.#dropRatio[arc] as number;
      const wanted = this.#wantedDrop(arc, offeredBps, probeBps);
      this.#dropRatio[arc] = wanted === 0 && before < TOLERANCE ? 0 : before + weight * (wanted - before);
    }
  }

  #pass(igp: IgpRouting, input: ForwardingInput, offeredBps: Float64Array): void {
    const { wireSurvival, bps, igpShare } = input;
    offeredBps.fill(0);
    this.#lostBps = 0;
    this.#deliveredBps = 0;
    for (let arc = 0; arc < offeredBps.length; arc += 1) {
      // A broken arc queues nothing: it has no drop ratio to remember.
      if (wireSurvival[arc] === 0) this.#dropRatio[arc] = 0;
      this.#survival[arc] = (1 - (this.#dropRatio[arc] as number)) * (wireSurvival[arc] as number);
    }
    for (const path of input.pinned) this.#sendPinned(path, bps, offeredBps);
    for (const [target, demands] of this.#byTarget) {
      const routing = igp.to(target);
      for (const demand of demands) {
        const flow = (bps[demand] as number) * (igpShare[demand] as number);
        const source = this.#table.source[demand] as number;
        if (routing.distance[source] === Infinity) this.#lostBps += flow;
        else this.#inflow[source] = (this.#inflow[source] as number) + flow;
      }
      this.#sendByIgp(routing, offeredBps);
    }
  }

  #sendPinned(path: PinnedPath, bps: Float64Array, offeredBps: Float64Array): void {
    let flow = (bps[path.demand] as number) * path.share;
    for (const arc of path.arcs) flow = this.#cross(arc, flow, offeredBps);
    this.#deliveredBps += flow;
  }

  #sendByIgp(routing: TargetRouting, offeredBps: Float64Array): void {
    const inflow = this.#inflow;
    const { head } = this.#graph;
    for (const node of routing.order) {
      const flow = inflow[node] as number;
      if (flow === 0) continue;
      inflow[node] = 0;
      if (node === routing.target) {
        this.#deliveredBps += flow;
        continue;
      }
      const start = routing.nextStart[node] as number;
      const end = routing.nextStart[node + 1] as number;
      for (let slot = start; slot < end; slot += 1) {
        const arc = routing.nextArcs[slot] as number;
        const next = head[arc] as number;
        inflow[next] = (inflow[next] as number) + this.#cross(arc, flow / (end - start), offeredBps);
      }
    }
  }

  /** Offers a flow to an arc; returns what comes out at its head. */
  #cross(arc: number, flow: number, offeredBps: Float64Array): number {
    const out = flow * (this.#survival[arc] as number);
    offeredBps[arc] = (offeredBps[arc] as number) + flow;
    this.#lostBps += flow - out;
    return out;
  }
}

function groupByTarget(table: DemandTable): Map<number, Int32Array> {
  const groups = new Map<number, number[]>();
  table.target.forEach((target, demand) => {
    const group = groups.get(target);
    if (group) group.push(demand);
    else groups.set(target, [demand]);
  });
  return new Map([...groups].map(([target, demands]) => [target, Int32Array.from(demands)]));
}

/** Loads per arc (bit/s) when nothing is lost on the way: what the IGP alone would put where. */
export function forwardOnce(
  graph: CompiledGraph,
  igp: IgpRouting,
  table: DemandTable,
  bps: Float64Array,
): Float64Array {
  const lossless = {
    bps,
    igpShare: new Float64Array(bps.length).fill(1),
    pinned: [],
    wireSurvival: new Float64Array(graph.arcCount).fill(1),
    probeBps: new Float64Array(graph.arcCount),
  };
  return new Forwarder({ ...graph, capacityBps: new Float64Array(graph.arcCount).fill(Infinity) }, table).forward(
    igp,
    lossless,
  ).offeredBps;
}
