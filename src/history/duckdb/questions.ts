import type { DuckDBConnection } from '@duckdb/node-api';
import { DetourError, messageOf } from '../../core/errors.ts';
import type { HistoryKind } from '../../store/history-record.ts';
import { emptySeries, requireCells } from '../answers.ts';
import {
  type BaselineAnswer,
  type BaselineHour,
  type BaselineQuery,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type MinuteBlock,
  type RangeAnswer,
  type RangeQuery,
  type Resolution,
  type Retention,
  type ScanQuery,
  type SeriesRange,
} from '../history.ts';
import { type Steps, stepsOf } from '../steps.ts';
import { rowsOf } from './database.ts';
import type { Partitions } from './partitions.ts';
import { type LiveRows, rowsAt } from './rows.ts';

/** A series as the dictionary has it. */
export interface KnownSeries {
  readonly series: number;
  readonly id: string;
  readonly metric: string;
}

/** What questions are asked of: files, and in the owner also what is open. */
export interface Sources {
  readonly connection: DuckDBConnection;
  readonly partitions: Partitions;
  readonly retention: Retention;
  nowMs(): number;
  /** Null where nothing is open: in every process but the owner. */
  live(): LiveRows | null;
  find(kind: HistoryKind, ids: readonly string[] | null, metrics: readonly string[] | null): Promise<KnownSeries[]>;
}

export async function askRange(sources: Sources, query: RangeQuery): Promise<RangeAnswer> {
  const steps = stepsOf(query, sources.retention, sources.nowMs());
  const known = await sources.find(query.kind, query.ids, query.metrics);
  requireCells(known.length * steps.buckets);
  const answers = new Map(known.map(({ series, id, metric }) => [series, emptySeries(id, metric, steps.buckets)]));
  if (known.length > 0) fill(answers, await read(sources, () => rangeSql(sources, steps, [...answers.keys()])));
  const { fromMs, stepMs, buckets, resolution } = steps;
  return { fromMs, stepMs, buckets, resolution, series: [...answers.values()] };
}

/** Whether each row is alone in its bucket. In the owner the hour that is open comes as minutes. */
function isAsKept({ resolution, stepMs }: Steps, live: LiveRows | null): boolean {
  return resolution === '1h' ? stepMs === HOUR_MS && live === null : resolution === '1m' && stepMs === MINUTE_MS;
}

function rangeSql(sources: Sources, steps: Steps, series: readonly number[]): string {
  const { fromMs, toMs, stepMs, resolution } = steps;
  const rows = openRows(sources, resolution, { series, fromMs, toMs });
  const bucket = `((at_ms - ${fromMs}) // ${stepMs})::INTEGER AS bucket`;
  // Nothing to put together, which is most of the work.
  if (isAsKept(steps, sources.live())) {
    return `SELECT series, ${bucket}, n::DOUBLE, low, high, mean, last, p95 FROM ${rows}`;
  }
  return `SELECT series, ${bucket}, sum(n)::DOUBLE, min(low), max(high),
    sum(mean::DOUBLE * n) / sum(n), arg_max(last, at_ms),
    CASE WHEN count(*) = 1 THEN any_value(p95)::DOUBLE ELSE quantile_cont(mean, 0.95)::DOUBLE END
    FROM ${rows} GROUP BY ALL`;
}

function openRows(
  { partitions, live }: Sources,
  resolution: Resolution,
  filter: { series: readonly number[]; fromMs: number; toMs: number },
): string {
  return rowsAt(resolution, partitions.list(resolution, filter.fromMs, filter.toMs), live(), filter);
}

function fill(answers: ReadonlyMap<number, SeriesRange>, rows: readonly (readonly unknown[])[]): void {
  for (const row of rows) {
    const [series, bucket, count, min, max, mean, last, p95] = row as number[];
    const answer = answers.get(series as number);
    if (!answer) continue;
    const at = bucket as number;
    answer.count[at] = count as number;
    answer.min[at] = asKept(min as number);
    answer.max[at] = asKept(max as number);
    answer.mean[at] = asKept(mean as number);
    answer.last[at] = asKept(last as number);
    answer.p95[at] = asKept(p95 as number);
  }
}

/**
 * Rows hold single precision, some seven digits; the digits beyond them that a double shows mean nothing. By powers of
 * ten that are exact where it can be: `toPrecision` would take longer than the query.
 */
function asKept(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value;
  const digits = 6 - Math.floor(Math.log10(Math.abs(value)));
  if (digits < -22 || digits > 22) return Number(value.toPrecision(7));
  const power = 10 ** Math.abs(digits);
  return digits >= 0 ? Math.round(value * power) / power : Math.round(value / power) * power;
}

const PERCENTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

export async function askBaseline(sources: Sources, query: BaselineQuery): Promise<BaselineAnswer> {
  const { toMs, days } = query;
  const fromMs = toMs - days * DAY_MS;
  const [found] = await sources.find(query.kind, [query.id], [query.metric]);
  if (!found) return { fromMs, toMs, hours: [] };
  const rows = await read(sources, () => {
    const minutes = openRows(sources, '1m', { series: [found.series], fromMs, toMs });
    // 1970-01-01 was a Thursday: the days since then modulo 7 are Saturday at 2 and Sunday at 3.
    return `SELECT (at_ms // ${DAY_MS}) % 7 IN (2, 3) AS weekend, ((at_ms // ${HOUR_MS}) % 24)::INTEGER AS hour,
      count(*)::INTEGER, count(DISTINCT at_ms // ${DAY_MS})::INTEGER,
      ${PERCENTILES.map((share) => `quantile_cont(mean, ${share})::DOUBLE`).join(', ')}
      FROM ${minutes} GROUP BY ALL ORDER BY weekend, hour`;
  });
  return { fromMs, toMs, hours: rows.map(baselineHour) };
}

function baselineHour([weekend, ...figures]: readonly unknown[]): BaselineHour {
  const [hour, minutes, days, ...percentiles] = figures as [number, number, number, ...number[]];
  const [p5, p25, p50, p75, p95] = percentiles.map(asKept) as [number, number, number, number, number];
  return { dayType: weekend === true ? 'weekend' : 'workday', hour, minutes, days, p5, p25, p50, p75, p95 };
}

/** Series that are read at once: a day of this many at 1 min stays below 200 MB. */
const SCAN_SERIES = 500;

export async function* askScan(sources: Sources, query: ScanQuery): AsyncIterable<MinuteBlock> {
  const known = await sources.find(query.kind, query.ids, query.metrics);
  const firstDayMs = Math.floor(query.fromMs / DAY_MS) * DAY_MS;
  for (let dayMs = firstDayMs; dayMs < query.toMs; dayMs += DAY_MS) {
    const [fromMs, toMs] = [Math.max(dayMs, query.fromMs), Math.min(dayMs + DAY_MS, query.toMs)];
    for (let start = 0; start < known.length; start += SCAN_SERIES) {
      const some = known.slice(start, start + SCAN_SERIES);
      yield* blocksOf(sources, query.kind, some, fromMs, toMs);
    }
  }
}

async function* blocksOf(
  sources: Sources,
  kind: HistoryKind,
  known: readonly KnownSeries[],
  fromMs: number,
  toMs: number,
): AsyncIterable<MinuteBlock> {
  const series = known.map((each) => each.series);
  const rows = await read(
    sources,
    () => `SELECT series, at_ms::DOUBLE, n::DOUBLE, low::DOUBLE, high::DOUBLE, mean::DOUBLE, last::DOUBLE
      FROM ${openRows(sources, '1m', { series, fromMs, toMs })} ORDER BY series, at_ms`,
  );
  const names = new Map(known.map((each) => [each.series, each]));
  for (let start = 0; start < rows.length; ) {
    const number = rows[start]?.[0];
    let end = start;
    while (end < rows.length && rows[end]?.[0] === number) end += 1;
    const name = names.get(number as number);
    if (name) yield block(kind, name, rows.slice(start, end));
    start = end;
  }
}

function block(kind: HistoryKind, { id, metric }: KnownSeries, rows: readonly (readonly unknown[])[]): MinuteBlock {
  const column = (index: number) => Float64Array.from(rows, (row) => row[index] as number);
  const [atMs, count, min, max, mean, last] = [1, 2, 3, 4, 5, 6].map(column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { kind, id, metric, atMs, count, min, max, mean, last };
}

/** Hours become days and old files go while someone reads: then the list of files is made anew. */
const READ_TRIES = 3;

async function read(sources: Sources, sql: () => string): Promise<readonly (readonly unknown[])[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rowsOf(sources.connection, sql());
    } catch (error) {
      const isGone = /No such file|No files found|Cannot open file/i.test(messageOf(error));
      if (!isGone || attempt === READ_TRIES) throw unreadable(error);
    }
  }
}

function unreadable(cause: unknown): DetourError {
  const message = messageOf(cause).split('\n')[0]?.slice(0, 300);
  return new DetourError('HISTORY_UNAVAILABLE', `history cannot be read: ${message}`, {
    hint: 'a partition that cannot be read can be moved away; the others stay readable',
    cause,
  });
}
