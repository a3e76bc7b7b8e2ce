import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';
import { HISTORY_KINDS, type HistoryKind, type HistoryRecord, METRIC_PATTERN } from '../store/history-record.ts';

export type { HistoryKind } from '../store/history-record.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** How fine the rows are that an answer was made from: single samples, or rollups of a minute or an hour. */
export const RESOLUTIONS = ['raw', '1m', '1h'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Buckets of one series in one answer, as many as Prometheus gives. */
export const MAX_BUCKETS = 11_000;
/** Buckets of all series of one answer together. */
export const MAX_CELLS = 1_000_000;

const Metric = Type.String({ pattern: METRIC_PATTERN });

export const RangeQuerySchema = Type.Object({
  kind: Type.Enum(HISTORY_KINDS),
  /** Null for every one there is. */
  ids: nullable(Type.Array(Type.String(), { maxItems: 20_000 })),
  /** Null for every one there is. */
  metrics: nullable(Type.Array(Metric, { maxItems: 100 })),
  fromMs: Type.Number({ minimum: 0 }),
  /** Not part of the range any more. */
  toMs: Type.Number({ minimum: 0 }),
  stepMs: Type.Integer({ minimum: 1000 }),
});
export type RangeQuery = Static<typeof RangeQuerySchema>;

const Figures = Type.Array(nullable(Type.Number()));

/** One series in buckets. Null where nothing was known: a gap, never 0. */
export const SeriesRangeSchema = Type.Object({
  id: Type.String(),
  metric: Metric,
  /** Samples in each bucket. */
  count: Type.Array(Type.Number()),
  min: Figures,
  max: Figures,
  mean: Figures,
  last: Figures,
  /** Of the samples where a bucket is as wide as the rows kept (or they are samples), else of the rows' means. */
  p95: Figures,
});
export type SeriesRange = Static<typeof SeriesRangeSchema>;

export const RangeAnswerSchema = Type.Object({
  /** Start of the first bucket; bucket `i` covers `fromMs + i * stepMs` and what follows for `stepMs`. */
  fromMs: Type.Number(),
  stepMs: Type.Number(),
  buckets: Type.Integer(),
  resolution: Type.Enum(RESOLUTIONS),
  series: Type.Array(SeriesRangeSchema),
});
export type RangeAnswer = Static<typeof RangeAnswerSchema>;

export const DAY_TYPES = ['workday', 'weekend'] as const;

export const BaselineQuerySchema = Type.Object({
  kind: Type.Enum(HISTORY_KINDS),
  id: Type.String(),
  metric: Metric,
  days: Type.Integer({ minimum: 1, maximum: 400 }),
  /** End of the window. */
  toMs: Type.Number({ minimum: 0 }),
});
export type BaselineQuery = Static<typeof BaselineQuerySchema>;

/** What a figure usually is at one hour of the day (UTC): percentiles of its means over a minute. */
export const BaselineHourSchema = Type.Object({
  dayType: Type.Enum(DAY_TYPES, { description: 'Saturday and Sunday, by UTC, are the weekend' }),
  hour: Type.Integer({ minimum: 0, maximum: 23, description: 'hour of the day, UTC' }),
  minutes: Type.Integer({ description: 'how many minutes were known' }),
  days: Type.Integer({ description: 'on how many days' }),
  p5: Type.Number(),
  p25: Type.Number(),
  p50: Type.Number(),
  p75: Type.Number(),
  p95: Type.Number(),
});
export type BaselineHour = Static<typeof BaselineHourSchema>;

export const BaselineAnswerSchema = Type.Object({
  fromMs: Type.Number(),
  toMs: Type.Number(),
  /** Hours of which nothing is known are absent. */
  hours: Type.Array(BaselineHourSchema),
});
export type BaselineAnswer = Static<typeof BaselineAnswerSchema>;

export interface ScanQuery {
  readonly kind: HistoryKind;
  readonly ids: readonly string[] | null;
  readonly metrics: readonly string[] | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Minutes of one series, in order, as arrays of one length. Minutes of which nothing is known are absent. */
export interface MinuteBlock {
  readonly kind: HistoryKind;
  readonly id: string;
  readonly metric: string;
  /** Start of each minute. */
  readonly atMs: Float64Array;
  readonly count: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly last: Float64Array;
}

/** Whoever reads history. One conformance suite runs over every implementation. */
export interface HistoryReader {
  /** Rejects with INVALID_INPUT when the answer would be too large. A step may come back wider than asked for. */
  range(query: RangeQuery): Promise<RangeAnswer>;
  baseline(query: BaselineQuery): Promise<BaselineAnswer>;
  /** Minutes day by day, series by series within a day: for training, which reads more than fits into one answer. */
  scan(query: ScanQuery): AsyncIterable<MinuteBlock>;
  close(): Promise<void>;
}

/** How far a feed was read: kept with the rows in one transaction, so that nothing is written twice or left out. */
export interface FeedCursor {
  readonly id: string;
  readonly number: number;
}

/** Values of one series at a minute each, from an offline run. NaN where not known. */
export interface ImportBlock {
  readonly kind: HistoryKind;
  readonly id: string;
  readonly metric: string;
  /** Starts of minutes, growing. */
  readonly atMs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** What keeping house did. */
export interface Upkeep {
  readonly closedHours: number;
  readonly droppedFiles: number;
  readonly bytes: number;
  /** True when something younger than its time had to go because the disk budget was used up. */
  readonly isOverBudget: boolean;
}

/** Whoever keeps history. */
export interface HistoryWriter {
  /** Opens what is there and answers how far the feed was read; rejects with HISTORY_UNAVAILABLE. */
  start(): Promise<FeedCursor>;
  /** Rows and cursor in one step. */
  append(records: readonly HistoryRecord[], cursor: FeedCursor): Promise<void>;
  /** Minutes from an offline run; a minute that is there already is replaced. */
  importMinutes(blocks: Iterable<ImportBlock> | AsyncIterable<ImportBlock>): Promise<{ rows: number }>;
  /** Rolls minutes up and closes hours that are over. To be called every few seconds; cheap when nothing is due. */
  tick(nowMs: number): Promise<{ closedHours: number }>;
  /** Drops what is older than it is to be kept, and the oldest beyond the disk budget. */
  prune(nowMs: number): Promise<Upkeep>;
  stop(): Promise<void>;
}

/** How long what is kept. */
export interface Retention {
  readonly rawMs: number;
  readonly minuteMs: number;
  readonly hourMs: number;
  readonly maxBytes: number;
}
