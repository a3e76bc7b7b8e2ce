import { existsSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { HistoryKind } from '../../store/history-record.ts';
import { quoted, rowsOf } from './database.ts';
import type { KnownSeries } from './questions.ts';

/** Numbers of series, so that rows need not repeat three names. A number is given once and never again. */
export class SeriesDictionary {
  readonly #numbers = new Map<string, Map<string, number>>();
  #fresh: { series: number; kind: HistoryKind; id: string; metric: string }[] = [];
  #next = 1;

  /**
   * Reads what is known. A database that is new beside closed partitions takes their numbers over: they must go on
   * meaning the same.
   */
  async load(connection: DuckDBConnection, seriesFile: string): Promise<void> {
    await connection.run('CREATE TABLE IF NOT EXISTS series(series INTEGER, kind VARCHAR, id VARCHAR, metric VARCHAR)');
    if (existsSync(seriesFile)) {
      await connection.run(
        `INSERT INTO series SELECT * FROM read_parquet(${quoted(seriesFile)}) f
         WHERE NOT EXISTS (SELECT 1 FROM series s WHERE s.series = f.series)`,
      );
    }
    this.#numbers.clear();
    this.#fresh = [];
    this.#next = 1;
    for (const [series, kind, id, metric] of await rowsOf(connection, 'SELECT series, kind, id, metric FROM series')) {
      this.#metricsOf(kind as HistoryKind, id as string).set(metric as string, series as number);
      this.#next = Math.max(this.#next, (series as number) + 1);
    }
  }

  /** The number of a series; a new one is given one, which counts once `save` was committed. */
  numberOf(kind: HistoryKind, id: string, metric: string): number {
    const metrics = this.#metricsOf(kind, id);
    const known = metrics.get(metric);
    if (known !== undefined) return known;
    const series = this.#next;
    this.#next += 1;
    metrics.set(metric, series);
    this.#fresh.push({ series, kind, id, metric });
    return series;
  }

  get hasFresh(): boolean {
    return this.#fresh.length > 0;
  }

  /** Writes new numbers into the table, within the caller's transaction. */
  async save(connection: DuckDBConnection): Promise<void> {
    if (this.#fresh.length === 0) return;
    const appender = await connection.createAppender('series');
    for (const { series, kind, id, metric } of this.#fresh) {
      appender.appendInteger(series);
      appender.appendVarchar(kind);
      appender.appendVarchar(id);
      appender.appendVarchar(metric);
      appender.endRow();
    }
    appender.closeSync();
  }

  /** To be called when the transaction of `save` was committed. */
  saved(): void {
    this.#fresh = [];
  }

  find(kind: HistoryKind, ids: readonly string[] | null, metrics: readonly string[] | null): KnownSeries[] {
    const wanted = ids ?? this.#idsOf(kind);
    return wanted.flatMap((id) => {
      const known = this.#numbers.get(`${kind} ${id}`) ?? new Map<string, number>();
      return [...known].flatMap(([metric, series]) =>
        metrics === null || metrics.includes(metric) ? [{ series, id, metric }] : [],
      );
    });
  }

  #idsOf(kind: HistoryKind): string[] {
    const prefix = `${kind} `;
    return [...this.#numbers.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  #metricsOf(kind: HistoryKind, id: string): Map<string, number> {
    const key = `${kind} ${id}`;
    let metrics = this.#numbers.get(key);
    if (!metrics) {
      metrics = new Map();
      this.#numbers.set(key, metrics);
    }
    return metrics;
  }
}
