import type { ArcPath } from '../../twin/arc-path.ts';
import { type Board, fits } from '../board.ts';
import type { Draft } from '../draft.ts';
import type { Placement, Problem } from '../solver.ts';
import type { MoveBudget } from './budget.ts';

/** How the reason of what may not move yet begins. */
export const OVER_BUDGET = 'budget';

/** Lowest loss that traffic on a bad arc is taken to suffer, where none is measured. */
const LEAST_LOSS_RATIO = 0.001;
/** Measured loss from which traffic cannot wait for the next hour: one TCP flow then gets some 3 Mb/s over 50 ms (RFC 5348, 3.1). */
const URGENT_LOSS_RATIO = 0.01;

interface Candidate {
  readonly draft: Draft;
  readonly placement: Placement;
  /** bit/s that the move is taken to save. */
  readonly value: number;
  /** Counts, but does not ask: what is lost now is not to wait because of moves that were made half an hour ago. */
  readonly isUrgent: boolean;
}

/**
 * Keeps moves of traffic that is being lost, and the most valuable others that the budget allows; the rest goes back to where `before` says and is named as
 * staying. A move that needs the room which another one no longer makes stays too.
 */
export function rationMoves(
  problem: Problem,
  drafts: readonly Draft[],
  before: ReadonlyMap<number, readonly ArcPath[]>,
  budget: MoveBudget,
): void {
  const candidates = drafts.flatMap((draft) =>
    draft.placements.map((placement) => candidateOf(problem, draft, placement)),
  );
  const urgent = candidates.filter(({ isUrgent }) => isUrgent);
  const most = Math.max(budget.left, urgent.length);
  if (candidates.length <= most) {
    budget.take(candidates.length);
    return;
  }
  candidates.sort(
    (x, y) => Number(y.isUrgent) - Number(x.isUrgent) || y.value - x.value || x.placement.index - y.placement.index,
  );
  let kept = candidates.slice(0, most);
  for (const candidate of candidates.slice(most)) stay(problem, before, candidate);
  for (;;) {
    const overfull = kept.filter(({ placement }) => !holds(problem, placement));
    if (overfull.length === 0) break;
    for (const candidate of overfull) stay(problem, before, candidate);
    kept = kept.filter((candidate) => !overfull.includes(candidate));
  }
  budget.take(kept.length);
}

function candidateOf({ board, condition, limits }: Problem, draft: Draft, placement: Placement): Candidate {
  const { twin } = board;
  const { index, movedShare } = placement;
  const arcs = board.presentPaths(index).flatMap((path) => path.arcs);
  const worst = (weigh: (arc: number) => number): number => arcs.reduce((most, arc) => Math.max(most, weigh(arc)), 0);
  const isUnhealthy = draft.known.cause.kind === 'unhealthy';
  const weight = isUnhealthy
    ? worst((arc) =>
        condition.bad[arc] || condition.lasting[arc] ? Math.max(LEAST_LOSS_RATIO, lossOf(board, arc)) : 0,
      )
    : worst((arc) => 1 - limits.utilisationLimit / ((twin.loadBps[arc] ?? 0) / (twin.graph.capacityBps[arc] ?? 1)));
  const value = board.bpsOf(index) * movedShare * weight;
  return { draft, placement, value, isUrgent: isUnhealthy && weight >= URGENT_LOSS_RATIO };
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
  board.revert(index, before);
  draft.placements.splice(draft.placements.indexOf(placement), 1);
  const reason = `${OVER_BUDGET}: no more moves this hour, others save more`;
  draft.stuck.push({ index, bps: board.bpsOf(index) * movedShare, reason, cut: null });
}

function holds({ board, limits }: Problem, { taken }: Placement): boolean {
  return taken.every((arcs) => arcs.every((arc) => fits(board, arc, 0, limits.utilisationLimit)));
}
