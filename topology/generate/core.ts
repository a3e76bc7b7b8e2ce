import { bridgeLinks } from '../bridges.ts';
import { connectedComponents } from '../components.ts';
import { distanceKm } from '../geo.ts';
import type { City } from './cities.ts';
import type { Router } from './routers.ts';
import { type Span, spanBetween } from './spans.ts';

/**
 * Links of the core, such that the loss of any one leaves it in one piece: the cities form a bridgeless graph, and
 * so do the routers within each city.
 */
export function coreSpans(routers: readonly Router[]): Span[] {
  const byCity = new Map<City, Router[]>();
  for (const router of routers) {
    if (router.tier !== 'core') continue;
    const present = byCity.get(router.city);
    if (present) present.push(router);
    else byCity.set(router.city, [router]);
  }
  const turn = new Map<City, number>();
  const next = (city: City): Router => {
    const present = byCity.get(city) as Router[];
    const position = turn.get(city) ?? 0;
    turn.set(city, position + 1);
    return present[position % present.length] as Router;
  };
  const between = cityGraph([...byCity.keys()]).flatMap(([from, to]) => {
    const twice = (byCity.get(from)?.length ?? 0) > 1 && (byCity.get(to)?.length ?? 0) > 1;
    // Two ways between large cities end at two routers each: no router is a single point of failure.
    return Array.from({ length: twice ? 2 : 1 }, () => spanBetween(next(from), next(to), 'core'));
  });
  return [...between, ...[...byCity.values()].flatMap(withinCity)];
}

/** A pair has two links; more routers form a ring with chords. */
function withinCity(routers: readonly Router[]): Span[] {
  if (routers.length < 2) return [];
  const ring = routers.map((router, position) =>
    spanBetween(router, routers[(position + 1) % routers.length] as Router, 'core'),
  );
  const half = Math.floor(routers.length / 2);
  const chords = routers.length < 4 ? 0 : half;
  for (let position = 0; position < chords; position += 1) {
    ring.push(spanBetween(routers[position] as Router, routers[position + half] as Router, 'core'));
  }
  return ring;
}

type CityPair = readonly [City, City];

/** Gabriel graph of the cities (1969: linked where no third city lies in the circle between), made bridgeless. */
export function cityGraph(cities: readonly City[]): CityPair[] {
  const pairs = cities
    .flatMap((from, position) => cities.slice(position + 1).map((to): CityPair => [from, to]))
    .sort((x, y) => distanceKm(...x) - distanceKm(...y));
  const chosen = pairs.filter(([from, to]) => {
    const squared = distanceKm(from, to) ** 2;
    return cities.every((third) => distanceKm(from, third) ** 2 + distanceKm(third, to) ** 2 >= squared);
  });
  for (let shortcut = missingPair(cities, chosen, pairs); shortcut; shortcut = missingPair(cities, chosen, pairs)) {
    chosen.push(shortcut);
  }
  return chosen;
}

/** The shortest pair that makes a bridge of the graph one no longer; null where there is no bridge. */
function missingPair(
  cities: readonly City[],
  chosen: readonly CityPair[],
  pairs: readonly CityPair[],
): CityPair | null {
  const graph = {
    nodes: cities.map((city) => ({ id: city.code })),
    links: chosen.map(([from, to], position) => ({ id: String(position), a: from.code, z: to.code })),
  };
  const [bridge] = bridgeLinks(graph);
  if (bridge === undefined) return null;
  const rest = { nodes: graph.nodes, links: graph.links.filter((link) => link.id !== bridge) };
  // Cutting a bridge leaves two pieces, the graph being connected; one city of the bridge tells them apart.
  const side = new Set(
    connectedComponents(rest).find((piece) => piece.includes(chosen[Number(bridge)]?.[0].code ?? '')),
  );
  const crosses = (pair: CityPair): boolean => side.has(pair[0].code) !== side.has(pair[1].code);
  return pairs.find((pair) => crosses(pair) && !chosen.includes(pair)) ?? null;
}
