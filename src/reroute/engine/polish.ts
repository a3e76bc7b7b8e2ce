import { ShortestPaths } from '../../twin/shortest-path.ts';
import { congestionCost, congestionSlope } from '../congestion-cost.ts';
import { pathColumn } from './columns.ts';
import {
  addFootprint,
  type Column,
  type Commodity,
  type FlowProblem,
  type FlowRouting,
  flowLoads,
  footprintPrice,
} from './flow.ts';
import { walkArcs, walkPrice } from './walk.ts';

const BPS_PER_GBPS = 1e9;
/** Loads at their cap may be above it by this much (relative): rounding. */
const ROUNDING = 1e-12;

/** What a polish may do, and what counts. */
export interface PolishAims {
  /** Most that each arc may carry, bit/s. */
  readonly capBps: Float64Array;
  /** What an arc costs whatever its load, for its delay above all: in Fortz-Thorup cost of a hardly loaded arc. */
  readonly arcHops: Float64Array;
}

/** Local search for less Fortz-Thorup cost, less delay and fewer moves, with every arc below its cap. */
export class Polish {
  readonly loadBps: Float64Array;
  readonly #problem: FlowProblem;
  readonly #capBps: Float64Array;
  /** What a unit of load on an arc costs whatever else is on it. */
  readonly #delayCost: Float64Array;
  readonly #stays: readonly (Column | null)[];
  readonly #routing: FlowRouting[number][];
  /** Slope of the cost per arc; `cost` is the same with full and closed arcs at Infinity. */
  readonly #price: Float64Array;
  readonly #cost: Float64Array;
  /** Arcs of a change under trial with what it adds, bit/s; clear between trials. */
  readonly #touched: Int32Array;
  #touchedCount = 0;
  readonly #isTouched: Uint8Array;
  readonly #delta: Float64Array;
  /** Congestion cost per unit of capacity at the present loads. */
  readonly #congestion: Float64Array;
  /** 1 where a demand has several commodities: each with a way of its own, it would get too many. */
  readonly #isPart: Uint8Array;

  constructor(problem: FlowProblem, stays: readonly (Column | null)[], routing: FlowRouting, aims: PolishAims) {
    this.#problem = problem;
    this.#stays = stays;
    this.#routing = [...routing];
    this.#capBps = aims.capBps;
    this.#delayCost = aims.arcHops;
    this.loadBps = flowLoads(problem, routing);
    const seen = new Map<number, number>();
    for (const { demand } of problem.commodities) seen.set(demand, (seen.get(demand) ?? 0) + 1);
    this.#isPart = Uint8Array.from(problem.commodities, ({ demand }) => ((seen.get(demand) ?? 0) > 1 ? 1 : 0));
    this.#touched = new Int32Array(problem.graph.arcCount);
    this.#congestion = new Float64Array(problem.graph.arcCount);
    for (let arc = 0; arc < problem.graph.arcCount; arc += 1) this.#note(arc);
    this.#isTouched = new Uint8Array(problem.graph.arcCount);
    this.#delta = new Float64Array(problem.graph.arcCount);
    this.#price = new Float64Array(problem.graph.arcCount);
    this.#cost = new Float64Array(problem.graph.arcCount);
  }

  get routing(): FlowRouting {
    return this.#routing;
  }

