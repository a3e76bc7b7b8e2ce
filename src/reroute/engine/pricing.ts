import { ShortestPaths } from '../../twin/shortest-path.ts';
import { congestionSlope, priceOf } from './figures.ts';
import type { Master } from './master.ts';
import type { ArcPath, RerouteProblem } from './problem.ts';

/** A path that would improve the present solution. */
export interface PricedPath {
  readonly demand: number;
  readonly arcs: ArcPath;
  /** Price saved per solution step: (dearest path used - this path) x bps. */
  readonly gain: number;
}

/** Share of the price scale that ranks paths of equal price, so that new paths go where there is room. */
const TIE_BREAK = 1e-4;

/** Finds cheaper paths by Dijkstra on prices; one search serves all demands of a source. */
export class Pricing {
  readonly #problem: RerouteProblem;
  readonly #paths: ShortestPaths;
  /** Demands with a keepable path over an arc. */
  readonly #over: readonly number[][];

  constructor(problem: RerouteProblem) {
    this.#problem = problem;
    this.#paths = new ShortestPaths(problem.graph);
    const over: number[][] = Array.from({ length: problem.graph.arcCount }, () => []);
    problem.movable.forEach((demand, index) => {
      for (const path of demand.keepable) for (const arc of path.arcs) (over[arc] as number[]).push(index);
    });
    this.#over = over;
  }

  /**
   * Paths that are cheaper than the dearest one their demand uses, by more than `tolerance` (price per bit/s). Stops
   * after the source that brings their number to `enough`; an empty answer means that there is none at all.
   */
  cheaper(master: Master, price: Float64Array, loadBps: Float64Array, tolerance: number, enough: number): PricedPath[] {
    const cost = this.searchCost(price, loadBps);
    const found: PricedPath[] = [];
    for (const { source, members } of this.#dearBySource(master, price, tolerance)) {
      this.#paths.from(source, cost);
      for (const { demand, used } of members) this.#consider(demand, used, price, tolerance, found);
      if (found.length >= enough) break;
    }
    return found.sort((x, y) => y.gain - x.gain || x.demand - y.demand);
  }

  /** Sources whose demands pay most, with those demands. */
  #dearBySource(
    master: Master,
    price: Float64Array,
    tolerance: number,
  ): { source: number; members: { demand: number; used: number }[] }[] {
    const candidates = new Set<number>(master.activeDemands);
    price.forEach((value, arc) => {
      if (value > 0) for (const demand of this.#over[arc] as number[]) candidates.add(demand);
    });
    const groups = new Map<number, { source: number; paid: number; members: { demand: number; used: number }[] }>();
    for (const demand of candidates) {
      const used = master.dearestUsed(demand, price);
      if (used <= tolerance) continue;
      const { source, bps } = this.#problem.movable[demand] as { source: number; bps: number };
      const group = groups.get(source) ?? { source, paid: 0, members: [] };
      group.paid += used * bps;
      group.members.push({ demand, used });
      groups.set(source, group);
    }
    return [...groups.values()].sort((x, y) => y.paid - x.paid || x.source - y.source);
  }

  /** The path that fits best into the given loads by congestion cost; null where there is no way. */
  roomiest(demand: number, loadBps: Float64Array, allowed: Uint8Array): ArcPath | null {
    const { source, target } = this.#problem.movable[demand] as { source: number; target: number };
    const cost = this.searchCost(null, loadBps, allowed);
    this.#paths.from(source, cost, target);
    const arcs = this.#paths.pathTo(target);
    return arcs && arcs.length > 0 ? Int32Array.from(arcs) : null;
  }

  /** Price plus a small share of congestion; Infinity closes an arc. */
  searchCost(
    price: Float64Array | null,
    loadBps: Float64Array,
    allowed: Uint8Array = this.#problem.open,
  ): Float64Array {
    const { capacityBps, arcCount } = this.#problem.graph;
    const scale = price ? Math.max(...price) * TIE_BREAK : 1;
    const slopeScale = scale / 5000;
    const cost = new Float64Array(arcCount);
    for (let arc = 0; arc < arcCount; arc += 1) {
      const slope = congestionSlope((loadBps[arc] as number) / (capacityBps[arc] as number));
      cost[arc] = allowed[arc] ? (price?.[arc] ?? 0) + slopeScale * slope : Infinity;
    }
    return cost;
  }

  #consider(demand: number, used: number, price: Float64Array, tolerance: number, found: PricedPath[]): void {
    const { target, bps } = this.#problem.movable[demand] as { target: number; bps: number };
    const arcs = this.#paths.pathTo(target);
    if (!arcs || arcs.length === 0) return;
    const path = Int32Array.from(arcs);
    const saving = used - priceOf(price, path);
    if (saving > tolerance) found.push({ demand, arcs: path, gain: saving * bps });
  }
}
