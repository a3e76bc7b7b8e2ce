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

/** How sharply the potential rises towards the highest utilisation, sweep by sweep. */
const SHARPNESS = [50, 150] as const;
const SWEEPS_EACH = 3;
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
  readonly #price: Float64Array;
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
    for (const sharpness of SHARPNESS) {
      for (let sweep = 0; sweep < SWEEPS_EACH; sweep += 1) if (this.#sweep(sharpness) === 0) break;
    }
    return this.#chosen.map((column) => [{ column, value: 1 }]);
  }

  #sweep(sharpness: number): number {
    this.#sharpness = sharpness;
    let moved = 0;
    let worth = this.#reprice();
    for (const [source, members] of this.#bySource) {
      const paying = members.filter((index) => footprintPrice(this.#price, this.#chosen[index] as Column) > worth);
      if (paying.length === 0) continue;
      this.#paths.from(source, this.#price);
      let here = 0;
      for (const index of paying) if (this.#improve(index)) here += 1;
      if (here > 0) worth = this.#reprice();
      moved += here;
    }
    return moved;
  }

  #improve(index: number): boolean {
    const { target } = this.#problem.commodities[index] as Commodity;
    const now = this.#chosen[index] as Column;
    const stay = this.#stays[index];
    if (stay && now !== stay && this.#gains(now, stay, index)) return this.#take(index, now, stay);
    const arcs = this.#paths.pathTo(target);
    if (arcs === null) return false;
    const next = pathColumn(index, Int32Array.from(arcs));
    return this.#gains(now, next, index) && this.#take(index, now, next);
  }

  /** Whether the potential falls, taking the size of the commodity into account. */
  #gains(now: Column, next: Column, index: number): boolean {
    const { bps } = this.#problem.commodities[index] as Commodity;
    addFootprint(this.#loadBps, now, -bps);
    const old = this.#added(now, bps);
    const fresh = this.#added(next, bps);
    addFootprint(this.#loadBps, now, bps);
    return fresh < old;
  }

  #take(index: number, now: Column, next: Column): boolean {
    const { bps } = this.#problem.commodities[index] as Commodity;
    addFootprint(this.#loadBps, now, -bps);
    addFootprint(this.#loadBps, next, bps);
    this.#chosen[index] = next;
    return true;
  }

  /** What the potential grows by when the commodity is put there. */
  #added({ arcs, shares }: Column, bps: number): number {
    let sum = 0;
    for (let at = 0; at < arcs.length; at += 1) {
      const arc = arcs[at] as number;
      const has = this.#loadBps[arc] as number;
      const by = shares === null ? bps : bps * (shares[at] as number);
      sum += this.#potential(arc, has + by) - this.#potential(arc, has);
    }
    return sum;
  }

  #potential(arc: number, loadBps: number): number {
    const utilisation = loadBps / (this.#problem.graph.capacityBps[arc] as number);
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
    let dearest = 0;
    for (let arc = 0; arc < arcCount; arc += 1) {
      const slope = this.#potential(arc, this.#loadBps[arc] as number) / (capacityBps[arc] as number);
      if (alive[arc]) dearest = Math.max(dearest, slope);
      this.#price[arc] = open[arc] ? slope : Infinity;
    }
    return dearest * WORTH;
  }
}
