import { connectedComponents } from '../components.ts';
import { bearingDegrees } from '../geo.ts';
import type { Srlg } from '../model.ts';
import type { City } from './cities.ts';
import type { Router } from './routers.ts';
import type { DraftLink } from './spans.ts';

/** Fibres shorter than this stay in the city. */
const MIN_LENGTH_KM = 50;
/** Fibres that leave a city within this angle lie in one conduit. */
const CONDUIT_DEGREES = 25;
const SECTORS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'] as const;

interface Departure {
  readonly link: DraftLink;
  readonly bearing: number;
}

/**
 * Shared-risk groups: the fibres that leave a city in nearly the same direction, two or more. Planners keep the only
 * two ways of a place apart, so a group whose loss would split the network is not made.
 */
export function assignConduits(
  routers: readonly Router[],
  links: readonly DraftLink[],
): { srlgs: Srlg[]; srlgsOf: (link: DraftLink) => string[] } {
  const srlgs: Srlg[] = [];
  const byLink = new Map<DraftLink, string[]>();
  for (const [city, departures] of departuresByCity(links)) {
    for (const conduit of conduitsOf(departures)) {
      if (splits(conduit, routers, links)) continue;
      const srlg = nameOf(city, conduit, srlgs);
      srlgs.push(srlg);
      for (const { link } of conduit) byLink.set(link, [...(byLink.get(link) ?? []), srlg.id]);
    }
  }
  return { srlgs, srlgsOf: (link) => byLink.get(link) ?? [] };
}

function departuresByCity(links: readonly DraftLink[]): Map<City, Departure[]> {
  const byCity = new Map<City, Departure[]>();
  for (const link of links) {
    const { a, z, distanceKm } = link.span;
    if (distanceKm < MIN_LENGTH_KM) continue;
    // An arc: it swings to one side where it leaves and comes in from that side, so the other way round at the far end.
    for (const [here, there, swing] of [
      [a, z, link.swingDegrees],
      [z, a, -link.swingDegrees],
    ] as const) {
      const departures = byCity.get(here.city) ?? [];
      departures.push({ link, bearing: (bearingDegrees(here.city, there.city) + swing + 360) % 360 });
      byCity.set(here.city, departures);
    }
  }
  return byCity;
}

function conduitsOf(departures: readonly Departure[]): Departure[][] {
  const sorted = [...departures].sort((x, y) => x.bearing - y.bearing);
  const conduits: Departure[][] = [];
  for (const departure of sorted) {
    const present = conduits.at(-1);
    const first = present?.[0];
    if (first && departure.bearing - first.bearing <= CONDUIT_DEGREES) present.push(departure);
    else conduits.push([departure]);
  }
  return conduits.filter((conduit) => conduit.length > 1);
}

function splits(conduit: readonly Departure[], routers: readonly Router[], links: readonly DraftLink[]): boolean {
  const lost = new Set(conduit.map((departure) => departure.link));
  const left = links.filter((link) => !lost.has(link)).map(({ id, span }) => ({ id, a: span.a.id, z: span.z.id }));
  return connectedComponents({ nodes: routers, links: left }).length > 1;
}

function nameOf(city: City, conduit: readonly Departure[], taken: readonly Srlg[]): Srlg {
  const bearing = conduit.reduce((sum, departure) => sum + departure.bearing, 0) / conduit.length;
  const sector = SECTORS[Math.round(bearing / 45) % SECTORS.length] as string;
  const base = `${city.code.toLowerCase()}-${sector}`;
  const number = 1 + taken.filter((srlg) => srlg.id === base || srlg.id.startsWith(`${base}-conduit-`)).length;
  return {
    id: number === 1 ? base : `${base}-conduit-${number}`,
    name: `${city.name} ${sector} conduit${number === 1 ? '' : ` ${number}`}`,
  };
}
