import type { NetworkIndex } from '../../topology/model.ts';
import { DIRECTIONS, type Direction } from '../core/ids.ts';
import type { LinkState, ScorePart } from '../health/link-state.ts';
import type { Twin } from '../twin/twin.ts';
import type { ArcTraits } from './cost.ts';

/** What the planner makes of the link states, per arc number. */
export interface Condition extends ArcTraits {
  /** 1 where traffic has to leave: this direction of an unhealthy link is what is bad. */
  readonly bad: Uint8Array;
  /** 1 where a degraded link loses packets on the wire, measured. */
  readonly lossy: Uint8Array;
  /** 1 where it has done so for long: traffic leaves this direction where there is room. */
  readonly lasting: Uint8Array;
  /** 1 where no new traffic may go: any arc of a link that is unhealthy, down, shut or stale. */
  readonly shunned: Uint8Array;
  /** Links with a bad arc, links that are down by fault, links of which nothing is known; in network order. */
  readonly unhealthyLinks: readonly string[];
  readonly downLinks: readonly string[];
  readonly staleLinks: readonly string[];
  /** Links that are likely to fail soon, with the reason; shunned too. */
  readonly atRisk?: ReadonlyMap<string, string>;
}

export function assessLinks(network: NetworkIndex, twin: Twin, utilisationLimit: number): Condition {
  const ids = network.network.links.map((link) => link.id);
  const stateOf = (id: string) => twin.states.get(id);
  const directions = (of: (state: LinkState | undefined) => readonly Direction[]) =>
    new Map(ids.map((id) => [id, of(stateOf(id))]));
  const badDirections = directions((state) => directionsToLeave(state, utilisationLimit));
  const unhealthyLinks = ids.filter((id) => (badDirections.get(id)?.length ?? 0) > 0);
  const downLinks = ids.filter((id) => stateOf(id)?.state === 'down' && !stateOf(id)?.adminDown);
  const atRisk = riskMates(network, [...unhealthyLinks, ...downLinks]);
  const mark = (test: (id: string, arc: number) => boolean): Uint8Array =>
    Uint8Array.from(twin.linkOf, (id, arc) => (test(id, arc) ? 1 : 0));
  const markDirections = (ofLink: ReadonlyMap<string, readonly Direction[]>) =>
    mark((id, arc) => ofLink.get(id)?.includes(directionOf(twin, arc)) ?? false);
  return {
    bad: markDirections(badDirections),
    lossy: markDirections(directions((state) => directionsWithLoss(state, utilisationLimit, 0))),
    lasting: markDirections(directions((state) => directionsWithLoss(state, utilisationLimit, LASTING_MS))),
    shunned: mark((id, arc) => Boolean(twin.closed[arc] || twin.stale[arc]) || stateOf(id)?.state === 'unhealthy'),
    risky: mark((id) => atRisk.has(id)),
    worn: mark((id) => qualityParts(stateOf(id), utilisationLimit).length > 0),
    unhealthyLinks,
    downLinks,
    staleLinks: ids.filter((id) => stateOf(id) === undefined || stateOf(id)?.state === 'stale'),
  };
}

function directionOf(twin: Twin, arc: number): Direction {
  return (twin.graph.arcIds[arc] as string).endsWith(':az') ? 'az' : 'za';
}

/** Parts that say the link itself is at fault, not the amount of traffic on it. */
export function qualityParts(state: LinkState | undefined, utilisationLimit: number): ScorePart[] {
  if (!state) return [];
  return state.parts.filter((part) => part.part !== 'utilisation' && !isCongestion(state, part, utilisationLimit));
}

/**
 * Loss and latency of a full arc come from its queue: moving everything off it would only carry the trouble
 * elsewhere, so such a part counts as overload. Wire loss decides where the two are told apart.
 */
export function isCongestion(state: LinkState, part: ScorePart, utilisationLimit: number): boolean {
  if (part.part !== 'loss' && part.part !== 'latency') return false;
  return directionsOfPart(part).every((direction) => {
    const arc = state.arcs[direction];
    if (arc.utilisation === null || arc.utilisation < utilisationLimit) return false;
    return part.part === 'latency' || (arc.congestionLossRatio ?? 0) > (arc.wireLossRatio ?? 0);
  });
}

function directionsOfPart(part: ScorePart): readonly Direction[] {
  const direction = DIRECTIONS.find((one) => part.arc?.endsWith(`:${one}`));
  return direction ? [direction] : DIRECTIONS;
}

/** Directions of an unhealthy link that traffic has to leave; corruption is usually one-way. */
function directionsToLeave(state: LinkState | undefined, utilisationLimit: number): readonly Direction[] {
  if (state?.state !== 'unhealthy' || state.adminDown) return [];
  const parts = qualityParts(state, utilisationLimit);
  if (parts.length === 0) return state.parts.length > 0 ? [] : DIRECTIONS;
  const worst = parts.filter((part) => part.level !== 'degraded');
  const guilty = new Set((worst.length > 0 ? worst : parts).flatMap(directionsOfPart));
  return DIRECTIONS.filter((direction) => guilty.has(direction));
}

/** Loss that has not passed for so long will not pass before somebody mends the link, ms. */
const LASTING_MS = 10 * 60_000;

/** Parts of a score by which a link loses packets on its wire: frames that arrive damaged are lost, too. */
const LOSING_PARTS: readonly ScorePart['part'][] = ['loss', 'errors'];

/** Directions of a degraded link that have lost packets on the wire, measured, all the time for so long, ms. */
function directionsWithLoss(
  state: LinkState | undefined,
  utilisationLimit: number,
  forMs: number,
): readonly Direction[] {
  if (state?.state !== 'degraded' || state.adminDown || state.receivedAtMs === null) return [];
  const { arcs, receivedAtMs } = state;
  const parts = qualityParts(state, utilisationLimit).filter(
    ({ part, sinceMs }) => LOSING_PARTS.includes(part) && receivedAtMs - sinceMs >= forMs,
  );
  const guilty = new Set(parts.flatMap(directionsOfPart));
  return DIRECTIONS.filter((direction) => guilty.has(direction) && (arcs[direction].lossRatio ?? 0) > 0);
}

/** Links that share a risk group with one of these: what hit those may hit them next. */
function riskMates(network: NetworkIndex, links: readonly string[]): Set<string> {
  const mates = new Set<string>();
  for (const id of links) {
    for (const srlg of network.linkById.get(id)?.srlgs ?? []) {
      for (const mate of network.linksBySrlg.get(srlg) ?? []) if (mate.id !== id) mates.add(mate.id);
    }
  }
  return mates;
}
