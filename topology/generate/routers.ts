import type { Rng } from '../../src/core/rng.ts';
import { distanceKm, type Place } from '../geo.ts';
import type { Tier } from '../model.ts';
import { CITIES, type City } from './cities.ts';

/** A router before it has links. */
export interface Router extends Place {
  readonly id: string;
  readonly name: string;
  readonly city: City;
  readonly tier: Tier;
  /** Share of the city's people, millions; 0 in the core, where no traffic starts or ends. */
  readonly mass: number;
}

/** Cities that have core routers; more would be more than operators have. */
const MAX_CORE_CITIES = 40;
const MAX_DISTRIBUTION_CITIES = 100;
const LETTERS: Readonly<Record<Tier, string>> = { core: 'c', distribution: 'd', access: 'a' };
const KM_PER_DEGREE = 111.2;

/** Puts the routers of all tiers into cities. Deterministic for a seed. */
export function placeRouters(count: number, rng: Rng): Router[] {
  const cores = Math.max(3, Math.round(18 * (count / 100) ** (count < 100 ? 1 : 0.75)));
  const distributions = Math.max(2, Math.round(20 * (count / 100) ** (count < 100 ? 1 : 0.9)));
  const appeal = rng.fork('cities');
  const coreCities = chooseCities([], Math.min(cores, MAX_CORE_CITIES), 1000, appeal);
  const distributionCities = chooseCities(coreCities, Math.min(distributions, MAX_DISTRIBUTION_CITIES), 400, appeal);
  const withAccess = Math.min(CITIES.length, distributionCities.length + count - cores - distributions);
  const accessCities = chooseCities(distributionCities, withAccess, 250, appeal).slice(distributionCities.length);
  const sites = new Map<City, { tier: Tier; number: number }[]>();
  allot('core', cores, coreCities, sites);
  allot('distribution', distributions, distributionCities, sites);
  const access = count - cores - distributions;
  allot('access', Math.min(access, accessCities.length), accessCities, sites);
  allot('access', access - Math.min(access, accessCities.length), CITIES, sites);
  const spots = rng.fork('spots');
  return CITIES.flatMap((city) => routersOf(city, sites.get(city) ?? [], spots));
}

/**
 * Large cities far from each other: each next one is the best by people and by distance to those chosen, as far as
 * that counts. Goes on from the cities in `first`.
 */
function chooseCities(first: readonly City[], count: number, maxGapKm: number, rng: Rng): City[] {
  const appeal = new Map(CITIES.map((city) => [city, Math.sqrt(city.peopleMillion) * rng.between(0.9, 1.1)]));
  const chosen = first.slice(0, count);
  while (chosen.length < count) {
    const score = (city: City): number =>
      (appeal.get(city) as number) * Math.min(maxGapKm, ...chosen.map((other) => distanceKm(city, other)));
    const scores = CITIES.map((city) => (chosen.includes(city) ? -1 : score(city)));
    chosen.push(CITIES[scores.indexOf(Math.max(...scores))] as City);
  }
  return chosen;
}

/** Spreads routers of a tier over cities by the square root of their people, one each before any gets a second. */
function allot(
  tier: Tier,
  count: number,
  cities: readonly City[],
  sites: Map<City, { tier: Tier; number: number }[]>,
): void {
  const given = new Map<City, number>();
  for (let router = 0; router < count; router += 1) {
    const city = router < cities.length ? (cities[router] as City) : neediest(cities, given);
    given.set(city, (given.get(city) ?? 0) + 1);
    const present = sites.get(city) ?? [];
    present.push({ tier, number: 1 + present.filter((site) => site.tier === tier).length });
    sites.set(city, present);
  }
}

/** The city with the most people per router (Sainte-Laguë by the square root, so that the largest do not take all). */
function neediest(cities: readonly City[], given: ReadonlyMap<City, number>): City {
  const need = (city: City): number => Math.sqrt(city.peopleMillion) / ((given.get(city) ?? 0) + 0.5);
  return cities.reduce((best, city) => (need(city) > need(best) ? city : best));
}

function routersOf(city: City, sites: readonly { tier: Tier; number: number }[], rng: Rng): Router[] {
  const withTraffic = sites.filter((site) => site.tier !== 'core').length;
  return sites.map((site, position) => ({
    id: `${city.code.toLowerCase()}-${LETTERS[site.tier]}${site.number}`,
    name: position === 0 ? city.name : `${city.name} ${site.tier} ${site.number}`,
    city,
    tier: site.tier,
    ...spotIn(city, position, rng),
    mass: site.tier === 'core' ? 0 : Math.round((city.peopleMillion / withTraffic) * 1000) / 1000,
  }));
}

/** The first router stands in the middle of the city, others in buildings 8 to 25 km away. */
function spotIn(city: City, position: number, rng: Rng): Place {
  if (position === 0) return { lat: city.lat, lon: city.lon };
  const angle = rng.between(0, 2 * Math.PI);
  const degrees = rng.between(8, 25) / KM_PER_DEGREE;
  const lonScale = Math.cos((city.lat * Math.PI) / 180);
  return {
    lat: round4(city.lat + degrees * Math.sin(angle)),
    lon: round4(city.lon + (degrees * Math.cos(angle)) / lonScale),
  };
}

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;
