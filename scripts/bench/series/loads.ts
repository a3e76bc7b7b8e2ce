import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../src/core/errors.ts';
import { type RegularSeries, regularSeries } from '../../../src/predict/forecast/series.ts';
import { type CsvTable, numberOf, parseCsv, readCsv, timeOf } from '../predict/csv.ts';

const MINUTE_MS = 60_000;
/** Finer figures are averaged: an hour ahead one minute is noise, and traffic is usually read every five. */
const FINEST_MS = 5 * MINUTE_MS;

/** Readings of one column of one file. */
interface Column {
  readonly link: string;
  readonly file: string;
  readonly stepMs: number;
  readonly readings: readonly (readonly [atMs: number, bps: number])[];
}

/**
 * Loads of links in bit/s from `loads/*.csv` of a folder, none where there is no such folder. Each file has `time` in
 * ISO 8601 (UTC where it names no zone) and one column a link, at a step of its own. A link that goes on in a later file
 * is one series; one of the same name in files that overlap is another link. A file that cannot be read is told of.
 */
export async function loadsOf(folder: string, say: (text: string) => void = () => {}): Promise<RegularSeries[]> {
  const own = join(folder, 'loads');
  const files = (await readdir(own).catch(() => [] as string[])).filter((name) => /\.csv(\.gz)?$/.test(name)).sort();
  const read = files.map(async (file) => columnsOf(await readCsv(join(own, file))));
  const columns = (await Promise.allSettled(read)).flatMap((found, at) => {
    if (found.status === 'fulfilled') return found.value;
    say(`loads/${files[at]} left out: ${messageOf(found.reason)}`);
    return [];
  });
  return continued(columns).map(({ link, file, stepMs, readings }) =>
    regularSeries(`${file} ${link}`, readings, stepMs),
  );
}

/** The same from the text of one file, at this step. */
export function readLoads(text: string, stepMs: number): RegularSeries[] {
  return columnsOf(parseCsv('loads', text)).map(({ link, readings }) => regularSeries(link, readings, stepMs));
}

function columnsOf(table: CsvTable): Column[] {
  const time = table.column('time');
  const times = table.rows.map((row) => timeOf(row[time] as string));
  const stepMs = stepOf(times);
  return table.names.flatMap((link, at) => {
    if (at === time || link === '') return [];
    const bps = table.rows.map((row) => numberOf(row[at])).map((value) => (value >= 0 ? value : Number.NaN));
    const readings = withoutMisread(bps).map((value, row) => [times[row] as number, value] as const);
    return [{ link, file: table.name, stepMs, readings }];
  });
}

/** A counter that was misread: one reading so many times above all of the readings before it, and above the next one. */
const [MISREAD, READINGS_BEFORE] = [20, 48];

/**
 * Loads come without the rate of their line, which would tell what no line can carry. One such reading would stand in
 * means and spreads for weeks. A load below 0 is misread, too, and unknown here already.
 */
function withoutMisread(bps: readonly number[]): number[] {
  const kept = [...bps];
  kept.forEach((value, at) => {
    const before = kept.slice(Math.max(0, at - READINGS_BEFORE), at).filter((each) => each > 0);
    const most = Math.max(...before, bps[at + 1] ?? 0);
    if (before.length >= READINGS_BEFORE / 2 && value > MISREAD * most) kept[at] = Number.NaN;
  });
  return kept;
}

/** The usual distance of readings, to a whole minute and not finer than five. */
function stepOf(times: readonly number[]): number {
  const known = [...new Set(times.filter(Number.isFinite))].sort((x, y) => x - y);
  const gaps = known.slice(1).map((atMs, at) => atMs - (known[at] as number));
  const usual = gaps.sort((x, y) => x - y)[gaps.length >> 1] ?? FINEST_MS;
  return Math.max(FINEST_MS, Math.round(usual / MINUTE_MS) * MINUTE_MS);
}

function continued(columns: readonly Column[]): Column[] {
  const joined: Column[] = [];
  for (const column of columns.toSorted((x, y) => firstOf(x) - firstOf(y))) {
    const at = joined.findIndex((each) => each.link === column.link && lastOf(each) < firstOf(column));
    const before = joined[at];
    if (before === undefined) joined.push(column);
    else joined[at] = { ...before, readings: [...before.readings, ...column.readings] };
  }
  return joined;
}

const firstOf = ({ readings }: Column) =>
  readings.reduce((least, [atMs]) => (atMs < least ? atMs : least), Number.POSITIVE_INFINITY);
const lastOf = ({ readings }: Column) =>
  readings.reduce((most, [atMs]) => (atMs > most ? atMs : most), Number.NEGATIVE_INFINITY);
