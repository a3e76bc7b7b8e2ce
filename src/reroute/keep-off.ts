import type { NetworkIndex } from '../../topology/model.ts';
import { isBouncing, isFlapping } from '../health/flapping.ts';
import type { LinkState } from '../health/link-state.ts';
import type { ArcPath, PinnedRoute } from '../twin/arc-path.ts';
import { demandsCrossing } from '../twin/crossing.ts';
import { currentPaths, type Twin, withClosed } from '../twin/twin.ts';
import { fits } from './board.ts';
import type { Placement, Problem } from './solver.ts';

/**
 * A link that routers may give its traffic back to for some seconds, to lose it with the next break: it is down and was
 * down a moment ago, or it is up again after an outage too short for anybody to have mended it.
 */
export function isComingAndGoing(state: LinkState | undefined): boolean {
  if (state?.state !== 'down' || state.adminDown) return false;
  return isFlapping(state) || isBouncing(state);
}

/**
 * Links that are down and flap; with `actsAtOnce` also those that are up again after one short outage, as what is done
 * about them is of use only before the routers have seen that. Where another link of the conduit is down, too, that was
 * the conduit, and not a link that flaps.
 */
export function linksToKeepEmpty(
  network: NetworkIndex,
  { board, condition }: Problem,
  actsAtOnce: boolean,
): readonly string[] {
  const down = new Set(condition.downLinks);
  const hasMateDown = (id: string): boolean =>
    (network.linkById.get(id)?.srlgs ?? [])
      .flatMap((srlg) => network.linksBySrlg.get(srlg) ?? [])
      .some((mate) => mate.id !== id && down.has(mate.id));
  return condition.downLinks.filter((id) => {
    const state = board.twin.states.get(id);
    if (!state || !isComingAndGoing(state)) return false;
    return isFlapping(state) || (actsAtOnce && !hasMateDown(id));
  });
}

/**
 * The demands that routers would lead back onto these links as soon as they are up, by link, each placed on the ways that
 * it has now: nothing moves, and nothing returns by itself. A demand that has no way now, or one that is bad or too full,
 * is not kept off: for it the link is worth having, for as long as it is up.
 */
export function keptOff(
  problem: Problem,
  links: readonly string[],
  tunnels: readonly PinnedRoute[],
): ReadonlyMap<string, readonly Placement[]> {
  const { board } = problem;
  const { twin } = board;
  const kept = new Map<string, Placement[]>();
  if (links.length === 0) return kept;
  const marked = Uint8Array.from(twin.linkOf, (id) => (links.includes(id) ? 1 : 0));
  const returned = withClosed(
    twin,
    twin.closed.map((closed, arc) => (marked[arc] ? 0 : closed)),
    tunnels,
  );
  const decided = board.decisions();
  for (const index of demandsCrossing(returned, marked)) {
    if (decided.has(index) || isOfOneLink(twin, index) || !mayStay(problem, index)) continue;
    const link = firstMarkedLink(returned, marked, index);
    kept.set(link, [...(kept.get(link) ?? []), staying(index, board.presentPaths(index))]);
  }
  return kept;
}

/** The load of a link, measured where it is, stands for demands that are not known. */
function isOfOneLink({ demands, graph }: Twin, index: number): boolean {
  return graph.arcIndex.has(demands[index]?.id ?? '');
}

/** An arc that is fuller drops packets in bursts: to share a link that flaps is hardly worse. What is above the limit is relieved. */
const FULL = 0.95;

function mayStay({ board, condition, limits }: Problem, index: number): boolean {
  const paths = board.presentPaths(index);
  const most = Math.max(FULL, limits.utilisationLimit);
  const isFit = (arc: number): boolean => !condition.bad[arc] && !board.twin.stale[arc] && fits(board, arc, 0, most);
  return paths.length > 0 && paths.every(({ arcs }) => arcs.every(isFit));
}

function firstMarkedLink(twin: Twin, marked: Uint8Array, index: number): string {
  for (const { arcs } of currentPaths(twin, index)) {
    const arc = arcs.find((each) => marked[each]);
    if (arc !== undefined) return twin.linkOf[arc] as string;
  }
  throw new RangeError(`demand ${index} crosses none of the links`);
}

/** All of it stays on these paths, which it has: no share of it moves. */
export function staying(index: number, to: readonly ArcPath[]): Placement {
  return { index, to, taken: to.map(({ arcs }) => arcs), movedShare: 0, leftShare: 0, rejected: [] };
}
