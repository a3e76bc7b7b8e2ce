import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { numberOf, readCsv, timeOf } from './csv.ts';

const MINUTE_MS = 60_000;
/** Loss of signal above this against dry weather is a fade, dB. */
export const FADE_DB = 5;
/** Dry weather is the median of so many minutes up to now: more than rain usually lasts. */
const DRY_MINUTES = 360;
const LEAST_DRY_MINUTES = 30;
/** Kilometres of a degree of latitude. */
const DEGREE_KM = 111.2;

export interface MicrowaveLink {
  readonly id: string;
  /** Middle of the link, km east and north of the first one. */
  readonly xKm: number;
  readonly yKm: number;
}

/** Attenuation of all links above dry weather, dB, minute by minute; NaN where not known. */
export interface MicrowaveField {
  readonly links: readonly MicrowaveLink[];
  readonly minuteCount: number;
  readonly startMs: number;
  /** By link. */
  readonly rise: readonly Float32Array[];
}

/** All `cml_links_*.csv.gz` (or .csv) of a folder as one field of links; null where there are none. */
export async function microwaveField(folder: string): Promise<MicrowaveField | null> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const files = names.filter((name) => /^cml_links_.*\.csv(\.gz)?$/.test(name)).sort();
  if (files.length === 0) return null;
  const series = new Map<string, RawLink>();
  for (const file of files) await addFile(join(folder, file), series);
  const times = [...series.values()].flatMap(({ points }) => points.map(([atMs]) => atMs));
  let [first, last] = [Infinity, -Infinity];
  for (const atMs of times) {
    first = Math.min(first, atMs);
    last = Math.max(last, atMs);
  }
  const minuteCount = Math.floor((last - first) / MINUTE_MS) + 1;
  const ids = [...series.keys()].sort();
  const base = series.get(ids[0] as string) as RawLink;
  return {
    links: ids.map((id) => placed(id, series.get(id) as RawLink, base)),
    minuteCount,
    startMs: first,
    rise: ids.map((id) => riseOf((series.get(id) as RawLink).points, first, minuteCount)),
  };
}

interface RawLink {
  readonly lat: number;
  readonly lon: number;
  /** Time and loss between sender and receiver, dB. */
  readonly points: [atMs: number, lossDb: number][];
}

async function addFile(path: string, into: Map<string, RawLink>): Promise<void> {
  const { rows, column } = await readCsv(path);
  const [link, lat, lon] = [column('link'), column('lat'), column('lon')];
  const [time, tx, rx] = [column('time'), column('tx'), column('rx')];
  for (const row of rows) {
    const id = row[link] as string;
    const atMs = timeOf(row[time] as string);
    const lossDb = numberOf(row[tx]) - numberOf(row[rx]);
    if (Number.isNaN(atMs) || Number.isNaN(lossDb)) continue;
    const own = into.get(id) ?? { lat: numberOf(row[lat]), lon: numberOf(row[lon]), points: [] };
    into.set(id, own);
    own.points.push([atMs, lossDb]);
  }
}

function placed(id: string, { lat, lon }: RawLink, base: RawLink): MicrowaveLink {
  const xKm = (lon - base.lon) * DEGREE_KM * Math.cos((base.lat * Math.PI) / 180);
  return { id, xKm, yKm: (lat - base.lat) * DEGREE_KM };
}

/** Loss above the trailing median: nothing after a minute decides what it is measured against. */
function riseOf(points: readonly (readonly [number, number])[], firstMs: number, minuteCount: number): Float32Array {
  const loss = new Float32Array(minuteCount).fill(Number.NaN);
  for (const [atMs, lossDb] of points) loss[Math.floor((atMs - firstMs) / MINUTE_MS)] = lossDb;
  return loss.map((own, minute) => {
    // Between recordings of far days there may be months of nothing.
    if (Number.isNaN(own)) return Number.NaN;
    const known = loss.slice(Math.max(0, minute - DRY_MINUTES), minute + 1).filter((value) => !Number.isNaN(value));
    if (known.length < LEAST_DRY_MINUTES) return Number.NaN;
    return own - (known.sort()[Math.floor((known.length - 1) / 2)] as number);
  });
}
