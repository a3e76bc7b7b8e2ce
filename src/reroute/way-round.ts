import { addPaths, mergePaths } from '../twin/arc-path.ts';
import { type Attempt, attemptOf } from './attempt.ts';
import { cutBetween } from './cut.ts';
import { runnersUp } from './runners-up.ts';
import type { Placement, Problem, Rejected, Solution, Solver, Stuck } from './solver.ts';
import { WayFinder } from './way.ts';
import { MIN_PART, sumBps, type Way, WayChoice } from './way-choice.ts';

/** Runners-up are searched for this many moves of a plan, the largest; the rest name the path that was left. */
const EXPLAINED_MOVES = 100;
/** Demands that found no way are tried again while others make room, this often at most. */
const MAX_PASSES = 3;

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

class Run {
  readonly #problem: Problem;
  readonly #marked: Uint8Array;
  readonly #ways: WayFinder;
  readonly #choice: WayChoice;
  #explained = 0;

  constructor(problem: Problem, marked: Uint8Array) {
    this.#problem = problem;
    this.#marked = marked;
    this.#ways = new WayFinder(problem, marked);
    this.#choice = new WayChoice(problem.board, this.#ways);
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
      const bps = attemptOf(this.#problem.board, this.#marked, index).bps;
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

  #place(index: number, placements: Map<number, Placement>, atMostBps?: number): boolean {
    const attempt = attemptOf(this.#problem.board, this.#marked, index, atMostBps);
    if (attempt.dirty.length === 0) return true;
    const { ways, rejected } = this.#lifted(attempt, () => {
      const found = this.#choice.all(attempt);
      return { ways: found, rejected: found ? this.#rejected(attempt, found) : [] };
    });
    if (!ways) return false;
    this.#settle(attempt, ways, rejected, placements);
    return true;
  }

  #placePart(index: number, placements: Map<number, Placement>): boolean {
    const attempt = attemptOf(this.#problem.board, this.#marked, index);
    const { ways, rejected } = this.#lifted(attempt, () => {
      const found = this.#choice.asMuchAsFits(attempt);
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
    const attempt = attemptOf(this.#problem.board, this.#marked, index);
    const { source, target, bps } = attempt;
    const usable = (arc: number) => this.#ways.usable(arc);
    const cut = this.#lifted(attempt, () => cutBetween(this.#problem, usable, source, target, bps));
    const what = partly ? 'the rest has no safe way' : 'no safe way';
    return { index, bps, cut, reason: `${what}: ${cut?.reason ?? 'it fits only over more than two paths'}` };
  }
}
