import type { ArcPath } from '../../twin/arc-path.ts';
import { type Board, fits } from '../board.ts';
import type { Draft } from '../draft.ts';
import type { Placement, Problem } from '../solver.ts';
import type { MoveBudget } from './budget.ts';

/** Lowest loss that traffic on a bad arc is taken to suffer, where none is measured. */
const LEAST_LOSS_RATIO = 0.001;

interface Candidate {
  readonly draft: Draft;
  readonly placement: Placement;
  /** bit/s that the move is taken to save. */
  readonly value: number;
}

/**
 * Keeps the most valuable moves that the budget allows; the others go back to where `before` says and are named as
 * staying. A move that needs the room which another one no longer makes stays too.
 */
export function rationMoves(
  problem: Problem,
  drafts: readonly Draft[],
  before: ReadonlyMap<number, readonly ArcPath[]>,
  budget: MoveBudget,
): void {
  const candidates = drafts.flatMap((draft) =>
    draft.placements.map((placement) => ({ draft, placement, value: worthOf(problem, draft, placement) })),
  );
  if (candidates.length <= budget.left) {
    budget.take(candidates.length);
    return;
  }
  candidates.sort((x, y) => y.value - x.value || x.placement.index - y.placement.index);
  let kept = candidates.slice(0, budget.left);
  for (const candidate of candidates.slice(budget.left)) stay(problem, before, candidate);
  for (;;) {
    const overfull = kept.filter(({ placement }) => !holds(problem, placement));
    if (overfull.length === 0) break;
    for (const candidate of overfull) stay(problem, before, candidate);
    kept = kept.filter((candidate) => !overfull.includes(candidate));
  }
  budget.take(kept.length);
}

function worthOf({ board, condition, limits }: Problem, draft: Draft, { index, movedShare }: Placement): number {
  const { twin } = board;
  const paths = board.presentPaths(index);
  const arcs = paths.flatMap((path) => path.arcs);
  const worst = (weigh: (arc: number) => number): number => arcs.reduce((most, arc) => Math.max(most, weigh(arc)), 0);
  const weight =
    draft.known.cause.kind === 'unhealthy'
      ? worst((arc) => (condition.bad[arc] ? Math.max(LEAST_LOSS_RATIO, lossOf(board, arc)) : 0))
      : worst((arc) => 1 - limits.utilisationLimit / ((twin.loadBps[arc] ?? 0) / (twin.graph.capacityBps[arc] ?? 1)));
  return board.bpsOf(index) * movedShare * weight;
}

function lossOf({ twin }: Board, arc: number): number {
  const direction = (twin.graph.arcIds[arc] as string).endsWith(':az') ? 'az' : 'za';
  return twin.states.get(twin.linkOf[arc] as string)?.arcs[direction].lossRatio ?? 0;
}

function stay(
  { board }: Problem,
  before: ReadonlyMap<number, readonly ArcPath[]>,
  { draft, placement }: Candidate,
): void {
  const { index, movedShare } = placement;
  board.route(index, before.get(index) ?? board.presentPaths(index));
  draft.placements.splice(draft.placements.indexOf(placement), 1);
  const reason = 'budget: no more moves this hour, others save more';
  draft.stuck.push({ index, bps: board.bpsOf(index) * movedShare, reason, cut: null });
}

function holds({ board, limits }: Problem, { taken }: Placement): boolean {
  return taken.every((arcs) => arcs.every((arc) => fits(board, arc, 0, limits.utilisationLimit)));
}
