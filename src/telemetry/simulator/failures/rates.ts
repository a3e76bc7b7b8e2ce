import type { Rng } from '../../../core/rng.ts';
import type { LinkTable } from '../plant.ts';
import type { FailurePlan } from '../scenario-schema.ts';

/** Links that fail together: those in one conduit, or on one card of a router. */
export interface FailureGroup {
  readonly name: string;
  readonly kind: 'conduit' | 'card';
  readonly links: readonly number[];
  readonly node: number | null;
  /** Unplanned failures an hour. */
  readonly perHour: number;
}

/** How often what fails without being planned to. */
export interface FailureRates {
  /** Of each link, whatever it fails by. */
  readonly mtbfHours: Float64Array;
  /** Mean repair time of each link. */
  readonly repairHours: Float64Array;
  /** Failures an hour that hit the link alone. */
  readonly alonePerHour: Float64Array;
  readonly groups: readonly FailureGroup[];
}

/** Ports of a card. */
const CARD_PORTS = 3;
/** How much links of one neighbourhood (same conduit or router) have in common, in their quality. */
const LIKENESS = 0.8;
const ROUNDS = 12;

/**
 * Spreads failure rates over links and over groups of links, so that every link's own rate is as drawn and the share
 * of incidents that hit several links is as asked for (lower only where the network has too few groups).
 */
export function failureRates(plan: FailurePlan, links: LinkTable, nodeIds: readonly string[], rng: Rng): FailureRates {
  const places = stratified(links, rng.fork('mtbf'));
  const mtbfHours = places.map((place) => quantile(plan.mtbfHours, place) / plan.rateFactor);
  const repairHours = stratified(links, rng.fork('repair')).map((place) => quantile(plan.repairHours, place));
  const perHour = mtbfHours.map((hours) => 1 / hours);
  const groups = groupsOf(links, nodeIds, mtbfHours);
  const [most, left] = fill(groups, perHour);
  const scale = scaleFor(plan.sharedShare, sum(most), sum(perHour), sum(left));
  const shared = groups.map((group, at) => ({ ...group, perHour: scale * (most[at] as number) }));
  const alonePerHour = perHour.map((all, link) => all - scale * (all - (left[link] as number)));
  return { mtbfHours, repairHours, alonePerHour, groups: shared.filter((group) => group.perHour > 0) };
}

/** Log-linear between the two ends, as the published quantile functions of MTBF and MTTR are. */
function quantile([low, high]: readonly number[], place: number): number {
  return (low as number) * ((high as number) / (low as number)) ** place;
}

/** A place in 0..1 for each link, evenly spread over all links; neighbours get similar ones. */
function stratified(links: LinkTable, rng: Rng): Float64Array {
  const ofNode = new Map<number, number>();
  const quality = links.ids.map((_id, link) => {
    const node = links.a[link] as number;
    const common = ofNode.get(node) ?? rng.normal();
    ofNode.set(node, common);
    return Math.sqrt(LIKENESS) * common + Math.sqrt(1 - LIKENESS) * rng.normal();
  });
  const order = quality.map((_value, link) => link).sort((x, y) => (quality[x] as number) - (quality[y] as number));
  const places = new Float64Array(quality.length);
  order.forEach((link, rank) => {
    places[link] = (rank + 0.5) / quality.length;
  });
  return places;
}

type Group = Omit<FailureGroup, 'perHour'>;

function groupsOf(links: LinkTable, nodeIds: readonly string[], mtbfHours: Float64Array): Group[] {
  const conduits = [...links.bySrlg].flatMap(([name, members]): Group[] =>
    members.length < 2 ? [] : [{ name, kind: 'conduit', links: members, node: null }],
  );
  return [...conduits, ...nodeIds.flatMap((id, node) => cardsOf(id, node, links, mtbfHours))];
}

/** Links of a router, those that fail about as often on one card. */
function cardsOf(id: string, node: number, links: LinkTable, mtbfHours: Float64Array): Group[] {
  const own = links.ids.flatMap((_id, link) => (links.a[link] === node || links.z[link] === node ? [link] : []));
  own.sort((x, y) => (mtbfHours[x] as number) - (mtbfHours[y] as number));
  const cards: Group[] = [];
  for (let at = 0; at + 1 < own.length; at += CARD_PORTS) {
    const members = own.slice(at, at + CARD_PORTS);
    if (members.length > 1) cards.push({ name: `${id} card ${cards.length}`, kind: 'card', links: members, node });
  }
  return cards;
}

/** The most that groups could take of their links' rates, all getting some, and what is then left of each link's. */
function fill(groups: readonly Group[], perHour: Float64Array): [Float64Array, Float64Array] {
  const left = perHour.slice();
  const taken = new Float64Array(groups.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    groups.forEach((group, at) => {
      const more = 0.3 * Math.min(...group.links.map((link) => left[link] as number));
      taken[at] = (taken[at] as number) + more;
      for (const link of group.links) left[link] = (left[link] as number) - more;
    });
  }
  return [taken, left];
}

/** The part of `most` with which groups make up `share` of all incidents: links lose what groups take of them. */
function scaleFor(share: number, most: number, all: number, left: number): number {
  if (share === 0 || most === 0) return 0;
  // scale * most / (scale * most + all - scale * (all - left)) = share
  return Math.min(1, (share * all) / (most - share * (most - (all - left))));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
