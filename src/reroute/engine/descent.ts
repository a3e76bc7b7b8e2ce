import { ShortestPaths } from '../../twin/shortest-path.ts';
import { pathColumn } from './columns.ts';
import {
  addFootprint,
  type Column,
  type Commodity,
  type FlowProblem,
  type FlowRouting,
  footprintPrice,
} from './flow.ts';
import { walkArcs, walkPrice } from './walk.ts';

/** How sharply the potential rises towards the highest utilisation, sweep by sweep. */
const SHARPNESS = [50, 100] as const;
const MAX_SWEEPS = 20;
/** The highest utilisation must have fallen by this part since the last look for another sweep. */
const WORTH_A_SWEEP = 0.003;
/** Ways that pay less than this part of the dearest arc are left alone. */
const WORTH = 0.05;

/**
 * Moves whole commodities, one at a time, to where a soft maximum of the utilisations falls most (an exponential
 * potential as in Plotkin, Shmoys, Tardos 1995). Not optimal, but near, and all bottlenecks shrink together: from
 * there the simplex has little left to do.
 */
export class Descent {
  readonly #problem: FlowProblem;
  readonly #paths: ShortestPaths;
  readonly #bySource: ReadonlyMap<number, readonly number[]>;
  readonly #stays: readonly (Column | null)[];
  readonly #loadBps: Float64Array;
  readonly #chosen: Column[];
  /** Slope of the potential per arc; `cost` is the same with closed arcs at Infinity, as of the last search. */
  readonly #price: Float64Array;
  readonly #cost: Float64Array;
  readonly #known: Float64Array;
  /** The loads for which they are known, bit/s, and what they are measured by. */
  readonly #pricedBps: Float64Array;
  #pricedAt = { highest: Number.NaN, sharpness: 0 };
  readonly #seen: Float64Array;
  #round = 0;
  #sharpness = 0;
  #highest = 1;

  constructor(
    problem: FlowProblem,
    bySource: ReadonlyMap<number, readonly number[]>,
    stays: readonly (Column | null)[],
  ) {
    const { arcCount } = problem.graph;
    this.#problem = problem;
    this.#paths = new ShortestPaths(problem.graph);
    this.#bySource = bySource;
    this.#stays = stays;
    this.#loadBps = new Float64Array(arcCount);
    this.#price = new Float64Array(arcCount);
    this.#cost = new Float64Array(arcCount);
    this.#known = new Float64Array(arcCount);
    this.#pricedBps = new Float64Array(arcCount);
    this.#seen = new Float64Array(arcCount);
    this.#chosen = [];
  }

  /** Starts from a routing in which no commodity is split. */
  run(start: FlowRouting): FlowRouting {
    const { commodities, fixedBps } = this.#problem;
    this.#loadBps.set(fixedBps);
    start.forEach((flows, index) => {
      const column = (flows[0] as { column: Column }).column;
      this.#chosen[index] = column;
      addFootprint(this.#loadBps, column, (commodities[index] as Commodity).bps);
    });
    for (const sharpness of SHARPNESS) this.#settle(sharpness);
    return this.#chosen.map((column) => [{ column, value: 1 }]);
  }

  /** Sweeps as long as the highest utilisation falls by enough: arcs below it come into view only then. */
  #settle(sharpness: number): void {
    this.#sharpness = sharpness;
    for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
      this.#reprice();
      const before = this.#highest;
      const moved = this.#sweep();
      this.#reprice();
      if (moved === 0 || this.#highest > before * (1 - WORTH_A_SWEEP)) return;
    }
  }