  /** One pass over all commodities: each takes the cheapest of what it has now, another way, and staying. */
  cheapen(bySource: ReadonlyMap<number, readonly number[]>): number {
    const paths = new ShortestPaths(this.#problem.graph);
    let changed = 0;
    this.#reprice();
    for (const [source, members] of bySource) {
      paths.from(source, this.#cost);
      let here = 0;
      for (const index of members) if (this.#improve(index, paths)) here += 1;
      if (here > 0) this.#reprice();
      changed += here;
    }
    return changed;
  }

  /**
   * Moves back what need not move: first what makes the cost smaller, then, smallest first, what costs little, up to
   * `budget` (Fortz-Thorup, Gbit/s) in all.
   */
  undo(budget: number): void {
    let left = budget;
    const moved = this.#moved();
    for (const isFree of [true, false]) {
      for (const index of moved) {
        const stay = this.#stays[index] as Column;
        if (this.#isStaying(index)) continue;
        const more = this.#change(index, stay);
        if (more === null || more > (isFree ? 0 : left)) continue;
        this.#take(index, stay);
        left -= Math.max(0, more);
      }
    }
  }

  /** Commodities that could have stayed and do not, the smallest first. */
  #moved(): number[] {
    const bps = (index: number): number => (this.#problem.commodities[index] as Commodity).bps;
    return [...this.#routing.keys()]
      .filter((index) => this.#stays[index] && !this.#isStaying(index))
      .sort((x, y) => bps(x) - bps(y) || x - y);
  }

  #isStaying(index: number): boolean {
    return (this.#routing[index] as FlowRouting[number]).every(({ column }) => column.isStay);
  }

  #improve(index: number, paths: ShortestPaths): boolean {
    if (this.#isPart[index]) return false;
    const stay = this.#stays[index] ?? null;
    const { target } = this.#problem.commodities[index] as Commodity;
    // The cost is convex: what is not cheaper at the margin is not cheaper in all.
    let paid = 0;
    for (const { column, value } of this.#routing[index] as FlowRouting[number]) {
      paid += value * footprintPrice(this.#price, column);
    }
    let best: Column | null = null;
    let least = 0;
    if (stay && !this.#isStaying(index) && footprintPrice(this.#price, stay) < paid) {
      const change = this.#change(index, stay);
      if (change !== null && change < least) {
        best = stay;
        least = change;
      }
    }
    if (walkPrice(paths, target, this.#price) < paid) {
      const column = pathColumn(index, walkArcs(paths, target));
      const change = this.#change(index, column);
      if (change !== null && change < least) best = column;
    }
    if (best) this.#take(index, best);
    return best !== null;
  }

  /** By how much the cost grows when all of the commodity goes this way; null where an arc would be above its cap. */
  #change(index: number, column: Column): number | null {
    const { bps } = this.#problem.commodities[index] as Commodity;
    this.#touchedCount = 0;
    this.#collect(column, bps);
    for (const flow of this.#routing[index] as FlowRouting[number]) this.#collect(flow.column, -flow.value * bps);
    const { capacityBps } = this.#problem.graph;
    let change = 0;
    let fits = true;
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const arc = this.#touched[at] as number;
      const delta = this.#delta[arc] as number;
      this.#delta[arc] = 0;
      this.#isTouched[arc] = 0;
      // What both ways have in common stays as it is.
      if (!fits || delta === 0) continue;
      const bpsThen = (this.loadBps[arc] as number) + delta;
      if (delta > 0 && bpsThen > (this.#capBps[arc] as number) * (1 + ROUNDING)) {
        fits = false;
        continue;
      }
      const capacity = capacityBps[arc] as number;
      const more = congestionCost(bpsThen / capacity) - (this.#congestion[arc] as number);
      change += (capacity / BPS_PER_GBPS) * more;
      change += (delta / BPS_PER_GBPS) * (this.#delayCost[arc] as number);
    }
    return fits ? change : null;
  }

  /** Notes what a change adds to arcs, each of them once. */
  #collect({ arcs, shares }: Column, bps: number): void {
    for (let at = 0; at < arcs.length; at += 1) {
      const arc = arcs[at] as number;
      if (this.#isTouched[arc] === 0) {
        this.#isTouched[arc] = 1;
        this.#touched[this.#touchedCount++] = arc;
      }
      this.#delta[arc] = (this.#delta[arc] as number) + (shares === null ? bps : bps * (shares[at] as number));
    }
  }

  #take(index: number, column: Column): void {
    const { bps } = this.#problem.commodities[index] as Commodity;
    for (const flow of this.#routing[index] as FlowRouting[number]) {
      addFootprint(this.loadBps, flow.column, -flow.value * bps);
    }
    addFootprint(this.loadBps, column, bps);
    for (const flow of this.#routing[index] as FlowRouting[number]) this.#noteAll(flow.column);
    this.#noteAll(column);
    this.#routing[index] = [{ column, value: 1 }];
  }

  #noteAll({ arcs }: Column): void {
    for (const arc of arcs) this.#note(arc);
  }

  #note(arc: number): void {
    const utilisation = (this.loadBps[arc] as number) / (this.#problem.graph.capacityBps[arc] as number);
    this.#congestion[arc] = congestionCost(utilisation);
  }

  #reprice(): void {
    const { open, graph } = this.#problem;
    const { capacityBps, arcCount } = graph;
    for (let arc = 0; arc < arcCount; arc += 1) {
      const load = this.loadBps[arc] as number;
      const slope = congestionSlope(load / (capacityBps[arc] as number)) + (this.#delayCost[arc] as number);
      this.#price[arc] = slope;
      this.#cost[arc] = !open[arc] || load >= (this.#capBps[arc] as number) ? Infinity : slope;
    }
  }
}
