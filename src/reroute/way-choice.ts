import { addPaths } from '../twin/arc-path.ts';
import type { Attempt } from './attempt.ts';
import type { Board } from './board.ts';
import type { WayFinder } from './way.ts';

/** A part of a demand smaller than this is not worth a path of its own. */
export const MIN_PART = 0.05;

/** A path and what of the demand it takes, bit/s. */
export interface Way {
  readonly arcs: number[];
  readonly bps: number;
}

/** Chooses one or two ways for a demand, by loads on which what is to move does not count. */
export class WayChoice {
  readonly #board: Board;
  readonly #ways: WayFinder;

  constructor(board: Board, ways: WayFinder) {
    this.#board = board;
    this.#ways = ways;
  }

  /** Ways for all of it: the cheapest one with room, else two; null where it does not fit. */
  all(attempt: Attempt): Way[] | null {
    return this.#single(attempt) ?? this.#split(attempt);
  }

  /** Ways for what fits, the widest first. */
  asMuchAsFits({ source, target, bps }: Attempt): Way[] {
    const first = this.#ways.widest(source, target);
    if (!first) return [];
    const firstWay = { arcs: first.arcs, bps: Math.min(first.bps, bps) };
    const second = this.#beside(firstWay, () => this.#ways.widest(source, target));
    const restBps = Math.min(second?.bps ?? 0, bps - firstWay.bps);
    return second && restBps > MIN_PART * bps ? [firstWay, { arcs: second.arcs, bps: restBps }] : [firstWay];
  }

  #single({ source, target, bps }: Attempt): Way[] | null {
    const arcs = this.#ways.cheapest(source, target, bps);
    return arcs && [{ arcs, bps }];
  }

  #split(attempt: Attempt): Way[] | null {
    const { source, target, bps } = attempt;
    const half = this.#ways.cheapest(source, target, bps / 2);
    if (half) {
      const ways = this.#withSecond(attempt, { arcs: half, bps: bps / 2 });
      if (ways) return ways;
    }
    const widest = this.#ways.widest(source, target);
    return widest && widest.bps < bps ? this.#withSecond(attempt, widest) : null;
  }

  #withSecond({ source, target, bps }: Attempt, first: Way): Way[] | null {
    const restBps = bps - first.bps;
    const arcs = this.#beside(first, () => this.#ways.cheapest(source, target, restBps));
    return arcs && [first, { arcs, bps: restBps }];
  }

  /** Runs with the traffic of a way on its arcs. */
  #beside<T>(way: Way, run: () => T): T {
    const { loadBps } = this.#board;
    const paths = [{ share: 1, arcs: way.arcs }];
    addPaths(loadBps, paths, way.bps);
    const result = run();
    addPaths(loadBps, paths, -way.bps);
    return result;
  }
}

export function sumBps(ways: readonly Way[]): number {
  return ways.reduce((sum, way) => sum + way.bps, 0);
}
