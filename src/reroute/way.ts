import { fits, headroomBps } from './board.ts';
import { arcCost } from './cost.ts';
import type { Problem } from './solver.ts';

/** Searches for single ways under a problem's limits; keeps one scratch array, so one per solver run. */
export class WayFinder {
  readonly #problem: Problem;
  /** Arcs that may not be used besides the shunned ones. */
  readonly #avoid: Uint8Array;
  readonly #cost: Float64Array;

  constructor(problem: Problem, avoid: Uint8Array) {
    this.#problem = problem;
    this.#avoid = avoid;
    this.#cost = new Float64Array(avoid.length);
  }

  usable(arc: number): boolean {
    return !this.#problem.condition.shunned[arc] && !this.#avoid[arc];
  }

  /** The way of least cost on which every arc stays within the limit with `bps` more; null when there is none. */
  cheapest(source: number, target: number, bps: number): number[] | null {
    const { board, condition, limits } = this.#problem;
    const { graph, search } = board.twin;
    for (let arc = 0; arc < this.#cost.length; arc += 1) {
      const open = this.usable(arc) && fits(board, arc, bps, limits.utilisationLimit);
      this.#cost[arc] = open ? arcCost(graph, condition, board.loadBps, arc, bps) : Infinity;
    }
    search.from(source, this.#cost, target);
    return search.pathTo(target);
  }

  /** The way with the most room below the limit and that room, bit/s; null when none has any. */
  widest(source: number, target: number): { arcs: number[]; bps: number } | null {
    const rooms = [...this.#rooms()].filter((bps) => bps > 0).sort((x, y) => x - y);
    let low = 0;
    let high = rooms.length - 1;
    let best: { arcs: number[]; bps: number } | null = null;
    // The room of the widest way is the room of one of its arcs: bisect over those.
    while (low <= high) {
      const middle = (low + high) >> 1;
      const bps = rooms[middle] as number;
      const arcs = this.cheapest(source, target, bps);
      if (arcs) {
        best = { arcs, bps };
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return best;
  }

  #rooms(): Set<number> {
    const { board, limits } = this.#problem;
    const rooms = new Set<number>();
    for (let arc = 0; arc < this.#cost.length; arc += 1) {
      if (this.usable(arc)) rooms.add(headroomBps(board, arc, limits.utilisationLimit));
    }
    return rooms;
  }
}
