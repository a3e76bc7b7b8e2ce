import type { DuckDBConnection } from '@duckdb/node-api';
import { DetourError } from '../../core/errors.ts';
import { DAY_MS, type ImportBlock, MINUTE_MS } from '../history.ts';
import { rowsOf } from './database.ts';
import { RAW_AS_ROLLUP } from './rows.ts';
import type { SeriesDictionary } from './series.ts';

/** Brings blocks into the table `imported` (rollups) and answers how many rows, and which days they lie in. */
export async function stageImport(
  connection: DuckDBConnection,
  dictionary: SeriesDictionary,
  blocks: Iterable<ImportBlock> | AsyncIterable<ImportBlock>,
): Promise<{ rows: number; days: number[] }> {
  await connection.run('CREATE OR REPLACE TABLE staged(series INTEGER, minute INTEGER, value FLOAT)');
  const appender = await connection.createAppender('staged');
  let rows = 0;
  for await (const { kind, id, metric, atMs, values } of blocks) {
    const series = dictionary.numberOf(kind, id, metric);
    for (let index = 0; index < atMs.length; index += 1) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      appender.appendInteger(series);
      appender.appendInteger(minuteOf(atMs[index] as number));
      appender.appendFloat(value);
      appender.endRow();
      rows += 1;
    }
  }
  appender.closeSync();
  await dictionary.save(connection);
  dictionary.saved();
  const samples = `(SELECT series, minute::BIGINT * ${MINUTE_MS} AS at_ms, value FROM staged)`;
  await connection.run(`CREATE OR REPLACE TABLE imported AS SELECT ${RAW_AS_ROLLUP} FROM ${samples}`);
  await connection.run('DROP TABLE staged');
  const days = await rowsOf(
    connection,
    `SELECT DISTINCT (at_ms // ${DAY_MS})::DOUBLE AS day FROM imported ORDER BY day`,
  );
  return { rows, days: days.map(([day]) => (day as number) * DAY_MS) };
}

/** Minutes since 1970, which fit where milliseconds would need a big integer each. */
function minuteOf(atMs: number): number {
  const minute = atMs / MINUTE_MS;
  if (Number.isInteger(minute) && minute >= 0) return minute;
  throw new DetourError('INVALID_INPUT', `atMs: must be the start of a minute, got ${atMs}`, {
    field: 'atMs',
    value: atMs,
  });
}
