import { bearingDegrees, distanceKm } from '../geo.ts';
import type { Router } from './routers.ts';
import { type Span, spanBetween } from './spans.ts';

/** Access routers on one ring. */
const MAX_RING = 4;
/** Ways to two core routers should not leave a city side by side. */
const MIN_ANGLE_DEGREES = 50;

/** Each distribution router with its two core routers: the one in its city, if any, and one elsewhere. */
export function distributionSpans(routers: readonly Router[]): Span[] {
  const cores = routers.filter((router) => router.tier === 'core');
  const used = new Map<Router, number>();
  return routers
    .filter((router) => router.tier === 'distribution')
    .flatMap((router) => {
      // Load counts like distance, so that the routers of a city take turns.
      const reach = (core: Router): number => distanceKm(router, core) + 30 * (used.get(core) ?? 0);
      const nearest = [...cores].sort((x, y) => reach(x) - reach(y));
      const first = nearest[0] as Router;
      const second = secondHome(router, first, nearest.slice(1));
      for (const core of [first, second]) used.set(core, (used.get(core) ?? 0) + 1);
      return [first, second].map((core) => spanBetween(router, core, 'distribution', router.id));
    });
}

function secondHome(router: Router, first: Router, others: readonly Router[]): Router {
  const elsewhere = others.filter((core) => core.city !== first.city);
  if (first.city === router.city) {
    // Every other router of a city with two core routers stays in the city: short, and spared by long-distance cuts.
    const local = others.find((core) => core.city === first.city);
    if (local && router.id.endsWith('2')) return local;
    return elsewhere[0] ?? (others[0] as Router);
  }
  const diverse = elsewhere.slice(0, 4).find((core) => angleAt(router, first, core) >= MIN_ANGLE_DEGREES);
  return diverse ?? elsewhere[0] ?? (others[0] as Router);
}

function angleAt(router: Router, x: Router, y: Router): number {
  const difference = Math.abs(bearingDegrees(router, x) - bearingDegrees(router, y));
  return Math.min(difference, 360 - difference);
}

/** Access routers on rings of up to four that begin and end at two distribution routers. */
export function accessSpans(routers: readonly Router[]): Span[] {
  const distributions = routers.filter((router) => router.tier === 'distribution');
  const groups = new Map<Router, Router[]>(distributions.map((router) => [router, []]));
  for (const router of routers.filter((candidate) => candidate.tier === 'access')) {
    const reach = (home: Router): number => distanceKm(router, home) + 25 * (groups.get(home)?.length ?? 0);
    const home = distributions.reduce((best, candidate) => (reach(candidate) < reach(best) ? candidate : best));
    groups.get(home)?.push(router);
  }
  return [...groups].flatMap(([home, members]) =>
    ringsAround(home, members).flatMap((ring) => ringSpans(home, ring, distributions)),
  );
}

/** Rings of neighbours: the farthest one that is left, with those nearest to it. */
function ringsAround(home: Router, members: readonly Router[]): Router[][] {
  const rings: Router[][] = [];
  const count = Math.ceil(members.length / MAX_RING);
  let left = [...members].sort((x, y) => distanceKm(home, y) - distanceKm(home, x));
  for (let remaining = count; remaining > 0; remaining -= 1) {
    const farthest = left[0] as Router;
    const near = [...left].sort((x, y) => distanceKm(farthest, x) - distanceKm(farthest, y));
    const ring = near.slice(0, Math.ceil(left.length / remaining));
    rings.push(ring);
    left = left.filter((router) => !ring.includes(router));
  }
  return rings;
}

/** The ring in its shortest order, from home to the distribution router nearest to its far end. */
function ringSpans(home: Router, ring: readonly Router[], distributions: readonly Router[]): Span[] {
  const stops = permutations(ring)
    .map((order) => [home, ...order, nearestTo(order.at(-1) as Router, home, distributions)])
    .reduce((best, candidate) => (lengthKm(candidate) < lengthKm(best) ? candidate : best));
  const group = `${home.id}/${ring[0]?.id}`;
  return stops.slice(1).map((stop, position) => spanBetween(stops[position] as Router, stop, 'access', group));
}

function nearestTo(router: Router, home: Router, distributions: readonly Router[]): Router {
  return distributions
    .filter((candidate) => candidate !== home)
    .reduce((best, candidate) => (distanceKm(router, candidate) < distanceKm(router, best) ? candidate : best));
}

function lengthKm(stops: readonly Router[]): number {
  return stops.slice(1).reduce((sum, stop, position) => sum + distanceKm(stops[position] as Router, stop), 0);
}

/** All orders of at most MAX_RING items: 24. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, position) => permutations(items.toSpliced(position, 1)).map((rest) => [item, ...rest]));
}
