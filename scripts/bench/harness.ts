/** One measured figure; one JSON object a line with `--json`. */
export interface Measure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** What an issue demands; null where the bench only reports. */
  readonly must: number | null;
  /** What would be better still; null where none is named. */
  readonly aim: number | null;
  /** False only when `must` is missed. */
  readonly ok: boolean;
}

/** What may be said on the command line besides `--full` and `--json`; each bench heeds what concerns it. */
export const BENCH_FLAGS = {
  data: 'folder of reference networks, laid out like the one beside the checkout',
  networks: 'names of networks, with commas between; all others are left out',
  contested: 'stop each network when it has this many contested cases',
  minutes: 'stop after this time, however many cases there were',
  workers: 'processes that work at the same time',
  cases: 'file of finished cases: read first, and each new one is added',
  recheck: 'go on with a file of other code if so many of its cases, made again, come to the same',
  bases: 'igp or pinned: cases of the other base are left out',
  days: 'days to simulate',
  scenario: 'scenarios to simulate, with commas between',
  seed: 'seed of the simulated world',
  tick: 'seconds between two ticks, throughout',
} as const;
export type BenchFlags = { readonly [flag in keyof typeof BENCH_FLAGS]?: string };

export interface BenchOptions {
  /** Every case, not only the ones that are quick. */
  readonly full: boolean;
  readonly flags: BenchFlags;
  /** Ends the bench when its time is over. */
  readonly signal: AbortSignal;
}

/** A file in `cases/` exports one as `bench`. Measures may come one by one or all at the end. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Ends it after this time, ms, where the usual five minutes are too few. */
  readonly limitMs?: number;
  run(options: BenchOptions): AsyncIterable<Measure> | Promise<readonly Measure[]>;
}

export type MeasureInput = Omit<Measure, 'ok' | 'must' | 'aim'> & { readonly must?: number; readonly aim?: number };

/** Completes a measure: `ok` says whether `must` is met; a figure that is no number never is. */
export function measure(input: MeasureInput): Measure {
  const { bench, metric, unit, better, must = null, aim = null } = input;
  const isMet = must === null || (better === 'higher' ? input.value >= must : input.value <= must);
  return {
    bench,
    metric,
    value: rounded(input.value),
    unit,
    better,
    must,
    aim,
    ok: isMet && Number.isFinite(input.value),
  };
}

/** Four significant digits; more would pretend. */
export function rounded(value: number): number {
  if (!Number.isFinite(value)) return value;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** The smallest value that at least this share (0..1) of the values does not exceed (nearest rank); NaN when empty. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function isBench(value: unknown): value is Bench {
  const candidate = value as Partial<Bench> | null | undefined;
  return typeof candidate?.name === 'string' && typeof candidate.run === 'function';
}

/** A flag that is a number > 0; null where it is left out. Throws RangeError. */
export function numberFlag(flags: BenchFlags, name: keyof BenchFlags): number | null {
  const text = flags[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${name}: must be a number > 0, got "${text}"`);
  return value;
}

/** Both ways of answering, one by one. */
export async function* measuresOf(bench: Bench, options: BenchOptions): AsyncIterable<Measure> {
  const answer = bench.run(options);
  if (answer instanceof Promise) yield* await answer;
  else yield* answer;
}

const HEADINGS = ['bench', 'metric', 'value', 'unit', 'must', 'aim', 'ok'];

/** Measures as a table for people. */
export function table(measures: readonly Measure[]): string {
  const rows = measures.map(({ bench, metric, value, unit, better, must, aim, ok }) => {
    const sign = better === 'higher' ? '>=' : '<=';
    const bound = (limit: number | null) => (limit === null ? '-' : `${sign} ${limit}`);
    return [bench, metric, String(value), unit, bound(must), bound(aim), ok ? 'yes' : 'NO'];
  });
  return aligned([HEADINGS, ...rows]);
}

/** Rows with their columns aligned. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
