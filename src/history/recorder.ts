import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { pause } from '../core/pause.ts';
import type { NewEvent } from '../store/events.ts';
import type { HistoryBatch, HistoryRecord } from '../store/history-record.ts';
import type { Store } from '../store/store.ts';
import type { FeedCursor, HistoryWriter } from './history.ts';

export interface RecorderOptions {
  readonly store: Pick<Store, 'history' | 'events' | 'leases'>;
  readonly writer: HistoryWriter;
  readonly clock: Clock;
  /** Unique to this process and its run. */
  readonly holder: string;
  readonly onError: (error: unknown) => void;
}

/** Written at the latest after this time, or from this many figures on. */
const FLUSH_MS = 1_000;
const FLUSH_FIGURES = 1_000;
/** Batches that one read takes at most: what one transaction writes, and what a failing disk makes us hold. */
const READ_BATCHES = 64;
const BLOCK_MS = 500;
const TICK_MS = 1_000;
const LEASE = 'history';
const LEASE_MS = 5_000;
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

/**
 * Follows the feed and writes it down. The cursor is part of what is written, so a restart goes on exactly where the
 * last commit ended. When the disk is slow or full, the feed holds what its bound allows, and nobody else waits.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #stopping = new AbortController();
  #cursor: FeedCursor = { id: '0', number: 0 };
  #done: Promise<void> = Promise.resolve();
  #tickedMs = 0;
  #hasFailed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Opens the history; rejects with HISTORY_UNAVAILABLE when that cannot be. */
  async start(): Promise<void> {
    this.#cursor = await this.#options.writer.start();
    this.#done = this.#follow();
  }

  /** Writes what is under way and closes the file. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    await this.#options.store.leases.release(LEASE, this.#options.holder).catch(this.#options.onError);
    await this.#options.writer.stop();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    let backoffMs = BACKOFF_MS;
    while (!signal.aborted) {
      try {
        await this.#step();
        if (this.#hasFailed) await this.#recovered();
        backoffMs = BACKOFF_MS;
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error);
        await pause(backoffMs, signal);
        backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
      }
    }
  }

  /** One round: gather what has come, write it, let it go from the feed, keep house. */
  async #step(): Promise<void> {
    const { store, writer, clock, holder } = this.#options;
    const { signal } = this.#stopping;
    if ((await store.leases.acquire(LEASE, holder, LEASE_MS)) === null) return pause(LEASE_MS / 2, signal);
    const batches = await this.#gather();
    const last = batches.at(-1);
    if (last) {
      await this.#tellGaps(batches);
      const cursor = { id: last.id, number: last.number };
      await writer.append(recordsOf(batches), cursor);
      this.#cursor = cursor;
      await store.history.acknowledge(cursor.id);
    }
    const nowMs = clock.nowMs();
    if (Math.abs(nowMs - this.#tickedMs) < TICK_MS) return;
    this.#tickedMs = nowMs;
    await writer.tick(nowMs);
  }

  async #gather(): Promise<HistoryBatch[]> {
    const { history } = this.#options.store;
    const batches: HistoryBatch[] = [];
    const deadlineMs = performance.now() + FLUSH_MS;
    for (let figures = 0; figures < FLUSH_FIGURES && batches.length < READ_BATCHES; ) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0 || this.#stopping.signal.aborted) break;
      const limit = READ_BATCHES - batches.length;
      const more = await history.read(batches.at(-1)?.id ?? this.#cursor.id, {
        limit,
        blockMs: Math.min(BLOCK_MS, leftMs),
      });
      batches.push(...more);
      for (const { records } of more) for (const { values } of records) figures += Object.keys(values).length;
    }
    return batches;
  }

  /** The feed was too long for its bound while nobody read: what is missing is said, not passed over. */
  async #tellGaps(batches: readonly HistoryBatch[]): Promise<void> {
    let [{ number }, missing] = [this.#cursor, 0];
    for (const batch of batches) {
      // A feed that counts from the beginning again is a new one: Redis was emptied.
      if (number > 0 && batch.number > number + 1) missing += batch.number - number - 1;
      number = batch.number;
    }
    if (missing === 0) return;
    const message = `history has a gap: ${missing} batches of figures went by while it could not be written`;
    await this.#tell({ type: 'history-lost', severity: 'warning', cleared: false, message, details: { missing } });
  }

  async #failed(error: unknown): Promise<void> {
    this.#options.onError(error);
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const message = `history is not being written: ${messageOf(error)}; it is tried again`;
    await this.#tell({ type: 'history-failed', severity: 'minor', cleared: false, message, details: {} });
  }

  async #recovered(): Promise<void> {
    this.#hasFailed = false;
    const message = 'history is being written again';
    await this.#tell({ type: 'history-failed', severity: 'info', cleared: true, message, details: {} });
  }

  async #tell(what: Pick<NewEvent, 'type' | 'severity' | 'cleared' | 'message' | 'details'>): Promise<void> {
    const { store, clock, onError } = this.#options;
    const about = { linkId: null, deviceId: null, proposalId: null };
    await store.events.append([{ atMs: clock.nowMs(), ...about, ...what }]).catch(onError);
  }
}

function recordsOf(batches: readonly HistoryBatch[]): HistoryRecord[] {
  return batches.flatMap(({ records }) => records);
}
