import type { DuckDBConnection } from '@duckdb/node-api';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../history.ts';
import { quoted, rowsOf } from './database.ts';
import type { Partitions } from './partitions.ts';
import { filesTable, ROLLUP_COLUMNS, rollup, widen } from './rows.ts';

/** A file that is written and waits to be given its name. */
export interface Finished {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Sorted by series and time, so that one series is a few adjacent row groups; delta-encoded times and runs of equal
 * figures then take next to nothing.
 */
const FORMAT = `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768, PARQUET_VERSION v2)`;

async function write(connection: DuckDBConnection, rows: string, path: string, order: string): Promise<Finished> {
  const temporary = `${path}.tmp`;
  await connection.run(`COPY (SELECT * FROM (${rows}) ORDER BY ${order}) TO ${quoted(temporary)} ${FORMAT}`);
  return { temporary, path };
}

/** The dictionary as the readers of other processes need it. Goes first: no partition may name what it lacks. */
export function writeSeries(connection: DuckDBConnection, partitions: Partitions): Promise<Finished> {
  return write(connection, 'SELECT series, kind, id, metric FROM series', partitions.seriesFile, 'series');
}

/**
 * Writes an hour that is over: its samples, its minutes made from all of them anew, and the hour. Samples that came too
 * late for an hour that is closed already are put together with it; doing it twice does no harm.
 */
export async function writeHour(
  connection: DuckDBConnection,
  partitions: Partitions,
  hourMs: number,
): Promise<Finished[]> {
  const within = `at_ms >= ${hourMs} AND at_ms < ${hourMs + HOUR_MS}`;
  const samples = `SELECT series, at_ms, value FROM points WHERE ${within}`;
  const [[count]] = (await rowsOf(connection, `SELECT count(*)::INTEGER FROM (${samples})`)) as [[number]];
  const closed = partitions.list('raw', hourMs, hourMs + HOUR_MS);
  const finished: Finished[] = [];
  let sampled: string | null = closed.length > 0 ? filesTable(closed) : null;
  if (count > 0) {
    const all = closed.length > 0 ? `${samples} UNION SELECT series, at_ms, value FROM ${filesTable(closed)}` : samples;
    const raw = await write(connection, all, partitions.pathOf('raw', hourMs), 'series, at_ms');
    finished.push(raw);
    sampled = filesTable([{ path: raw.temporary }]);
  }
  await tableOf(connection, 'sampled_minutes', sampled === null ? null : rollup(sampled, MINUTE_MS));
  await tableOf(connection, 'sampled_hours', sampled === null ? null : rollup(sampled, HOUR_MS));
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE new_minutes AS SELECT ${ROLLUP_COLUMNS} FROM sampled_minutes UNION ALL
     SELECT ${ROLLUP_COLUMNS} FROM minutes ANTI JOIN sampled_minutes USING (series, at_ms) WHERE ${within}`,
  );
  const minutes = await mergeMinutes(connection, partitions, hourMs, partitions.pathOf('1m', hourMs));
  const span = { atMs: hourMs, widthMs: HOUR_MS, path: partitions.pathOf('1h', hourMs) };
  return [...finished, minutes, await mergeHours(connection, partitions, span, minutes)];
}

async function tableOf(connection: DuckDBConnection, name: string, rows: string | null): Promise<void> {
  const nothing = `SELECT ${ROLLUP_COLUMNS} FROM minutes WHERE false`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} AS SELECT ${ROLLUP_COLUMNS} FROM (${rows ?? nothing})`);
}

/** `new_minutes` before what the partition has. */
function mergeMinutes(
  connection: DuckDBConnection,
  partitions: Partitions,
  atMs: number,
  path: string,
): Promise<Finished> {
  const span = path === partitions.dayPath('1m', atMs) ? DAY_MS : HOUR_MS;
  const fromMs = Math.floor(atMs / span) * span;
  const known = partitions.list('1m', fromMs, fromMs + span);
  const older = known.length
    ? ` UNION ALL SELECT ${ROLLUP_COLUMNS} FROM ${filesTable(known)} ANTI JOIN new_minutes USING (series, at_ms)`
    : '';
  return write(connection, `SELECT ${ROLLUP_COLUMNS} FROM new_minutes${older}`, path, 'series, at_ms');
}

interface Span {
  readonly atMs: number;
  readonly widthMs: number;
  readonly path: string;
}

/** Hours from samples where there are any (`sampled_hours`), else from minutes; those that nothing touched stay. */
function mergeHours(
  connection: DuckDBConnection,
  partitions: Partitions,
  { atMs, widthMs, path }: Span,
  minutes: Finished,
): Promise<Finished> {
  const fileMs = path === partitions.dayPath('1h', atMs) ? DAY_MS : HOUR_MS;
  const fromMs = Math.floor(atMs / fileMs) * fileMs;
  const known = partitions.list('1h', fromMs, fromMs + fileMs);
  const touched = `SELECT DISTINCT series, (at_ms // ${HOUR_MS}) * ${HOUR_MS} AS at_ms FROM new_minutes`;
  const older = known.length
    ? ` UNION ALL SELECT ${ROLLUP_COLUMNS} FROM ${filesTable(known)} ANTI JOIN (${touched}) USING (series, at_ms)`
    : '';
  const written = filesTable([{ path: minutes.temporary }]);
  const within = `(SELECT * FROM ${written} WHERE at_ms >= ${atMs} AND at_ms < ${atMs + widthMs})`;
  const rows = `SELECT ${ROLLUP_COLUMNS} FROM sampled_hours UNION ALL
    SELECT ${ROLLUP_COLUMNS} FROM (${widen(within, HOUR_MS)}) SEMI JOIN (${touched}) USING (series, at_ms)
      ANTI JOIN sampled_hours USING (series, at_ms)${older}`;
  return write(connection, rows, path, 'series, at_ms');
}

/** Puts a day together from its hours, and from `new_minutes` where an import brought some. */
export async function writeDay(
  connection: DuckDBConnection,
  partitions: Partitions,
  dayMs: number,
  imported: string | null,
): Promise<Finished[]> {
  await tableOf(connection, 'sampled_hours', null);
  await tableOf(connection, 'new_minutes', imported);
  const minutes = await mergeMinutes(connection, partitions, dayMs, partitions.dayPath('1m', dayMs));
  const span = { atMs: dayMs, widthMs: DAY_MS, path: partitions.dayPath('1h', dayMs) };
  const hours = await mergeHours(connection, partitions, span, minutes);
  return [minutes, hours];
}
