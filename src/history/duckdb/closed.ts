import { existsSync } from 'node:fs';
import type { Clock } from '../../core/clock.ts';
import { DetourError } from '../../core/errors.ts';
import type { HistoryKind } from '../../store/history-record.ts';
import type {
  BaselineAnswer,
  BaselineQuery,
  HistoryReader,
  MinuteBlock,
  RangeAnswer,
  RangeQuery,
  Retention,
  ScanQuery,
} from '../history.ts';
import { type Database, openDatabase, quoted, rowsOf } from './database.ts';
import { Partitions } from './partitions.ts';
import { askBaseline, askRange, askScan, type KnownSeries, type Sources } from './questions.ts';

export interface ClosedHistoryOptions {
  readonly dataDir: string;
  readonly networkName: string;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly memoryMb?: number;
}

/**
 * Reads closed partitions through a database in memory, beside whoever owns the file. What happened since the last full
 * hour is not among it. The database is opened with the first question.
 */
export class ClosedHistory implements HistoryReader {
  readonly #options: ClosedHistoryOptions;
  readonly #partitions: Partitions;
  #opening: Promise<Database> | null = null;

  constructor(options: ClosedHistoryOptions) {
    this.#options = options;
    this.#partitions = new Partitions(options.dataDir, options.networkName);
  }

  async range(query: RangeQuery): Promise<RangeAnswer> {
    return askRange(await this.#sources(), query);
  }

  async baseline(query: BaselineQuery): Promise<BaselineAnswer> {
    return askBaseline(await this.#sources(), query);
  }

  async *scan(query: ScanQuery): AsyncIterable<MinuteBlock> {
    yield* askScan(await this.#sources(), query);
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    (await opening?.catch(() => null))?.close();
  }

  async #sources(): Promise<Sources> {
    const { networkName, retention, clock, memoryMb = 96 } = this.#options;
    if (!existsSync(this.#partitions.root)) {
      throw new DetourError('HISTORY_UNAVAILABLE', `there is no history of ${networkName} in this data folder`, {
        hint: 'it begins when the service has run, with its first full hour',
      });
    }
    this.#opening ??= openDatabase({
      file: null,
      spillDir: `${this.#partitions.spillDir}-${process.pid}`,
      memoryMb,
      threads: 1,
    });
    const { reader } = await this.#opening.catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return {
      connection: reader,
      partitions: this.#partitions,
      retention,
      nowMs: () => clock.nowMs(),
      live: () => null,
      find: (kind, ids, metrics) => this.#find(reader, kind, ids, metrics),
    };
  }

  async #find(
    connection: Database['reader'],
    kind: HistoryKind,
    ids: readonly string[] | null,
    metrics: readonly string[] | null,
  ): Promise<KnownSeries[]> {
    if (!this.#partitions.exists()) return [];
    const among = (column: string, names: readonly string[] | null) =>
      names === null ? 'true' : `list_contains([${names.map(quoted).join(', ')}]::VARCHAR[], ${column})`;
    const rows = await rowsOf(
      connection,
      `SELECT series, id, metric FROM read_parquet(${quoted(this.#partitions.seriesFile)})
       WHERE kind = ${quoted(kind)} AND ${among('id', ids)} AND ${among('metric', metrics)} ORDER BY series`,
    );
    return rows.map(([series, id, metric]) => ({
      series: series as number,
      id: id as string,
      metric: metric as string,
    }));
  }
}
