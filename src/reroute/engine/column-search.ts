import { ShortestPaths } from '../../twin/shortest-path.ts';
import { pathColumn } from './columns.ts';
import { type Column, type Commodity, type FlowProblem, footprintPrice } from './flow.ts';
import type { FlowSimplex } from './simplex.ts';
import { walkArcs, walkPrice } from './walk.ts';

/** How far prices are blended with congestion, round by round; the last value holds for all further rounds. */
const BLENDS = [0.5, 0.1, 0.01, 1e-4] as const;
/** How sharply congestion rises towards the highest utilisation. */
const SHARPNESS = 12;
/** Savings below this part of the price scale are not worth a pivot. */
export const WORTH = 1e-7;

export interface SearchLimits {
  readonly maxRounds: number;
  readonly maxPivots: number;
  /** Saving per unit of load that is worth a pivot. */
  readonly worth: (priceScale: number) => number;
  /** Ends the search when it holds; asked after each round. */
  readonly goodEnough: (simplex: FlowSimplex, round: number) => boolean;
}

/** Offers the simplex cheaper ways, source by source, until there are none (column generation by Dijkstra). */
export class ColumnSearch {
  readonly #problem: FlowProblem;
  readonly #paths: ShortestPaths;
  readonly #bySource: ReadonlyMap<number, readonly number[]>;
  readonly #cost: Float64Array;
  readonly #congestion: Float64Array;
  readonly #stays: readonly (Column | null)[];
  /** Commodities that may take these columns only. */
  readonly #closed: ReadonlyMap<number, readonly Column[]>;

  constructor(
    problem: FlowProblem,
    bySource: ReadonlyMap<number, readonly number[]>,
    stays: readonly (Column | null)[],
    closed: ReadonlyMap<number, readonly Column[]> = new Map(),
  ) {
    this.#closed = closed;
    this.#problem = problem;
    this.#stays = stays;
    this.#paths = new ShortestPaths(problem.graph);
    this.#bySource = bySource;
    this.#cost = new Float64Array(problem.graph.arcCount);
    this.#congestion = new Float64Array(problem.graph.arcCount);
  }

  /** True when no cheaper way is left; false when a limit ended the search. */
  run(simplex: FlowSimplex, limits: SearchLimits): boolean {
    for (let round = 0; round < limits.maxRounds; round += 1) {
      const entered = this.#round(simplex, BLENDS[Math.min(round, BLENDS.length - 1)] as number, limits);
      if (simplex.broken || simplex.pivots >= limits.maxPivots) return false;
      if (entered === 0 && round >= BLENDS.length - 1) return true;
      if (limits.goodEnough(simplex, round)) return true;
    }
    return false;
  }

  #round(simplex: FlowSimplex, blend: number, limits: SearchLimits): number {
    let entered = 0;
    for (const source of this.#bySource.keys()) {
      if (simplex.pivots >= limits.maxPivots || !simplex.refresh()) break;
      entered += this.#serve(source, simplex, blend, limits.worth(simplex.priceScale));
    }
    return entered;
  }

  #serve(source: number, simplex: FlowSimplex, blend: number, worth: number): number {
    const members = (this.#bySource.get(source) as readonly number[]).filter((index) => simplex.paid(index) > worth);
    if (members.length === 0) return 0;
    this.#blend(simplex, blend);
    this.#paths.from(source, this.#cost);
    let entered = 0;
    for (const index of members) {
      if (simplex.broken) break;
      if (this.#offer(simplex, index, worth)) entered += 1;
    }
    return entered;
  }

  #offer(simplex: FlowSimplex, index: number, worth: number): boolean {
    simplex.refresh();
    const paid = simplex.paid(index) - worth;
    if (paid <= 0) return false;
    const closed = this.#closed.get(index);
    if (closed) return cheapest(simplex, closed, paid);
    const stay = this.#stays[index] ?? null;
    const { target } = this.#problem.commodities[index] as Commodity;
    const stayPrice = stay ? footprintPrice(simplex.price, stay) + stay.cost : Infinity;
    const pathPrice = walkPrice(this.#paths, target, simplex.price);
    if (stay && stayPrice <= pathPrice) return stayPrice < paid && simplex.enter(stay);
    if (pathPrice >= paid) return false;
    return simplex.enter(pathColumn(index, walkArcs(this.#paths, target)));
  }

  /** Price of load per arc, blended with congestion of the same total; Infinity closes an arc. */
  #blend(simplex: FlowSimplex, blend: number): void {
    const { load, capacity } = simplex.state;
    const { open } = this.#problem;
    const congestion = this.#congestion;
    let highest = 0;
    for (let arc = 0; arc < load.length; arc += 1) {
      if (open[arc]) highest = Math.max(highest, (load[arc] as number) / (capacity[arc] as number));
    }
    let priced = 0;
    let congested = 0;
    for (let arc = 0; arc < load.length; arc += 1) {
      if (!open[arc]) continue;
      const utilisation = (load[arc] as number) / (capacity[arc] as number);
      const pressure = Math.exp(SHARPNESS * (utilisation / (highest || 1) - 1));
      congestion[arc] = pressure / (capacity[arc] as number);
      congested += pressure;
      priced += Math.max(0, simplex.price[arc] as number) * (capacity[arc] as number);
    }
    const scale = blend * (congested > 0 ? (priced || 1) / congested : 1);
    // A price that rounding or a row still to be released leaves below 0 would send the search in circles.
    for (let arc = 0; arc < load.length; arc += 1) {
      this.#cost[arc] = open[arc]
        ? Math.max(0, simplex.price[arc] as number) + scale * (congestion[arc] as number)
        : Infinity;
    }
  }
}

function cheapest(simplex: FlowSimplex, columns: readonly Column[], paid: number): boolean {
  let best: Column | null = null;
  let least = paid;
  for (const column of columns) {
    const price = footprintPrice(simplex.price, column) + column.cost;
    if (price >= least) continue;
    best = column;
    least = price;
  }
  return best !== null && simplex.enter(best);
}

/** Commodities of each source, the largest first. */
export function groupBySource({ commodities }: FlowProblem): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  commodities.forEach(({ source }, index) => {
    const list = groups.get(source);
    if (list) list.push(index);
    else groups.set(source, [index]);
  });
  const bps = (index: number): number => (commodities[index] as Commodity).bps;
  for (const list of groups.values()) list.sort((x, y) => bps(y) - bps(x) || x - y);
  return groups;
}
