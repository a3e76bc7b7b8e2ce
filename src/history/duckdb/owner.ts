import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Clock } from '../../core/clock.ts';
import { DetourError } from '../../core/errors.ts';
import type { HistoryRecord } from '../../store/history-record.ts';
import {
  type BaselineAnswer,
  type BaselineQuery,
  DAY_MS,
  type FeedCursor,
  type HistoryReader,
  type HistoryWriter,
  HOUR_MS,
  type ImportBlock,
  MINUTE_MS,
  type MinuteBlock,
  type RangeAnswer,
  type RangeQuery,
  RESOLUTIONS,
  type Retention,
  type ScanQuery,
  type Upkeep,
} from '../history.ts';
import { type Finished, writeDay, writeHour, writeSeries } from './closing.ts';
import { type Database, inTransaction, openDatabase, rowsOf } from './database.ts';
import { Gate } from './gate.ts';
import { stageImport } from './importing.ts';
import { appendPoints, hoursToClose, prepareLive, replaceMinutes, rollMinutes } from './live.ts';
import { type Partition, Partitions } from './partitions.ts';
import { askBaseline, askRange, askScan, type Sources } from './questions.ts';
import { SeriesDictionary } from './series.ts';

export interface DuckdbHistoryOptions {
  readonly dataDir: string;
  readonly networkName: string;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly memoryMb?: number;
  readonly threads?: number;
  /** Told, in one sentence, of what operators should know: a file set aside, samples too old to keep. */
  readonly onWarning?: (message: string) => void;
}

/** Samples may come this late and still be part of their minute, or hour, when it is rolled up. */
const MINUTE_GRACE_MS = 10_000;
const HOUR_GRACE_MS = 90_000;
const MEMORY_MB = 96;
const THREADS = 1;
/** What is kept of samples when even the open hour is more than the disk budget. */
const LAST_RESORT_MS = 10 * MINUTE_MS;

/** The one process that has the file open: writes, closes hours, and answers with what is open as well. */
export class DuckdbHistory implements HistoryWriter, HistoryReader {
  readonly #options: DuckdbHistoryOptions;
  readonly #partitions: Partitions;
  readonly #dictionary = new SeriesDictionary();
  readonly #gate = new Gate();
  #database: Database | null = null;
  /** Everything that writes, one after the other. */
  #writing: Promise<unknown> = Promise.resolve();
  #rolledUntilMs = 0;
  #lateFromMs = Number.POSITIVE_INFINITY;
  #closedUntilMs = 0;
  #hasImported = false;

  constructor(options: DuckdbHistoryOptions) {
    this.#options = options;
    this.#partitions = new Partitions(options.dataDir, options.networkName);
  }

