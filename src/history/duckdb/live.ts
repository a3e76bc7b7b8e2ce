import type { DuckDBConnection } from '@duckdb/node-api';
import { DetourError } from '../../core/errors.ts';
import type { HistoryRecord } from '../../store/history-record.ts';
import { type FeedCursor, MINUTE_MS } from '../history.ts';
import { inTransaction, rowsOf } from './database.ts';
import { ROLLUP_COLUMNS, rollup } from './rows.ts';
import type { SeriesDictionary } from './series.ts';

const LAYOUT = 1;

const TABLES = [
  'CREATE TABLE IF NOT EXISTS notes(name VARCHAR PRIMARY KEY, value VARCHAR)',
  'CREATE TABLE IF NOT EXISTS points(series INTEGER, at_ms BIGINT, value FLOAT)',
  `CREATE TABLE IF NOT EXISTS minutes(series INTEGER, at_ms BIGINT, n INTEGER, low FLOAT, high FLOAT, mean FLOAT,
    last FLOAT, p95 FLOAT)`,
];

/** What was read of the feed and how far minutes are rolled up, as the last commit left them. */
export interface LiveNotes {
  readonly cursor: FeedCursor;
  readonly rolledUntilMs: number;
}

/** Makes the tables of the open hours. Rejects with SCHEMA_TOO_NEW on a file of a later program. */
export async function prepareLive(connection: DuckDBConnection): Promise<LiveNotes> {
  for (const table of TABLES) await connection.run(table);
  const rows = await rowsOf(connection, 'SELECT name, value FROM notes');
  const notes = new Map(rows.map(([name, value]) => [name as string, value as string]));
  const layout = Number(notes.get('layout') ?? LAYOUT);
  if (layout > LAYOUT) {
    throw new DetourError('SCHEMA_TOO_NEW', `the history has layout ${layout}, this program knows ${LAYOUT}`, {
      hint: 'start the newer Detour again, or move the history folder away',
    });
  }
  await note(connection, 'layout', String(LAYOUT));
  return {
    cursor: { id: notes.get('feed-id') ?? '0', number: Number(notes.get('feed-number') ?? 0) },
    rolledUntilMs: Number(notes.get('rolled-until') ?? 0),
  };
}

async function note(connection: DuckDBConnection, name: string, value: string): Promise<void> {
  await connection.run('INSERT OR REPLACE INTO notes VALUES ($1, $2)', [name, value]);
}

export interface Appended {
  readonly rows: number;
  /** Earliest moment among them; infinite where there were none. */
  readonly fromMs: number;
}

/** Samples and the cursor behind them, in one transaction. */
export async function appendPoints(
  connection: DuckDBConnection,
  dictionary: SeriesDictionary,
  records: readonly HistoryRecord[],
  cursor: FeedCursor,
): Promise<Appended> {
  let rows = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  await inTransaction(connection, async () => {
    const appender = await connection.createAppender('points');
    for (const { kind, id, atMs, values } of records) {
      const at = BigInt(Math.floor(atMs));
      fromMs = Math.min(fromMs, atMs);
      for (const metric in values) {
        appender.appendInteger(dictionary.numberOf(kind, id, metric));
        appender.appendBigInt(at);
        appender.appendFloat(values[metric] as number);
        appender.endRow();
        rows += 1;
      }
    }
    appender.closeSync();
    await dictionary.save(connection);
    const marks = [cursor.id, String(cursor.number)];
    await connection.run("INSERT OR REPLACE INTO notes VALUES ('feed-id', $1), ('feed-number', $2)", marks);
  });
  dictionary.saved();
  return { rows, fromMs };
}

/** Rolls up what was sampled from `fromMs` to `untilMs`; minutes that were rolled up before are made anew. */
export async function rollMinutes(connection: DuckDBConnection, fromMs: number, untilMs: number): Promise<void> {
  const samples = `(SELECT * FROM points WHERE at_ms >= ${fromMs} AND at_ms < ${untilMs})`;
  await inTransaction(connection, async () => {
    await connection.run(`CREATE OR REPLACE TEMP TABLE fresh AS ${rollup(samples, MINUTE_MS)}`);
    await replaceMinutes(connection, 'fresh');
    await note(connection, 'rolled-until', String(untilMs));
  });
}

/** Puts rollups from a table in the place of those that are there for the same minutes. */
export async function replaceMinutes(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(
    `DELETE FROM minutes USING ${table} f WHERE minutes.series = f.series AND minutes.at_ms = f.at_ms`,
  );
  await connection.run(`INSERT INTO minutes SELECT ${ROLLUP_COLUMNS} FROM ${table}`);
}

/** Hours that are over at `untilMs` and still open, oldest first. */
export async function hoursToClose(
  connection: DuckDBConnection,
  hourMs: number,
  untilMs: number,
): Promise<readonly number[]> {
  const rows = await rowsOf(
    connection,
    `SELECT DISTINCT ((at_ms // ${hourMs}) * ${hourMs})::DOUBLE AS hour
     FROM (SELECT at_ms FROM points UNION ALL SELECT at_ms FROM minutes) WHERE at_ms < ${untilMs} ORDER BY hour`,
  );
  return rows.map(([hour]) => hour as number);
}
