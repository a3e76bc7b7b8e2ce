import type { FeatureTable } from '../feature-table.ts';
import { binCount, binOf, quantileEdges, stabilityIndex } from './psi.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_HOURS = 24;
/** Features are looked at so often: they move slowly, and neighbouring minutes say the same. */
const LOOK_EVERY_MS = 10 * MINUTE_MS;
/** Whole days before the last one that it is compared with: a week at least, so that weekends are among them. */
const LEAST_DAYS = 7;
const MOST_DAYS = 28;
/** Rows of the first day from which the bins are made. */
const FIRST_ROWS = 4_000;
/** Much has changed: see `stabilityIndex`. */
const MUCH = 0.25;
/** Beyond what single days of the past differed from all others, which is what weekends, weather and luck do. */
const BEYOND_USUAL = 2;
/** So many hours in a row: one odd hour does not. */
const HOURS_IN_A_ROW = 3;

export interface DriftFinding {
  readonly atMs: number;
  readonly isDrifting: boolean;
  /** Whole days it was compared with; too few: nothing is said yet. */
  readonly days: number;
  /** The largest index first; null where nothing is said yet. */
  readonly features: readonly { readonly feature: string; readonly psi: number | null; readonly isDrifting: boolean }[];
}

/** Counts of an hour, by feature and bin. */
interface Hour {
  readonly hour: number;
  readonly counts: readonly number[][];
}

/** Everything that is remembered, as plain data, so that a restart goes on. */
export interface DriftMemory {
  readonly features: readonly string[];
  readonly edges: readonly (readonly number[])[];
  readonly hours: readonly Hour[];
  readonly days: readonly Hour[];
  readonly inARow: number;
}

/**
 * Compares the features of the last 24 hours with those of the days before, feature by feature. Whole days are compared
 * with whole days, so that the time of day plays no part. What is usual is learnt: each past day is compared with the
 * other ones in the same way, and only what goes well beyond that is drift.
 */
export class DriftWatch {
  #features: readonly string[] = [];
  #first: number[][] = [];
  #edges: readonly (readonly number[])[] | null = null;
  #hours: Hour[] = [];
  #days: Hour[] = [];
  #lookedAtMs = -Infinity;
  #judgedHour = -Infinity;
  #inARow = 0;

  /** Rows as of one moment; those that `isKnown` says no to are left out. */
  see(atMs: number, table: FeatureTable, isKnown: readonly boolean[]): void {
    if (atMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = atMs;
    if (table.names.join() !== this.#features.join()) this.#begin(table.names);
    if (this.#edges === null) this.#collect(table, isKnown);
    else this.#count(Math.floor(atMs / HOUR_MS), table, isKnown);
  }

  /** To be asked once an hour. */
  finding(atMs: number): DriftFinding {
    const usual = this.#days.length >= LEAST_DAYS;
    const last = sumOf(this.#hours.slice(-DAY_HOURS));
    const isWhole = this.#hours.length >= DAY_HOURS;
    const features = this.#features.map((feature, column) => {
      if (!usual || !isWhole || last === null) return { feature, psi: null, isDrifting: false };
      const psi = stabilityIndex(this.#reference(column, null), last[column] as number[]);
      return { feature, psi, isDrifting: psi > Math.max(MUCH, BEYOND_USUAL * this.#usual(column)) };
    });
    const found = features.some(({ isDrifting }) => isDrifting);
    const hour = Math.floor(atMs / HOUR_MS);
    if (hour > this.#judgedHour) {
      this.#judgedHour = hour;
      this.#inARow = found ? this.#inARow + 1 : 0;
    }
    const sorted = features.toSorted((x, y) => (y.psi ?? -1) - (x.psi ?? -1));
    return { atMs, isDrifting: this.#inARow >= HOURS_IN_A_ROW, days: this.#days.length, features: sorted };
  }

  /** Another model answers from now on: what is usual is learnt anew. */
  reset(): void {
    this.#begin(this.#features);
  }

  memory(): DriftMemory | null {
    if (this.#edges === null) return null;
    return { features: this.#features, edges: this.#edges, hours: this.#hours, days: this.#days, inARow: this.#inARow };
  }

  restore(memory: DriftMemory): void {
    this.#features = memory.features;
    this.#edges = memory.edges;
    this.#hours = [...memory.hours];
    this.#days = [...memory.days];
    this.#inARow = memory.inARow;
  }

  #begin(features: readonly string[]): void {
    this.#features = features;
    this.#first = features.map(() => []);
    this.#edges = null;
    this.#hours = [];
    this.#days = [];
    this.#inARow = 0;
  }

  #collect(table: FeatureTable, isKnown: readonly boolean[]): void {
    eachRow(table, isKnown, (value, column) => this.#first[column]?.push(value));
    if ((this.#first[0]?.length ?? 0) < FIRST_ROWS) return;
    this.#edges = this.#first.map(quantileEdges);
    this.#first = [];
  }

  #count(hour: number, table: FeatureTable, isKnown: readonly boolean[]): void {
    const edges = this.#edges as readonly (readonly number[])[];
    if (this.#hours.at(-1)?.hour !== hour) this.#turn(hour, edges);
    const { counts } = this.#hours.at(-1) as Hour;
    eachRow(table, isKnown, (value, column) => {
      const own = counts[column] as number[];
      const bin = binOf(edges[column] as readonly number[], value);
      own[bin] = (own[bin] as number) + 1;
    });
  }

  /** Begins an hour. Whole days that lie before the last 24 hours become part of what is usual. */
  #turn(hour: number, edges: readonly (readonly number[])[]): void {
    this.#hours.push({ hour, counts: edges.map((own) => new Array<number>(binCount(own)).fill(0)) });
    if (this.#hours.length < 2 * DAY_HOURS) return;
    const past = this.#hours.splice(0, DAY_HOURS);
    // A day during which something was drifting is not what is usual.
    if (this.#inARow < HOURS_IN_A_ROW)
      this.#days.push({ hour: past[0]?.hour as number, counts: sumOf(past) as number[][] });
    this.#days = this.#days.slice(-MOST_DAYS);
  }

  /** Counts of one feature over all past days, one of them left out. */
  #reference(column: number, left: Hour | null): number[] {
    const days = this.#days.filter((day) => day !== left);
    return sumColumn(days, column);
  }

  /** By how much the oddest past day differed from all others. */
  #usual(column: number): number {
    return Math.max(
      ...this.#days.map((day) => stabilityIndex(this.#reference(column, day), day.counts[column] as number[])),
    );
  }
}

function eachRow(
  table: FeatureTable,
  isKnown: readonly boolean[],
  visit: (value: number, column: number) => void,
): void {
  const width = table.names.length;
  for (let row = 0; row < table.rowCount; row += 1) {
    if (isKnown[row] === false) continue;
    for (let column = 0; column < width; column += 1) visit(table.values[row * width + column] as number, column);
  }
}

function sumOf(hours: readonly Hour[]): number[][] | null {
  const [first] = hours;
  return first === undefined ? null : first.counts.map((_, column) => sumColumn(hours, column));
}

function sumColumn(hours: readonly Hour[], column: number): number[] {
  const width = hours[0]?.counts[column]?.length ?? 0;
  return Array.from({ length: width }, (_, bin) =>
    hours.reduce((sum, { counts }) => sum + (counts[column]?.[bin] ?? 0), 0),
  );
}
