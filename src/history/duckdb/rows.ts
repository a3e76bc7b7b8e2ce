import { MINUTE_MS, type Resolution } from '../history.ts';
import { quoted } from './database.ts';
import type { Partition } from './partitions.ts';

/** Columns of every rollup, in the tables and in the files. */
export const ROLLUP_COLUMNS = 'series, at_ms, n, low, high, mean, last, p95';

/** Samples as rollups of one. */
export const RAW_AS_ROLLUP =
  'series, at_ms, 1::INTEGER AS n, value AS low, value AS high, value AS mean, value AS last, value AS p95';

/** Rollups of samples (`series, at_ms, value`) over buckets of `widthMs`. p95 interpolates between samples. */
export function rollup(samples: string, widthMs: number): string {
  return `SELECT series, (at_ms // ${widthMs}) * ${widthMs} AS at_ms, count(*)::INTEGER AS n, min(value) AS low,
    max(value) AS high, avg(value)::FLOAT AS mean, arg_max(value, at_ms) AS last,
    quantile_cont(value, 0.95)::FLOAT AS p95 FROM ${samples} GROUP BY ALL`;
}

/** Rollups of rollups over wider buckets; the percentile is that of the means. */
export function widen(rollups: string, widthMs: number): string {
  return `SELECT series, (at_ms // ${widthMs}) * ${widthMs} AS at_ms, sum(n)::INTEGER AS n, min(low) AS low,
    max(high) AS high, (sum(mean::DOUBLE * n) / sum(n))::FLOAT AS mean, arg_max(last, at_ms) AS last,
    CASE WHEN count(*) = 1 THEN any_value(p95) ELSE quantile_cont(mean, 0.95)::FLOAT END AS p95
    FROM ${rollups} GROUP BY ALL`;
}

/** Rollups of nothing, with their columns. */
const NO_ROLLUPS = `(SELECT NULL::INTEGER AS series, NULL::BIGINT AS at_ms, NULL::INTEGER AS n, NULL::FLOAT AS low,
  NULL::FLOAT AS high, NULL::FLOAT AS mean, NULL::FLOAT AS last, NULL::FLOAT AS p95 WHERE false)`;

export function filesTable(files: readonly Pick<Partition, 'path'>[]): string {
  return `read_parquet([${files.map(({ path }) => quoted(path)).join(', ')}])`;
}

export interface RowFilter {
  readonly series: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the owner has that is in no file yet: samples, and minutes that are rolled up to this moment. */
export interface LiveRows {
  readonly rolledUntilMs: number;
}

/** Everything known at a resolution: closed files, and what the owner has open. */
export function rowsAt(
  resolution: Resolution,
  files: readonly Partition[],
  live: LiveRows | null,
  filter: RowFilter,
): string {
  const where = `series IN (${filter.series.join(', ')}) AND at_ms >= ${filter.fromMs} AND at_ms < ${filter.toMs}`;
  const columns = resolution === 'raw' ? RAW_AS_ROLLUP : ROLLUP_COLUMNS;
  const parts = files.length > 0 ? [`SELECT ${columns} FROM ${filesTable(files)} WHERE ${where}`] : [];
  if (live && resolution === 'raw') parts.push(`SELECT ${RAW_AS_ROLLUP} FROM points WHERE ${where}`);
  if (live && resolution !== 'raw') {
    parts.push(`SELECT ${ROLLUP_COLUMNS} FROM minutes WHERE ${where}`);
    const tail = `(SELECT * FROM points WHERE ${where} AND at_ms >= ${live.rolledUntilMs})`;
    parts.push(`SELECT ${ROLLUP_COLUMNS} FROM (${rollup(tail, MINUTE_MS)})`);
  }
  return parts.length > 0 ? `(${parts.join(' UNION ALL ')})` : NO_ROLLUPS;
}
