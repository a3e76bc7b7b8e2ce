import { type GeoProjection, geoConicConformal, geoNaturalEarth1 } from 'd3-geo';

/** Degrees. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** The map's own plane is about this wide; the zoom stands on top of it. */
export const PLANE_WIDTH = 1000;
export const PLANE_HEIGHT = 700;

/** A network wider than this (degrees) is seen on a map of the world. */
const CONTINENT = 90;
/** Nearer to the equator a cone is as good as a cylinder, and looks stranger. */
const TROPICS = 12;

/**
 * A projection that shows these places well: a conformal cone through a continent, else the natural-earth projection.
 * It is turned so that the widest gap between longitudes, not the 180th meridian, is where the map is cut.
 */
export function projectionFor(places: readonly Place[]): GeoProjection {
  const { west, width } = longitudeSpan(places.map(({ lon }) => lon));
  const lats = places.map(({ lat }) => lat);
  const south = Math.min(...lats);
  const north = Math.max(...lats);
  const centre = west + width / 2;
  const middle = (south + north) / 2;
  const isContinent = width < CONTINENT && north - south < CONTINENT && Math.abs(middle) > TROPICS;
  const projection = isContinent
    ? geoConicConformal().parallels(parallels(south, north)).rotate([-centre, 0]).center([0, middle])
    : geoNaturalEarth1().rotate([-centre, 0]);
  const points = places.map(({ lat, lon }) => [lon, lat] as [number, number]);
  projection.fitExtent(
    [
      [0, 0],
      [PLANE_WIDTH, PLANE_HEIGHT],
    ],
    { type: 'MultiPoint', coordinates: points },
  );
  // A single place has no extent to fit: about a country around it.
  if (!Number.isFinite(projection.scale()) || projection.scale() > 200_000) projection.scale(4000);
  return projection;
}

/** Standard parallels a sixth inside the range, apart from each other and on one side of the equator. */
function parallels(south: number, north: number): [number, number] {
  const sixth = Math.max(1, (north - south) / 6);
  return [south + sixth, Math.max(south + sixth + 1, north - sixth)];
}

/** The shortest span of longitudes that has all of them: everything but the widest gap between neighbours. */
export function longitudeSpan(lons: readonly number[]): { west: number; width: number } {
  const sorted = [...new Set(lons)].sort((x, y) => x - y);
  const first = sorted[0] ?? 0;
  let west = first;
  let widest = first + 360 - (sorted.at(-1) ?? first);
  for (let i = 1; i < sorted.length; i += 1) {
    const gap = (sorted[i] ?? 0) - (sorted[i - 1] ?? 0);
    if (gap > widest) {
      widest = gap;
      west = sorted[i] ?? west;
    }
  }
  return { west, width: 360 - widest };
}
