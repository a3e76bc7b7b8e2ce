import type { NetworkIndex } from '../../topology/model.ts';
import { formatBps, formatDuration, formatRatio } from '../core/units.ts';
import type { LinkState } from '../health/link-state.ts';
import { type ArcPath, namedPaths } from '../twin/arc-path.ts';
import { headroomBps } from './board.ts';
import { partsOf } from './causes.ts';
import { pathLatencyMs } from './cost.ts';
import { cutsOf, type Draft } from './draft.ts';
import type { Cut, Move, Proposal } from './proposal.ts';
import type { Placement, Problem } from './solver.ts';
import { OVER_BUDGET } from './stability/ration.ts';

/** The part of a proposal that a plan finds out; the rest is its life. */
export type Finding = Pick<
  Proposal,
  'id' | 'kind' | 'cause' | 'links' | 'moves' | 'cuts' | 'why' | 'expectedSavingBps'
>;

/** Writes a draft up, once all moves of the plan are on the board: headroom counts every one of them. */
export function writeUp(network: NetworkIndex, problem: Problem, draft: Draft): Finding {
  const { twin } = problem.board;
  const moves = draft.placements.map((placement) => writeMove(problem, placement));
  const stayed = [
    ...draft.stuck.map(({ index, bps, reason }) => ({ demand: twin.demands[index]?.id ?? '', bps, reason })),
    ...draft.lost.map((index) => ({
      demand: twin.demands[index]?.id ?? '',
      bps: twin.demands[index]?.bps ?? 0,
      reason: 'no way is left: the network is in pieces',
    })),
  ];
  const cuts = cutsOf(twin, draft);
  const finding = {
    id: draft.known.id,
    kind: moves.length > 0 ? ('reroute' as const) : ('no-safe-alternative' as const),
    cause: draft.known.cause,
    links: [...draft.known.links],
    moves,
    cuts,
    expectedSavingBps: expectedSaving(problem, draft),
  };
  const why = { parts: partsOf(network, twin, draft.known.links), stayed };
  return { ...finding, why: { summary: summarise(problem, draft, moves, cuts), ...why } };
}

/** A placement as people and stores have it. */
export function writeMove(problem: Problem, placement: Placement): Move {
  const { board } = problem;
  const { graph, demands } = board.twin;
  const demand = demands[placement.index] as (typeof demands)[number];
  const from = board.presentPaths(placement.index);
  return {
    demand: demand.id,
    source: demand.source,
    target: demand.target,
    bps: demand.bps,
    from: namedPaths(graph, from),
    to: namedPaths(graph, placement.to),
    latencyMs: { before: meanLatencyMs(problem, from), after: meanLatencyMs(problem, placement.to) ?? 0 },
    worstHeadroom: tightest(problem, placement.taken.flat()),
    runnersUp: placement.rejected.map(({ arcs, ...rest }) => ({
      arcs: arcs.map((arc) => graph.arcIds[arc] as string),
      ...rest,
    })),
  };
}

/** Mean over the shares; null where there is no path. */
function meanLatencyMs(problem: Problem, paths: readonly ArcPath[]): number | null {
  if (paths.length === 0) return null;
  return paths.reduce((sum, path) => sum + path.share * pathLatencyMs(problem.board.twin.graph, path.arcs), 0);
}

function tightest({ board, limits }: Problem, arcs: readonly number[]): Move['worstHeadroom'] {
  const room = (arc: number) => headroomBps(board, arc, limits.utilisationLimit);
  const worst = arcs.reduce((found, arc) => (room(arc) < room(found) ? arc : found), arcs[0] as number);
  return { arc: board.twin.graph.arcIds[worst] as string, bps: room(worst), utilisation: board.utilisation(worst) };
}

/** The traffic of a move that changes its path, bit/s. */
export function movedBps(move: Pick<Move, 'bps' | 'from' | 'to'>): number {
  const before = new Map(move.from.map((path) => [path.arcs.join(' '), path.share]));
  const kept = move.to.reduce((sum, path) => sum + Math.min(path.share, before.get(path.arcs.join(' ')) ?? 0), 0);
  return Math.max(0, 1 - kept) * move.bps;
}

/** The traffic that a draft's moves take to other paths, bit/s. */
export function movedByDraft({ board }: Problem, draft: Draft): number {
  return draft.placements.reduce((sum, { index, movedShare }) => sum + movedShare * board.bpsOf(index), 0);
}

/** bit/s that the moves of a draft save from loss: what the bad arcs lose now, or what a full arc cannot carry. */
function expectedSaving(problem: Problem, draft: Draft): number {
  return draft.known.cause.kind === 'unhealthy' ? savedFromLoss(problem, draft) : savedFromOverload(problem, draft);
}

function savedFromLoss({ board, condition }: Problem, draft: Draft): number {
  const { twin } = board;
  let savedBps = 0;
  for (const { index, movedShare, leftShare } of draft.placements) {
    const isLeft = (arc: number): boolean => condition.bad[arc] === 1 || condition.lasting[arc] === 1;
    const crossing = board.presentPaths(index).filter((path) => path.arcs.some(isLeft));
    const left = movedShare / (movedShare + leftShare);
    for (const path of crossing) {
      const carried = path.arcs.reduce((share, arc) => share * (1 - (isLeft(arc) ? lossOf(twin, arc) : 0)), 1);
      savedBps += board.bpsOf(index) * path.share * left * (1 - carried);
    }
  }
  return savedBps;
}

