import { type Static, Type } from 'typebox';

/** What a series is about: a link, one direction of it (`<linkId>:az`), a device, or one end's interface (`<linkId>:a`). */
export const HISTORY_KINDS = ['link', 'arc', 'device', 'interface'] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** A name with its unit in camel case, as everywhere: `loadBps`, `cpuRatio`, `rxPowerDbm`. New ones need no migration. */
export const METRIC_PATTERN = '^[a-z][a-zA-Z0-9]{0,63}$';

/** Figures of one thing at one moment. What is not known is left out, never 0: a gap stays a gap. */
export const HistoryRecordSchema = Type.Object({
  kind: Type.Enum(HISTORY_KINDS),
  id: Type.String({ minLength: 1, maxLength: 300 }),
  atMs: Type.Number({ minimum: 0 }),
  values: Type.Record(Type.String({ pattern: METRIC_PATTERN }), Type.Number()),
});
export type HistoryRecord = Static<typeof HistoryRecordSchema>;

/** Records as they travel to whoever keeps history. */
export interface HistoryBatch {
  readonly id: string;
  /** Counts batches from 1; a jump between two that follow each other says how many were dropped in between. */
  readonly number: number;
  readonly records: readonly HistoryRecord[];
}

/**
 * Everything worth keeping, on its way to the history. Bounded in bytes: where nobody reads, the oldest batches go, and
 * the numbers of those that stay tell it. Writers never wait for readers.
 */
export interface HistoryFeed {
  append(records: readonly HistoryRecord[]): Promise<void>;
  /** Batches after this id, oldest first; waits up to `blockMs` for the first one. */
  read(afterId: string, options: { limit: number; blockMs: number }): Promise<HistoryBatch[]>;
  /** Batches up to and including this id are safe elsewhere and may go. */
  acknowledge(upToId: string): Promise<void>;
}

/** A question that waits for whoever can answer it. Question and answer are JSON texts, opaque to the store. */
export interface Question {
  readonly id: string;
  readonly text: string;
  /** Nobody waits for the answer after this. */
  readonly untilMs: number;
}

/** Questions between processes: anyone asks, the one that can know answers. */
export interface QuestionBox {
  /** The answer; null when nobody gave one within `timeoutMs`. */
  ask(text: string, timeoutMs: number): Promise<string | null>;
  /** Questions after this id, oldest first; waits up to `blockMs` for the first one. */
  next(afterId: string, blockMs: number): Promise<Question[]>;
  answer(questionId: string, text: string): Promise<void>;
}
