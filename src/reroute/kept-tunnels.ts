import { type ArcPath, numberedPaths } from '../twin/arc-path.ts';
import { igpPaths } from '../twin/twin.ts';
import { crosses, fits } from './board.ts';
import type { Draft } from './draft.ts';
import { staying } from './keep-off.ts';
import { isSafe } from './lifecycle.ts';
import type { PlanInput } from './plan.ts';
import { isIntended, type Move, type Proposal } from './proposal.ts';
import type { Problem } from './solver.ts';
import { HOP_LATENCY_MS, latencyOf } from './stability/gain.ts';
import { writeMove } from './write-up.ts';

/** A tunnel that is longer than the way of the IGP by so many hops' worth of delay is not worth keeping. */
const MOST_HOPS_MORE = 5;

/**
 * What proposals whose moves are not all in the network yet have in it from an earlier revision, and no plan moves now, by
 * proposal: moves that leave the demand where it is. A revision without them would give their traffic back to the IGP
 * before its time, for nothing. What is let go instead is led by the IGP on the board from now on.
 */
export function keptTunnels(
  problem: Problem,
  input: PlanInput,
  standing: readonly Proposal[],
  drafts: readonly Draft[],
): ReadonlyMap<string, readonly Move[]> {
  const kept = new Map<string, Move[]>();
  // Routers that metrics lead have no tunnels: what follows a metric cannot be kept by itself.
  if (input.realisation === 'metrics') return kept;
  const { board } = problem;
  const waiting = new Map(standing.filter(isIntended).map((proposal) => [proposal.id, proposal]));
  const moved = new Set(drafts.flatMap(({ placements }) => placements.map(({ index }) => index)));
  for (const { demand, proposalId, paths } of input.tunnels) {
    const proposal = waiting.get(proposalId);
    const index = board.twin.demandIndex.get(demand);
    const own = numberedPaths(board.twin.graph, paths);
    // What a standing move leads elsewhere has been decided.
    if (!proposal || index === undefined || !own || moved.has(index) || board.decisions().has(index)) continue;
    if (mayBeKept(problem, proposal, index, own)) {
      const move = writeMove(problem, staying(index, board.presentPaths(index)));
      kept.set(proposalId, [...(kept.get(proposalId) ?? []), move]);
    } else board.release(index);
  }
  return kept;
}

/** A broken tunnel that a newer way was to replace is none; any other goes only where the IGP's way is well and much better. */
function mayBeKept({ board, condition, limits }: Problem, { cause }: Proposal, index: number, own: readonly ArcPath[]) {
  const { twin } = board;
  if (crosses(own, twin.closed)) return false;
  const igp = igpPaths(twin, index);
  const isFit = (arc: number): boolean =>
    !condition.bad[arc] && !twin.stale[arc] && fits(board, arc, 0, limits.utilisationLimit);
  const isWell = own.every(({ arcs }) => arcs.every(isFit));
  if (isWell && latencyOf(board, own) - latencyOf(board, igp) < MOST_HOPS_MORE * HOP_LATENCY_MS) return true;
  // Back onto the link that it left it goes by the rules of returns alone.
  if (igp.some(({ arcs }) => arcs.some((arc) => cause.links.includes(twin.linkOf[arc] as string)))) return true;
  board.release(index);
  const isBetter = igp.length > 0 && isSafe(board, condition, igp, limits.utilisationLimit);
  board.forget(index);
  return !isBetter;
}
