import { type ArcPath, addPaths, mergePaths } from '../twin/arc-path.ts';
import { nodeNumber } from '../twin/twin.ts';
import { type Board, crosses, fits } from './board.ts';
import { solve } from './engine/solve.ts';
import { easyMluOf, liveScenario } from './live-scenario.ts';
import { proofOf } from './proof.ts';
import { runnersUp } from './runners-up.ts';
import type { Placement, Problem, Rejected, Solution, Solver } from './solver.ts';
import { wayRound } from './way-round.ts';

/** Runners-up are searched for this many moves of a plan, the largest; the rest name the path that was left. */
const EXPLAINED_MOVES = 100;
const SAME_SHARE = 1e-9;

/**
 * Moves all demands concerned together, by the reroute engine: least overload, then lowest highest utilisation, then
 * least congestion, then fewest moves. What it cannot place without filling a new arc above its limit is left to the
 * way round, which moves what fits and names the cut that holds the rest.
 */
export const optimal: Solver = {
  leave: (problem, demands) => {
    const { bad } = problem.condition;
    const solution = together(problem, demands, { avoided: bad, relieved: [] });
    const rest = demands.filter((index) => crosses(problem.board.pathsOf(index), bad));
    return rest.length === 0 ? solution : joined(solution, wayRound.leave(problem, rest));
  },
  relieve: (problem, arcs) => {
    const { board } = problem;
    const marked = marks(board, arcs);
    const solution = together(problem, board.crossing(marked), { avoided: marks(board, []), relieved: arcs });
    const rest = arcs.filter((arc) => !fits(board, arc, 0, problem.limits.utilisationLimit));
    return rest.length === 0 ? solution : joined(solution, wayRound.relieve(problem, rest));
  },
};

interface Task {
  readonly avoided: Uint8Array;
  readonly relieved: readonly number[];
}

/** The engine's moves for these demands, on the board; none where they would fill a new arc above its limit. */
function together(problem: Problem, demands: readonly number[], task: Task): Solution {
  const { board } = problem;
  const scenario = liveScenario(problem, connected(problem, demands), task);
  if (scenario.affected.length === 0) return { placements: [], stuck: [] };
  const { flows, optimum } = solve(scenario);
  const loadBefore = board.loadBps.slice();
  const decided = board.decisions();
  const before = new Map(flows.map(({ demand }) => [demand, board.pathsOf(demand)]));
  for (const { demand, to } of flows) board.route(demand, mergePaths(to));
  if (!gainsFit(problem, loadBefore)) {
    for (const demand of before.keys()) board.revert(demand, decided);
    return { placements: [], stuck: [] };
  }
  const marked = task.avoided.map((bad, arc) => (bad || task.relieved.includes(arc) ? 1 : 0));
  const largest = flows.map(({ demand }) => demand).sort((x, y) => board.bpsOf(y) - board.bpsOf(x) || x - y);
  return {
    placements: largest.map((demand, rank) =>
      placed(problem, demand, before.get(demand) ?? [], marked, rank < EXPLAINED_MOVES),
    ),
    stuck: [],
    proof: proofOf(problem, scenario, optimum, easyMluOf(problem, task.relieved)),
  };
}

/** Demands that some way leads to their target over arcs that may take them; the others are not the engine's. */
function connected({ board, condition }: Problem, demands: readonly number[]): number[] {
  const { graph, closed, search } = board.twin;
  const cost = graph.metric.map((_metric, arc) =>
    closed[arc] || condition.shunned[arc] || condition.bad[arc] ? Infinity : 1,
  );
  const reached = new Map<number, Float64Array>();
  return demands.filter((index) => {
    const demand = board.twin.demands[index] as { source: string; target: string };
    const source = nodeNumber(graph, demand.source);
    if (!reached.has(source)) {
      search.from(source, cost);
      reached.set(source, search.distance.slice());
    }
    return (reached.get(source)?.[nodeNumber(graph, demand.target)] ?? Infinity) < Infinity;
  });
}

/** True when no arc that got more load ends above its limit: not a new one, and not one that was full already. */
function gainsFit({ board, limits }: Problem, loadBefore: Float64Array): boolean {
  return board.loadBps.every((load, arc) => {
    const capacity = board.twin.graph.capacityBps[arc] as number;
    return load <= (loadBefore[arc] as number) + SAME_SHARE * capacity || fits(board, arc, 0, limits.utilisationLimit);
  });
}

/** The move as the planner takes it, with the paths that lost to it. */
function placed(
  problem: Problem,
  index: number,
  before: readonly ArcPath[],
  marked: Uint8Array,
  isSearched: boolean,
): Placement {
  const to = problem.board.pathsOf(index);
  const had = new Map(before.map((path) => [path.arcs.join(' '), path.share]));
  const gains = to.map((path) => ({ arcs: path.arcs, share: path.share - (had.get(path.arcs.join(' ')) ?? 0) }));
  const taken = gains.filter(({ share }) => share > SAME_SHARE);
  const onMarked = to.filter((path) => path.arcs.some((arc) => marked[arc]));
  return {
    index,
    to,
    taken: taken.map(({ arcs }) => arcs),
    movedShare: taken.reduce((sum, { share }) => sum + share, 0),
    leftShare: onMarked.reduce((sum, { share }) => sum + share, 0),
    rejected: rejectedBy(problem, index, { before, taken, marked }, isSearched),
  };
}

interface Choice {
  readonly before: readonly ArcPath[];
  readonly taken: readonly ArcPath[];
  /** 1 for each arc that traffic should leave. */
  readonly marked: Uint8Array;
}

/** Judged as it was before the choice: with the moved traffic on no path at all. What crosses a marked arc first. */
function rejectedBy(
  problem: Problem,
  index: number,
  { before, taken, marked }: Choice,
  isSearched: boolean,
): readonly Rejected[] {
  const { board } = problem;
  const { graph, demands } = board.twin;
  const demand = demands[index] as (typeof demands)[number];
  const kept = new Map(board.pathsOf(index).map((path) => [path.arcs.join(' '), path.share]));
  const fallen = before.filter((path) => (kept.get(path.arcs.join(' ')) ?? 0) < path.share - SAME_SHARE);
  const rank = (path: ArcPath): number => (path.arcs.some((arc) => marked[arc]) ? 0 : 1);
  const left = fallen.toSorted((x, y) => rank(x) - rank(y));
  const bps = demand.bps * taken.reduce((sum, { share }) => sum + share, 0);
  const contest = {
    source: nodeNumber(graph, demand.source),
    target: nodeNumber(graph, demand.target),
    bps,
    taken: taken.map(({ arcs }) => arcs),
    left,
  };
  addPaths(board.loadBps, taken, -demand.bps);
  const rejected = runnersUp(problem, contest, isSearched);
  addPaths(board.loadBps, taken, demand.bps);
  return rejected;
}

function marks(board: Board, arcs: readonly number[]): Uint8Array {
  const marked = new Uint8Array(board.loadBps.length);
  for (const arc of arcs) marked[arc] = 1;
  return marked;
}

/** Both; a demand that was moved twice counts as it ended. */
function joined(first: Solution, second: Solution): Solution {
  const again = new Set(second.placements.map(({ index }) => index));
  return {
    ...(first.proof ? { proof: first.proof } : {}),
    placements: [...first.placements.filter(({ index }) => !again.has(index)), ...second.placements],
    stuck: [...first.stuck, ...second.stuck],
  };
}
