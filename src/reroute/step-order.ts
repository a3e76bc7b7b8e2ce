import { type ArcPath, numberedPaths } from '../twin/arc-path.ts';
import { nodeNumber } from '../twin/twin.ts';
import { crosses } from './board.ts';
import { describeDeadlock, type OrderMove, orderMoves } from './engine/order/index.ts';
import type { Move, Proposal } from './proposal.ts';
import type { Problem } from './solver.ts';

type Steps = Required<Pick<Proposal, 'steps' | 'orderDeadlock'>>;

/**
 * The proposal with the steps in which its moves can be made one after another from the network as it is now,
 * make-before-break: no arc is fuller on the way than its limit, or than before or after. What cannot be ordered so is
 * the deadlock.
 */
export function withSteps(problem: Problem, proposal: Proposal): Proposal & Steps {
  const { board, condition, limits } = problem;
  const { graph, closed, loadBps, demandIndex } = board.twin;
  const { steps, deadlock } = orderMoves({
    graph,
    limit: new Float64Array(graph.arcCount).fill(limits.utilisationLimit),
    open: closed.map((isClosed, arc) => (isClosed || condition.shunned[arc] ? 0 : 1)),
    startBps: loadBps,
    moves: proposal.moves.map((move) => orderMove(problem, move, demandIndex.get(move.demand))),
  });
  const ids = proposal.moves.map(({ demand }) => demand);
  return {
    ...proposal,
    steps: steps.map((step) => step.map((move) => ids[move] as string)),
    orderDeadlock: deadlock && describeDeadlock(graph, ids, deadlock),
  };
}

/** A demand that is not there any more moves nothing, and neither does one on a tunnel that is broken. */
function orderMove({ board }: Problem, { source, target, to }: Move, index: number | undefined): OrderMove {
  const { graph, closed } = board.twin;
  const own = numberedPaths(graph, to);
  const from: readonly ArcPath[] = index === undefined ? [] : board.presentPaths(index);
  return {
    source: nodeNumber(graph, source),
    target: nodeNumber(graph, target),
    bps: index === undefined ? 0 : board.bpsOf(index),
    from,
    to: own && !crosses(own, closed) ? own : from,
  };
}