function lossOf(twin: Problem['board']['twin'], arc: number): number {
  const state = twin.states.get(twin.linkOf[arc] as string);
  const direction = (twin.graph.arcIds[arc] as string).endsWith(':az') ? 'az' : 'za';
  // Where the loss is not measured no saving is promised.
  return state?.arcs[direction].lossRatio ?? 0;
}

function savedFromOverload({ board }: Problem, draft: Draft): number {
  const { twin } = board;
  const above = (loadBps: Float64Array) =>
    draft.known.cause.links.reduce((sum, link) => sum + excessOn(twin, loadBps, link), 0);
  return Math.max(0, above(twin.loadBps) - above(board.loadBps));
}

function excessOn(twin: Problem['board']['twin'], loadBps: Float64Array, link: string): number {
  return twin.linkOf.reduce(
    (sum, id, arc) =>
      id === link ? sum + Math.max(0, (loadBps[arc] as number) - (twin.graph.capacityBps[arc] as number)) : sum,
    0,
  );
}

function summarise(problem: Problem, draft: Draft, moves: readonly Move[], cuts: readonly Cut[]): string {
  const waiting = draft.stuck.filter(({ reason }) => reason.startsWith(OVER_BUDGET)).map(({ bps }) => bps);
  const stuck = draft.stuck.filter(({ reason }) => !reason.startsWith(OVER_BUDGET)).map(({ bps }) => bps);
  const stayedBps = [...stuck, ...draft.lost.map((index) => problem.board.bpsOf(index))];
  const parts = [causeSentence(problem, draft)];
  const kept = draft.placements.filter(({ movedShare }) => movedShare === 0);
  if (moves.length > kept.length) parts.push(moveSentence(problem, draft, moves, kept.length));
  if (kept.length > 0) parts.push(keepSentence(problem, kept));
  if (stayedBps.length > 0) {
    const through = cuts[0] ? ` past ${cuts[0].links.join(', ')}` : '';
    parts.push(`${formatBps(totalBps(stayedBps))} of ${stayedBps.length} demand(s) has no safe way${through}.`);
  }
  if (waiting.length > 0)
    parts.push(
      `${formatBps(totalBps(waiting))} of ${waiting.length} demand(s) waits: over the budget of moves per hour.`,
    );
  return parts.join(' ');
}

const totalBps = (rates: readonly number[]): number => rates.reduce((sum, bps) => sum + bps, 0);

function causeSentence({ board, limits }: Problem, draft: Draft): string {
  const { cause, links } = draft.known;
  const names = cause.links.join(', ');
  const causes = links.filter((link) => !cause.links.includes(link));
  if (cause.kind === 'down') return `${names} ${cause.links.length > 1 ? 'are' : 'is'} down and nothing goes round.`;
  if (cause.kind === 'unhealthy') {
    const state = board.twin.states.get(names);
    return `${names} is ${state?.state === 'degraded' ? 'degraded' : 'unhealthy'}: ${reasonOf(state)}.`;
  }
  const utilisation = Math.max(...utilisations(board.twin, cause.links));
  const after = causes.length > 0 ? ` after ${causes.join(', ')} went down` : '';
  return `${names} carries ${formatRatio(utilisation)} of its capacity${after}, the limit is ${formatRatio(limits.utilisationLimit)}.`;
}

function utilisations(twin: Problem['board']['twin'], links: readonly string[]): number[] {
  return twin.linkOf.flatMap((link, arc) =>
    links.includes(link) ? [(twin.loadBps[arc] as number) / (twin.graph.capacityBps[arc] as number)] : [],
  );
}

function reasonOf(state: LinkState | undefined): string {
  if (state?.state !== 'down') return (state?.reason ?? 'nothing is known of it').replace(/\.$/, '');
  // That it is down is no cause to keep traffic off it: that it keeps going down is.
  const flapping = state.parts.find(({ part }) => part === 'flapping')?.text;
  const outage = formatDuration((state.receivedAtMs ?? state.sinceMs) - state.sinceMs);
  return flapping ?? `up again after ${outage}, sooner than anybody could have mended it`;
}

function moveSentence(problem: Problem, draft: Draft, moves: readonly Move[], kept: number): string {
  const bps = movedByDraft(problem, draft);
  const moved = moves.filter((_move, at) => (draft.placements[at] as Placement).movedShare > 0);
  const worst = Math.max(...moved.map((move) => move.worstHeadroom.utilisation));
  const limit = formatRatio(problem.limits.utilisationLimit);
  return `${moves.length - kept} demand(s) with ${formatBps(bps)} move to other paths, where no arc ends above ${formatRatio(worst)} (limit ${limit}).`;
}

function keepSentence({ board }: Problem, kept: readonly Placement[]): string {
  const bps = totalBps(kept.map(({ index }) => board.bpsOf(index)));
  return `${kept.length} demand(s) with ${formatBps(bps)} stay on the paths that they have now, also when it is up again.`;
}
