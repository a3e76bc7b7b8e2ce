import { type ArcPath, addPaths, nodeNumber } from '../twin/twin.ts';
import { cutBetween } from './cut.ts';
import { runnersUp } from './runners-up.ts';
import type { Placement, Problem, Rejected, Solution, Solver, Stuck } from './solver.ts';
import { WayFinder } from './way.ts';

/** Runners-up are searched for this many moves of a plan, the largest; the rest name the path that was left. */
const EXPLAINED_MOVES = 100;
/** Demands that found no way are tried again while others make room, this often at most. */
const MAX_PASSES = 3;
/** A part of a demand smaller than this is not worth a path of its own. */
const MIN_PART = 0.05;

/**
 * Finds a way round for one demand after another, the largest first: the cheapest path within the limits, else two
 * paths, else two paths for as much as fits. Decides on the board, so that each demand sees those before it.
 */
export const wayRound: Solver = {
  leave: (problem, demands) => new Run(problem, problem.condition.bad).leave(demands),
  relieve: (problem, arcs) => {
    const placements = new Map<number, Placement>();
    const stuck: Stuck[] = [];
    for (const arc of arcs) {
      const marked = new Uint8Array(problem.board.loadBps.length);
      marked[arc] = 1;
      const solution = new Run(problem, marked).relieve(arc);
      for (const placement of solution.placements) placements.set(placement.index, placement);
      stuck.push(...solution.stuck);
    }
    return { placements: [...placements.values()], stuck };
  },
};

interface Attempt {
  readonly index: number;
  readonly source: number;
  readonly target: number;
  readonly demandBps: number;
  readonly clean: readonly ArcPath[];
  readonly dirty: readonly ArcPath[];
  /** What is to be moved, bit/s and as a share of the demand. */
  readonly bps: number;
  readonly share: number;
}

interface Way {
  readonly arcs: number[];
  readonly bps: number;
}

class Run {
  readonly #problem: Problem;
  readonly #marked: Uint8Array;
  readonly #ways: WayFinder;
  #explained = 0;

  constructor(problem: Problem, marked: Uint8Array) {
    this.#problem = problem;
    this.#marked = marked;
    this.#ways = new WayFinder(problem, marked);
  }

  leave(demands: readonly number[]): Solution {
    const { board } = this.#problem;
    const placements = new Map<number, Placement>();
    let waiting = [...demands].sort((x, y) => board.bpsOf(y) - board.bpsOf(x) || x - y);
    for (let pass = 0; pass < MAX_PASSES && waiting.length > 0; pass += 1) {
      const before = waiting.length;
      waiting = waiting.filter((index) => !this.#place(index, placements));
      if (waiting.length === before) break;
    }
    const partly = waiting.filter((index) => this.#placePart(index, placements));
    const stuck = waiting.map((index) => this.#explainStuck(index, partly.includes(index)));
    return { placements: [...placements.values()], stuck };
  }

  relieve(arc: number): Solution {
    const { board, limits } = this.#problem;
    const capacityBps = board.twin.graph.capacityBps[arc] as number;
    const goalBps = Math.max(0, limits.utilisationLimit - limits.holdMargin) * capacityBps;
    const placements = new Map<number, Placement>();
    const failed: number[] = [];
    const candidates = new Set(board.crossing(this.#marked));
    while (candidates.size > 0) {
      const excessBps = (board.loadBps[arc] as number) - goalBps;
      if (excessBps <= capacityBps * 1e-9) break;
      const index = this.#bestRelief(candidates, excessBps);
      candidates.delete(index);
      if (!this.#place(index, placements, excessBps)) failed.push(index);
    }
    const enough = board.loadBps[arc] as number;
    const stuck =
      enough > limits.utilisationLimit * capacityBps * (1 + 1e-9) ? this.#stuckOn(failed, enough - goalBps) : [];
    return { placements: [...placements.values()], stuck };
  }

  /** The smallest demand that relieves the arc alone, else the largest: fewest moves. */
  #bestRelief(candidates: ReadonlySet<number>, excessBps: number): number {
    let best = -1;
    let bestBps = 0;
    for (const index of candidates) {
      const bps = this.#attempt(index).bps;
      const better = best < 0 || (bestBps < excessBps ? bps > bestBps : bps >= excessBps && bps < bestBps);
      if (better) [best, bestBps] = [index, bps];
    }
    return best;
  }

  #stuckOn(failed: readonly number[], excessBps: number): Stuck[] {
    let restBps = excessBps;
    const stuck: Stuck[] = [];
    for (const index of failed) {
      if (restBps <= 0) break;
      const one = this.#explainStuck(index, false);
      stuck.push({ ...one, bps: Math.min(one.bps, restBps) });
      restBps -= one.bps;
    }
    return stuck;
  }

  #attempt(index: number, atMostBps = Infinity): Attempt {
    const { board } = this.#problem;
    const { graph, demands } = board.twin;
    const demand = demands[index] as (typeof demands)[number];
    const paths = board.pathsOf(index);
    const isDirty = (path: ArcPath) => path.arcs.some((arc) => this.#marked[arc]);
    const crossing = paths.filter(isDirty);
    const crossingShare = sumShares(crossing);
    // A much larger demand than needed gives up only a part of itself.
    const wanted = demand.bps > 0 ? atMostBps / demand.bps : Infinity;
    const moving = wanted < crossingShare / 2 ? wanted / crossingShare : 1;
    const staying = moving < 1 ? crossing.map((path) => ({ ...path, share: path.share * (1 - moving) })) : [];
    const dirty = crossing.map((path) => ({ ...path, share: path.share * moving }));
    return {
      index,
      source: nodeNumber(graph, demand.source),
      target: nodeNumber(graph, demand.target),
      demandBps: demand.bps,
      clean: [...paths.filter((path) => !isDirty(path)), ...staying],
      dirty,
      bps: demand.bps * crossingShare * moving,
      share: crossingShare * moving,
    };
  }

  #place(index: number, placements: Map<number, Placement>, atMostBps?: number): boolean {
    const attempt = this.#attempt(index, atMostBps);
    if (attempt.dirty.length === 0) return true;
    const { ways, rejected } = this.#lifted(attempt, () => {
      const found = this.#single(attempt) ?? this.#split(attempt);
      return { ways: found, rejected: found ? this.#rejected(attempt, found) : [] };
    });
    if (!ways) return false;
    this.#settle(attempt, ways, rejected, placements);
    return true;
  }

  #placePart(index: number, placements: Map<number, Placement>): boolean {
    const attempt = this.#attempt(index);
    const { ways, rejected } = this.#lifted(attempt, () => {
      const found = this.#asMuchAsFits(attempt);
      return { ways: found, rejected: found.length > 0 ? this.#rejected(attempt, found) : [] };
    });
    if (sumBps(ways) < MIN_PART * attempt.bps || ways.length === 0) return false;
    this.#settle(attempt, ways, rejected, placements);
    return true;
  }

