/** Mean radius of the Earth (IUGG), km. */
const EARTH_RADIUS_KM = 6371.0088;

/** Light in fibre travels at about two thirds of its speed in vacuum, km per ms. */
export const FIBRE_KM_PER_MS = (299_792.458 / 1000) * (2 / 3);

export interface Place {
  /** Degrees. */
  readonly lat: number;
  readonly lon: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance, km (haversine formula, Sinnott 1984). */
export function distanceKm(from: Place, to: Place): number {
  const halfLat = Math.sin(radians(to.lat - from.lat) / 2);
  const halfLon = Math.sin(radians(to.lon - from.lon) / 2);
  const chord = halfLat ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * halfLon ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Direction in which the great circle leaves, degrees clockwise from north in [0, 360). */
export function bearingDegrees(from: Place, to: Place): number {
  const deltaLon = radians(to.lon - from.lon);
  const y = Math.sin(deltaLon) * Math.cos(radians(to.lat));
  const x =
    Math.cos(radians(from.lat)) * Math.sin(radians(to.lat)) -
    Math.sin(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.cos(deltaLon);
  return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}

/** One-way latency of that much fibre, ms, to the microsecond. */
export function fibreLatencyMs(lengthKm: number): number {
  return Math.round((lengthKm / FIBRE_KM_PER_MS) * 1000) / 1000;
}