  #sweep(): number {
    let moved = 0;
    let worth = this.#reprice();
    for (const [source, members] of this.#bySource) {
      const first = members.findIndex((index) => footprintPrice(this.#price, this.#chosen[index] as Column) > worth);
      if (first < 0) continue;
      this.#paths.from(source, this.#cost);
      let here = 0;
      for (let at = first; at < members.length; at += 1) {
        const index = members[at] as number;
        const paid = footprintPrice(this.#price, this.#chosen[index] as Column);
        if (paid > worth && this.#improve(index, paid)) here += 1;
      }
      if (here > 0) worth = this.#reprice();
      moved += here;
    }
    return moved;
  }

  #improve(index: number, paid: number): boolean {
    const { target } = this.#problem.commodities[index] as Commodity;
    const now = this.#chosen[index] as Column;
    const stay = this.#stays[index];
    // The potential is convex: what is not cheaper at the margin is not cheaper in all.
    if (stay && now !== stay && footprintPrice(this.#price, stay) < paid && this.#gains(now, stay, index)) {
      return this.#take(index, now, stay);
    }
    if (walkPrice(this.#paths, target, this.#price) >= paid) return false;
    const next = pathColumn(index, walkArcs(this.#paths, target));
    return this.#gains(now, next, index) && this.#take(index, now, next);
  }

  /** Whether the potential falls, taking the size of the commodity into account. */
  #gains(now: Column, next: Column, index: number): boolean {
    const { bps } = this.#problem.commodities[index] as Commodity;
    addFootprint(this.#loadBps, now, -bps);
    addFootprint(this.#loadBps, next, bps);
    const change = this.#changed(now, next);
    addFootprint(this.#loadBps, next, -bps);
    addFootprint(this.#loadBps, now, bps);
    return change < 0;
  }

  #take(index: number, now: Column, next: Column): boolean {
    const { bps } = this.#problem.commodities[index] as Commodity;
    addFootprint(this.#loadBps, now, -bps);
    addFootprint(this.#loadBps, next, bps);
    this.#note(now);
    this.#note(next);
    this.#chosen[index] = next;
    return true;
  }

  /** Brings potential and price of these arcs up to date. */
  #note({ arcs }: Column): void {
    for (const arc of arcs) this.#priceArc(arc);
  }

  /** What the potential has become more on arcs of these two, each counted once. */
  #changed(now: Column, next: Column): number {
    this.#round += 1;
    let sum = 0;
    for (const arc of next.arcs) {
      this.#seen[arc] = this.#round;
      sum += this.#rise(arc);
    }
    for (const arc of now.arcs) if (this.#seen[arc] !== this.#round) sum += this.#rise(arc);
    return sum;
  }

  /** What the potential of an arc has become more since it was noted; most arcs that both ways share have the same load. */
  #rise(arc: number): number {
    if (this.#loadBps[arc] === this.#pricedBps[arc]) return 0;
    return this.#potential(arc) - (this.#known[arc] as number);
  }

  #potential(arc: number): number {
    const utilisation = (this.#loadBps[arc] as number) / (this.#problem.graph.capacityBps[arc] as number);
    return Math.exp(this.#sharpness * (utilisation / this.#highest - 1));
  }

  /** Slope of the potential per arc; returns what a way must pay to be looked at. */
  #reprice(): number {
    const { alive, open, graph } = this.#problem;
    const { capacityBps, arcCount } = graph;
    this.#highest = 0;
    for (let arc = 0; arc < arcCount; arc += 1) {
      if (alive[arc])
        this.#highest = Math.max(this.#highest, (this.#loadBps[arc] as number) / (capacityBps[arc] as number));
    }
    // Exponentials are what takes time here: those of arcs on which nothing is different are known.
    const isSameScale = this.#pricedAt.highest === this.#highest && this.#pricedAt.sharpness === this.#sharpness;
    this.#pricedAt = { highest: this.#highest, sharpness: this.#sharpness };
    let dearest = 0;
    for (let arc = 0; arc < arcCount; arc += 1) {
      const load = this.#loadBps[arc] as number;
      if (!isSameScale || this.#pricedBps[arc] !== load) this.#priceArc(arc);
      const slope = this.#price[arc] as number;
      if (alive[arc]) dearest = Math.max(dearest, slope);
      this.#cost[arc] = open[arc] ? slope : Infinity;
    }
    return dearest * WORTH;
  }

  #priceArc(arc: number): void {
    const potential = this.#potential(arc);
    this.#pricedBps[arc] = this.#loadBps[arc] as number;
    this.#known[arc] = potential;
    this.#price[arc] = potential / (this.#problem.graph.capacityBps[arc] as number);
  }
}