  /** Runs with the traffic that is to move taken off the loads. */
  #lifted<T>(attempt: Attempt, run: () => T): T {
    const { loadBps } = this.#problem.board;
    const saved = loadBps.slice();
    addPaths(loadBps, attempt.dirty, -attempt.demandBps);
    const result = run();
    loadBps.set(saved);
    return result;
  }

  #single(attempt: Attempt): Way[] | null {
    const arcs = this.#ways.cheapest(attempt.source, attempt.target, attempt.bps);
    return arcs && [{ arcs, bps: attempt.bps }];
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

  #withSecond(attempt: Attempt, first: Way): Way[] | null {
    const { loadBps } = this.#problem.board;
    const restBps = attempt.bps - first.bps;
    const paths = [{ share: 1, arcs: first.arcs }];
    addPaths(loadBps, paths, first.bps);
    const arcs = this.#ways.cheapest(attempt.source, attempt.target, restBps);
    addPaths(loadBps, paths, -first.bps);
    return arcs && [first, { arcs, bps: restBps }];
  }

  #asMuchAsFits(attempt: Attempt): Way[] {
    const { source, target, bps } = attempt;
    const first = this.#ways.widest(source, target);
    if (!first) return [];
    const firstWay = { arcs: first.arcs, bps: Math.min(first.bps, bps) };
    const { loadBps } = this.#problem.board;
    const paths = [{ share: 1, arcs: first.arcs }];
    addPaths(loadBps, paths, firstWay.bps);
    const second = this.#ways.widest(source, target);
    addPaths(loadBps, paths, -firstWay.bps);
    const restBps = Math.min(second?.bps ?? 0, bps - firstWay.bps);
    return second && restBps > MIN_PART * bps ? [firstWay, { arcs: second.arcs, bps: restBps }] : [firstWay];
  }

  #rejected(attempt: Attempt, ways: readonly Way[]): Rejected[] {
    this.#explained += 1;
    const { source, target, bps, dirty } = attempt;
    const taken = ways.map((way) => way.arcs);
    const searched = this.#explained <= EXPLAINED_MOVES;
    return runnersUp(this.#problem, { source, target, bps, taken, left: dirty }, searched);
  }

  #settle(
    attempt: Attempt,
    ways: readonly Way[],
    rejected: readonly Rejected[],
    placements: Map<number, Placement>,
  ): void {
    const { index, share, bps } = attempt;
    // A demand without traffic still gets its path, as a whole.
    const shareOf = (way: Way) => (bps > 0 ? (share * way.bps) / bps : share / ways.length);
    const movedShare = ways.reduce((sum, way) => sum + shareOf(way), 0);
    const leftShare = Math.max(0, share - movedShare);
    const rest =
      leftShare > 1e-9 ? attempt.dirty.map((path) => ({ ...path, share: (path.share * leftShare) / share })) : [];
    const fresh = ways.map((way) => ({ share: shareOf(way), arcs: way.arcs }));
    const to = mergePaths([...fresh, ...attempt.clean, ...rest]);
    this.#problem.board.route(index, to);
    placements.set(index, { index, to, taken: ways.map((way) => way.arcs), movedShare, leftShare, rejected });
  }

  #explainStuck(index: number, partly: boolean): Stuck {
    const attempt = this.#attempt(index);
    const { source, target, bps } = attempt;
    const usable = (arc: number) => this.#ways.usable(arc);
    const cut = this.#lifted(attempt, () => cutBetween(this.#problem, usable, source, target, bps));
    const what = partly ? 'the rest has no safe way' : 'no safe way';
    return { index, bps, cut, reason: `${what}: ${cut?.reason ?? 'it fits only over more than two paths'}` };
  }
}

function sumShares(paths: readonly ArcPath[]): number {
  return paths.reduce((sum, path) => sum + path.share, 0);
}

function sumBps(ways: readonly Way[]): number {
  return ways.reduce((sum, way) => sum + way.bps, 0);
}

/** Equal paths become one; shares are scaled to sum to 1 against rounding. */
export function mergePaths(paths: readonly ArcPath[]): ArcPath[] {
  const merged = new Map<string, ArcPath>();
  for (const path of paths) {
    const key = path.arcs.join(' ');
    merged.set(key, { arcs: path.arcs, share: (merged.get(key)?.share ?? 0) + path.share });
  }
  const total = sumShares([...merged.values()]);
  return [...merged.values()].map((path) => ({ ...path, share: path.share / total }));
}
