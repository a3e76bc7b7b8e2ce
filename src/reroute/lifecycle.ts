import type { ArcPath } from '../twin/arc-path.ts';
import { igpPaths, type Twin } from '../twin/twin.ts';
import { type Board, crosses, fits } from './board.ts';
import { overloadIsMeasured } from './causes.ts';
import { type Condition, qualityParts } from './condition.ts';
import { isComingAndGoing } from './keep-off.ts';
import { metricsOf } from './metrics/present.ts';
import type { PlanInput } from './plan.ts';
import type { Proposal } from './proposal.ts';
import type { Problem } from './solver.ts';
import { logged, type MoveBudget } from './stability/budget.ts';
import { gainInHops, returnPays } from './stability/gain.ts';

/** Begins the reason of a proposal that was closed because its cause ended. */
export const CAUSE_GONE = 'cause gone';

export interface Closing {
  readonly closed: readonly Proposal[];
  /** Open proposals that still stand, by id. */
  readonly standing: readonly Proposal[];
}

/** Demands (by index) whose tunnel belongs to the proposal. */
export function tunnelledBy(input: PlanInput, twin: Twin, proposalId: string): number[] {
  return input.tunnels
    .filter((tunnel) => tunnel.proposalId === proposalId)
    .map((tunnel) => twin.demandIndex.get(tunnel.demand) ?? -1)
    .filter((index) => index >= 0);
}

/** True when a tunnel or a metric of this proposal is in the network: a metric stays there when no demand follows it. */
export function isInNetwork(input: PlanInput, proposalId: string): boolean {
  return (
    input.tunnels.some((tunnel) => tunnel.proposalId === proposalId) ||
    input.open.some((proposal) => proposal.id === proposalId && metricsOf(proposal).size > 0)
  );
}

/** Closes what has no cause any more, for long enough, and whose traffic can go back without harm. */
export function closeWhatIsOver(problem: Problem, input: PlanInput, budget: MoveBudget): Closing {
  const closed: Proposal[] = [];
  const standing: Proposal[] = [];
  for (const proposal of [...input.open].sort((x, y) => (x.id < y.id ? -1 : 1))) {
    const goneSinceMs = causeGoneSinceMs(problem, input, proposal);
    const held = goneSinceMs !== null && input.atMs - goneSinceMs >= input.limits.holdMs;
    if (held && giveBack(problem, input, proposal, goneSinceMs, budget)) closed.push(closeProposal(proposal, input));
    else standing.push(proposal);
  }
  return { closed, standing };
}

export function closeProposal(proposal: Proposal, input: PlanInput, reason?: string): Proposal {
  const returned = isInNetwork(input, proposal.id);
  const text = `${reason ?? CAUSE_GONE}: ${returned ? 'traffic returned to the IGP' : 'nothing was applied'}`;
  return {
    ...proposal,
    status: returned ? 'rolled-back' : 'expired',
    updatedAtMs: input.atMs,
    closedAtMs: input.atMs,
    closedReason: text,
    moveLog: logged(
      returned || proposal.appliedAtMs !== null ? proposal.moveLog : [],
      input.atMs,
      tunnelCount(input, proposal.id),
    ),
  };
}

/** Demands that give up a way when the proposal's tunnels go. */
function tunnelCount(input: PlanInput, proposalId: string): number {
  return input.tunnels.filter((tunnel) => tunnel.proposalId === proposalId).length;
}

/** Since when the cause has been gone, ms; null while it stands or nothing is known. */
function causeGoneSinceMs(problem: Problem, input: PlanInput, proposal: Proposal): number | null {
  const since = proposal.cause.links.map((link) => linkGoneSinceMs(problem, input, proposal, link));
  return since.includes(null) ? null : Math.max(proposal.appliedAtMs ?? 0, ...(since as number[]));
}

function linkGoneSinceMs(problem: Problem, input: PlanInput, proposal: Proposal, link: string): number | null {
  const { twin } = problem.board;
  const state = twin.states.get(link);
  if (!state || state.state === 'stale') return null;
  if (state.state === 'down' || state.adminDown) {
    // The IGP has emptied the link. What is in the network stays until it is back; what is not, is moot.
    // One that comes and goes is back before long.
    return proposal.cause.kind === 'down' || isComingAndGoing(state) || isInNetwork(input, proposal.id)
      ? null
      : state.sinceMs;
  }
  if (proposal.cause.kind === 'down') return state.sinceMs;
  const arcs = problem.condition.bad.map((_bad, arc) => (twin.linkOf[arc] === link ? 1 : 0));
  const still =
    proposal.cause.kind === 'overload'
      ? stillOverloaded(problem, arcs)
      : state.state === 'unhealthy' || qualityParts(state, problem.limits.utilisationLimit).length > 0;
  return still ? null : state.sinceMs;
}

function stillOverloaded(problem: Problem, arcs: Uint8Array): boolean {
  const { twin } = problem.board;
  const { utilisationLimit } = problem.limits;
  return twin.graph.arcIds.some((id, arc) => {
    if (!arcs[arc]) return false;
    const full = (twin.loadBps[arc] as number) > utilisationLimit * (twin.graph.capacityBps[arc] as number);
    return full || overloadIsMeasured(twin.states.get(twin.linkOf[arc] as string), id, utilisationLimit);
  });
}

/** Takes the proposal's tunnels off the board; false, and nothing changed, when that would do harm or not pay. */
function giveBack(
  problem: Problem,
  input: PlanInput,
  proposal: Proposal,
  goneSinceMs: number,
  budget: MoveBudget,
): boolean {
  const { board, condition, limits } = problem;
  const demands = tunnelledBy(input, board.twin, proposal.id);
  const before = demands.map((index) => [index, board.pathsOf(index)] as const);
  const loadBps = board.loadBps.slice();
  for (const index of demands) board.release(index);
  // Back below the relief goal, not just the limit: else an overload would come and go with every plan.
  const limit = Math.max(0, limits.utilisationLimit - (proposal.cause.kind === 'overload' ? limits.holdMargin : 0));
  const harmless = demands.every((index) => isSafe(board, condition, igpPaths(board.twin, index), limit));
  const moveCostMs = input.limits.stability?.moveCostMs ?? 0;
  const pays = (): boolean =>
    moveCostMs === 0 || returnPays(gainInHops(board, { loadBps, paths: before }), input.atMs - goneSinceMs, moveCostMs);
  if (harmless && pays() && budget.takeReturn(tunnelCount(input, proposal.id))) return true;
  for (const index of demands) board.forget(index);
  return false;
}

/** Whether traffic may be led over these paths, which it is on already on this board. */
export function isSafe(board: Board, condition: Condition, paths: readonly ArcPath[], limit: number): boolean {
  return (
    !crosses(paths, condition.bad) &&
    !crosses(paths, condition.lasting) &&
    !crosses(paths, condition.shunned) &&
    paths.every((path) => path.arcs.every((arc) => fits(board, arc, 0, limit)))
  );
}