  async start(): Promise<FeedCursor> {
    this.#partitions.create();
    this.#database = await this.#open();
    const { cursor, rolledUntilMs } = await prepareLive(this.#database.writer);
    await this.#dictionary.load(this.#database.writer, this.#partitions.seriesFile);
    this.#rolledUntilMs = rolledUntilMs;
    return cursor;
  }

  append(records: readonly HistoryRecord[], cursor: FeedCursor): Promise<void> {
    return this.#alone(async ({ writer }) => {
      const kept = this.#keepable(records);
      const { fromMs } = await appendPoints(writer, this.#dictionary, kept, cursor);
      if (fromMs < this.#rolledUntilMs) this.#lateFromMs = Math.min(this.#lateFromMs, fromMs);
    });
  }

  importMinutes(blocks: Iterable<ImportBlock> | AsyncIterable<ImportBlock>): Promise<{ rows: number }> {
    return this.#alone(async (database) => {
      const { rows, days } = await stageImport(database.writer, this.#dictionary, blocks);
      const openFromMs = startOfDay(this.#options.clock.nowMs() - HOUR_GRACE_MS - HOUR_MS);
      for (const dayMs of days.filter((day) => day < openFromMs)) await this.#writeDay(database, dayMs, true);
      await inTransaction(database.writer, async () => {
        await database.writer.run(`DELETE FROM imported WHERE at_ms < ${openFromMs}`);
        await replaceMinutes(database.writer, 'imported');
      });
      await database.writer.run('DROP TABLE imported');
      this.#hasImported = true;
      return { rows };
    });
  }

  tick(nowMs: number): Promise<{ closedHours: number }> {
    return this.#alone(async (database) => {
      const minuteMs = startOf(nowMs - MINUTE_GRACE_MS, MINUTE_MS);
      if (minuteMs > this.#rolledUntilMs || this.#isLate()) {
        await this.#roll(database, Math.max(minuteMs, this.#rolledUntilMs));
      }
      const closableMs = startOf(nowMs - HOUR_GRACE_MS, HOUR_MS);
      const isDue = closableMs > this.#closedUntilMs || this.#hasImported || this.#lateFromMs < closableMs;
      const closedHours = isDue ? await this.#close(database, closableMs) : 0;
      return { closedHours };
    });
  }

  /** Whether something came for minutes that were rolled up before. */
  #isLate(): boolean {
    return this.#lateFromMs < this.#rolledUntilMs;
  }

  /** What came late for a closed hour is left to its closing: until then the hour stays as it was. */
  async #roll({ writer }: Database, untilMs: number): Promise<void> {
    const fromMs = startOf(Math.min(this.#rolledUntilMs, this.#lateFromMs), MINUTE_MS);
    await this.#gate.exclusive(async () => {
      await rollMinutes(writer, Math.max(fromMs, this.#closedUntilMs), untilMs);
      this.#rolledUntilMs = untilMs;
    });
    if (this.#lateFromMs >= this.#closedUntilMs) this.#lateFromMs = Number.POSITIVE_INFINITY;
  }

  async #close(database: Database, untilMs: number): Promise<number> {
    const hours = await hoursToClose(database.writer, HOUR_MS, untilMs);
    for (const hourMs of hours) await this.#closeHour(database, hourMs);
    for (const dayMs of this.#daysToJoin(untilMs)) await this.#writeDay(database, dayMs, false);
    this.#closedUntilMs = untilMs;
    this.#lateFromMs = Number.POSITIVE_INFINITY;
    this.#hasImported = false;
    return hours.length;
  }

  async #closeHour({ writer }: Database, hourMs: number): Promise<void> {
    const finished = [
      await writeSeries(writer, this.#partitions),
      ...(await writeHour(writer, this.#partitions, hourMs)),
    ];
    await this.#gate.exclusive(async () => {
      this.#publish(finished);
      await inTransaction(writer, async () => {
        for (const table of ['points', 'minutes']) {
          await writer.run(`DELETE FROM ${table} WHERE at_ms >= ${hourMs} AND at_ms < ${hourMs + HOUR_MS}`);
        }
      });
    });
    await writer.run('CHECKPOINT');
  }

  /** Days that are over and still in hours. */
  #daysToJoin(untilMs: number): number[] {
    const hours = (['1m', '1h'] as const).flatMap((resolution) => this.#partitions.all(resolution));
    const days = hours.filter(({ fromMs, toMs }) => toMs - fromMs === HOUR_MS).map(({ fromMs }) => startOfDay(fromMs));
    return [...new Set(days)].filter((dayMs) => dayMs + DAY_MS <= untilMs);
  }

  async #writeDay({ writer }: Database, dayMs: number, isImport: boolean): Promise<void> {
    const imported = `SELECT * FROM imported WHERE at_ms >= ${dayMs} AND at_ms < ${dayMs + DAY_MS}`;
    const finished = [
      await writeSeries(writer, this.#partitions),
      ...(await writeDay(writer, this.#partitions, dayMs, isImport ? imported : null)),
    ];
    await this.#gate.exclusive(async () => {
      this.#publish(finished);
      for (const resolution of ['1m', '1h'] as const) {
        for (const hour of this.#partitions.hoursOf(resolution, dayMs)) this.#partitions.remove(hour);
      }
    });
  }

  #publish(finished: readonly Finished[]): void {
    for (const { temporary, path } of finished) renameSync(temporary, path);
  }

  prune(nowMs: number): Promise<Upkeep> {
    return this.#alone(async (database) => {
      const { rawMs, minuteMs, hourMs, maxBytes } = this.#options.retention;
      const oldest = { raw: nowMs - rawMs, '1m': nowMs - minuteMs, '1h': nowMs - hourMs };
      const old = RESOLUTIONS.flatMap((each) => this.#partitions.all(each).filter(({ toMs }) => toMs <= oldest[each]));
      for (const partition of old) this.#partitions.remove(partition);
      const over = this.#beyondBudget(maxBytes);
      for (const partition of over) this.#partitions.remove(partition);
      const isOverBudget = over.length > 0 || this.#partitions.bytes() > maxBytes;
      if (this.#partitions.bytes() > maxBytes) await this.#shrinkOpenHour(database, nowMs);
      return { closedHours: 0, droppedFiles: old.length + over.length, bytes: this.#partitions.bytes(), isOverBudget };
    });
  }

  /** What has to go to keep the budget: samples first, then minutes, then hours, the oldest first. */
  #beyondBudget(maxBytes: number): Partition[] {
    let bytes = this.#partitions.bytes();
    const over: Partition[] = [];
    for (const partition of RESOLUTIONS.flatMap((each) => this.#partitions.all(each))) {
      if (bytes <= maxBytes) break;
      bytes -= this.#partitions.sizeOf(partition);
      over.push(partition);
    }
    return over;
  }

  async #shrinkOpenHour(database: Database, nowMs: number): Promise<void> {
    const fromMs = startOf(Math.min(nowMs - LAST_RESORT_MS, this.#rolledUntilMs), MINUTE_MS);
    await this.#gate.exclusive(async () => {
      await database.writer.run(`DELETE FROM points WHERE at_ms < ${fromMs}`);
      await database.writer.run('CHECKPOINT');
    });
  }

  async range(query: RangeQuery): Promise<RangeAnswer> {
    return this.#gate.shared(() => askRange(this.#sources(), query));
  }

  async baseline(query: BaselineQuery): Promise<BaselineAnswer> {
    return this.#gate.shared(() => askBaseline(this.#sources(), query));
  }

  scan(query: ScanQuery): AsyncIterable<MinuteBlock> {
    return askScan(this.#sources(), query);
  }

  /** Bytes on disk. */
  bytes(): number {
    return this.#partitions.bytes();
  }

  async stop(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#gate.exclusive(async () => {
      this.#database?.close();
      this.#database = null;
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  #sources(): Sources {
    const database = this.#require();
    return {
      connection: database.reader,
      partitions: this.#partitions,
      retention: this.#options.retention,
      nowMs: () => this.#options.clock.nowMs(),
      live: () => ({ rolledUntilMs: this.#rolledUntilMs }),
      find: async (kind, ids, metrics) => this.#dictionary.find(kind, ids, metrics),
    };
  }

  #alone<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const run = this.#writing.catch(() => undefined).then(() => work(this.#require()));
    this.#writing = run;
    return run;
  }

  #require(): Database {
    if (this.#database) return this.#database;
    throw new DetourError('HISTORY_UNAVAILABLE', 'the history is not open');
  }

  /** What is older than samples are kept would undo the minutes that were made of them; the future is a wrong clock. */
  #keepable(records: readonly HistoryRecord[]): readonly HistoryRecord[] {
    const nowMs = this.#options.clock.nowMs();
    const oldestMs = startOf(nowMs - this.#options.retention.rawMs, HOUR_MS) + HOUR_MS;
    const kept = records.filter(({ atMs }) => atMs >= oldestMs && atMs <= nowMs + HOUR_MS);
    const refused = records.length - kept.length;
    if (refused > 0) this.#options.onWarning?.(`${refused} records are too old, or of the future, and were not kept`);
    return kept;
  }

  async #open(): Promise<Database> {
    const { databaseFile, spillDir } = this.#partitions;
    const { memoryMb = MEMORY_MB, threads = THREADS } = this.#options;
    const settings = { file: databaseFile, spillDir, memoryMb, threads };
    rmSync(spillDir, { recursive: true, force: true });
    try {
      const database = await openDatabase(settings);
      await rowsOf(database.writer, 'SELECT 1');
      return database;
    } catch (error) {
      if (!isDamaged(error) || !existsSync(databaseFile)) throw error;
      return this.#openAnew(settings);
    }
  }

  /** The open hours are lost; closed partitions and their numbers are not. */
  async #openAnew(settings: Parameters<typeof openDatabase>[0]): Promise<Database> {
    const { databaseFile } = this.#partitions;
    const aside = `${databaseFile}.damaged-${this.#options.clock.nowMs()}`;
    renameSync(databaseFile, aside);
    rmSync(`${databaseFile}.wal`, { force: true });
    this.#options.onWarning?.(`the history's open file was damaged and was set aside as ${aside}`);
    return openDatabase(settings);
  }
}

function isDamaged(error: unknown): boolean {
  const text = error instanceof Error ? error.message : '';
  return /not a valid DuckDB|corrupt|checksum|Serialization Error|replaying WAL|not a DuckDB/i.test(text);
}

function startOf(atMs: number, widthMs: number): number {
  return Math.floor(atMs / widthMs) * widthMs;
}

function startOfDay(atMs: number): number {
  return startOf(atMs, DAY_MS);
}
