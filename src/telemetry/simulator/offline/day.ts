import type { Demand, Network } from '../../../../topology/model.ts';
import type { Scenario } from '../scenario-schema.ts';

export interface OfflineOptions {
  readonly network: Network;
  /** Demands at their daily peak; null makes them up by a gravity model. */
  readonly demands: readonly Demand[] | null;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Start of the first minute, ms since the epoch. */
  readonly startMs: number;
  readonly days: number;
}

/** Values of one series, one a minute, as the history takes them in. NaN where not known. */
export interface OfflineSeries {
  readonly kind: 'link' | 'arc' | 'device' | 'interface';
  readonly id: string;
  readonly metric: string;
  /** Starts of the minutes; one array for all series of a day. */
  readonly atMs: Float64Array;
  readonly values: Float32Array;
}

/** What really happened, kept apart from the series: for labels and judgement, never for features. */
export interface FailureTruth {
  readonly failureId: string;
  readonly kind: string;
  readonly links: readonly string[];
  /** When each of the links is repaired. */
  readonly endMs: readonly number[];
  readonly node: string | null;
  /** When the links become unhealthy or go down; of a near miss, when the trouble recedes. */
  readonly onsetMs: number;
  readonly planned: boolean;
  /** False for a near miss: something looked like a failure to come and went away. */
  readonly isFailure: boolean;
  /** When it began to announce itself; null when it came out of the blue. */
  readonly precursorFromMs: number | null;
}

export interface OfflineDay {
  readonly fromMs: number;
  readonly series: readonly OfflineSeries[];
  /**
   * All with an onset within this day; with the first day also what had begun before and was not over. What is
   * announced on this day and fails on a later one comes with the later one.
   */
  readonly truth: readonly FailureTruth[];
}

export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 1440;

/** Starts of minutes. */
export function minutesFrom(fromMs: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, minute) => fromMs + minute * MINUTE_MS);
}

/** Columns of one kind of thing: each metric has a value for every thing and minute. */
export class DayColumns<Metric extends string> {
  readonly #kind: OfflineSeries['kind'];
  readonly #ids: readonly string[];
  readonly #minutes: number;
  readonly columns: Readonly<Record<Metric, Float32Array>>;

  constructor(kind: OfflineSeries['kind'], ids: readonly string[], metrics: readonly Metric[], minutes: number) {
    this.#kind = kind;
    this.#ids = ids;
    this.#minutes = minutes;
    this.columns = Object.fromEntries(
      metrics.map((metric) => [metric, new Float32Array(ids.length * minutes).fill(Number.NaN)]),
    ) as Record<Metric, Float32Array>;
  }

  /** Place of a thing's value of a minute in every column. */
  at(thing: number, minute: number): number {
    return thing * this.#minutes + minute;
  }

  /** Writes a minute of everything. */
  write(figures: Readonly<Record<Metric, Float64Array>>, minute: number): void {
    for (const metric of Object.keys(figures) as Metric[]) {
      const [from, to] = [figures[metric], this.columns[metric]];
      for (let thing = 0; thing < from.length; thing += 1) to[this.at(thing, minute)] = from[thing] as number;
    }
  }

  *series(atMs: Float64Array): Iterable<OfflineSeries> {
    for (const [metric, column] of Object.entries<Float32Array>(this.columns)) {
      for (const [thing, id] of this.#ids.entries()) {
        const values = column.subarray(thing * this.#minutes, (thing + 1) * this.#minutes);
        if (values.some((value) => !Number.isNaN(value))) yield { kind: this.#kind, id, metric, atMs, values };
      }
    }
  }
}
