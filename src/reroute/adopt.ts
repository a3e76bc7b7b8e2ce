import { type ArcPath, numberedPaths } from '../twin/arc-path.ts';
import { crosses, fits } from './board.ts';
import { isIntended, type Move, type Proposal, type Tunnel } from './proposal.ts';
import type { Problem } from './solver.ts';
import { isSamePaths } from './tunnel.ts';

/** Demands of an open proposal whose move does not hold any more, by proposal id. */
export type Dropped = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Puts the moves of proposals that stand but are not in the network yet on the board, as far as they still hold:
 * their arcs may all take traffic, and fit with everything counted together. What does not hold is dropped. Of an
 * earlier revision a move may be in the network already, as one of `tunnels`, and its way be broken: it waits.
 */
export function adoptStanding(problem: Problem, standing: readonly Proposal[], tunnels: readonly Tunnel[]): Dropped {
  const dropped = new Map<string, Set<string>>();
  const adopted: { proposalId: string; demand: string; index: number; arcs: number[] }[] = [];
  const drop = (proposalId: string, demand: string): void => {
    dropped.set(proposalId, (dropped.get(proposalId) ?? new Set()).add(demand));
  };
  const inPlace = new Map(tunnels.map((tunnel) => [tunnel.demand, tunnel]));
  for (const proposal of standing.filter(isIntended)) {
    for (const move of proposal.moves) {
      if (isWaiting(problem, proposal.id, move, inPlace.get(move.demand))) continue;
      const index = problem.board.twin.demandIndex.get(move.demand);
      const paths = numberedPaths(problem.board.twin.graph, move.to);
      const fresh = paths && newArcs(problem, paths, index);
      const isOutdated = proposal.outdatedAtMs !== undefined && fresh !== null && fresh.length > 0;
      if (index === undefined || !paths || !fresh || isOutdated || !mayGo(problem, paths, fresh))
        drop(proposal.id, move.demand);
      else {
        problem.board.route(index, paths);
        adopted.push({ proposalId: proposal.id, demand: move.demand, index, arcs: fresh });
      }
    }
  }
  dropOverfull(problem, adopted, drop);
  return dropped;
}

/**
 * Whether a move's tunnel is in the network and broken: nothing moves, as routers lead its traffic until the way is back. Given
 * up, it would go back to the bad link as soon as that can be reached again.
 */
function isWaiting(
  { board: { twin } }: Problem,
  proposalId: string,
  { to }: Move,
  tunnel: Tunnel | undefined,
): boolean {
  if (tunnel?.proposalId !== proposalId || !isSamePaths(tunnel.paths, to)) return false;
  const own = numberedPaths(twin.graph, to);
  return own !== null && crosses(own, twin.closed);
}

/** Arcs that the paths would newly use, against where the demand goes now. */
function newArcs(problem: Problem, paths: readonly ArcPath[], index: number | undefined): number[] {
  const now = index === undefined ? [] : problem.board.pathsOf(index);
  const used = new Set(now.flatMap((path) => path.arcs));
  return [...new Set(paths.flatMap((path) => path.arcs))].filter((arc) => !used.has(arc));
}

function mayGo(problem: Problem, paths: readonly ArcPath[], fresh: readonly number[]): boolean {
  const { condition, board } = problem;
  const open = paths.every((path) => path.arcs.every((arc) => !board.twin.closed[arc]));
  return open && fresh.every((arc) => !condition.shunned[arc]);
}

function dropOverfull(
  problem: Problem,
  adopted: { proposalId: string; demand: string; index: number; arcs: number[] }[],
  drop: (proposalId: string, demand: string) => void,
): void {
  const { board, limits } = problem;
  // What goes back may fill an arc of another move, so look again until nothing is dropped.
  for (let rest = adopted; ; ) {
    const overfull = rest.filter((move) => move.arcs.some((arc) => !fits(board, arc, 0, limits.utilisationLimit)));
    if (overfull.length === 0) return;
    for (const move of overfull) {
      board.forget(move.index);
      drop(move.proposalId, move.demand);
    }
    rest = rest.filter((move) => !overfull.includes(move));
  }
}
