import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOUD_WINDOWS } from './cloud-windows.ts';
import { numberOf, readCsv, timeOf } from './csv.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Nothing is judged before so much is known (Numenta's probation is the first 15 % of a series; this is less). */
const PROBATION_MS = DAY_MS;
/** Alarms nearer than this are one. */
const MERGE_MS = 6 * HOUR_MS;
/** False alarms a week that both detectors may make. */
const BUDGET_A_WEEK = 1;

export interface CloudSeries {
  readonly name: string;
  readonly atMs: Float64Array;
  readonly values: Float64Array;
  readonly windows: readonly (readonly [fromMs: number, toMs: number])[];
}

/**
 * Every `nab/*.csv` whose anomaly windows are known: from `nab/*windows*.json` (laid out as Numenta's
 * `combined_windows.json`) or from those that are published for the cloud series.
 */
export async function cloudSeries(folder: string): Promise<{ series: CloudSeries[]; without: string[] }> {
  const own = join(folder, 'nab');
  const names = await readdir(own).catch(() => [] as string[]);
  const windows = { ...CLOUD_WINDOWS, ...(await windowsBeside(own, names)) };
  const files = names.filter((name) => /\.csv(\.gz)?$/.test(name)).sort();
  const all = await Promise.all(
    files.map(async (file) => readSeries(join(own, file), file, windows[file.replace(/\.gz$/, '')])),
  );
  return {
    series: all.filter((each) => each.windows.length > 0),
    without: all.filter((each) => each.windows.length === 0).map(({ name }) => name),
  };
}

type Windows = Readonly<Record<string, readonly (readonly [string, string])[]>>;

async function windowsBeside(folder: string, names: readonly string[]): Promise<Windows> {
  const files = names.filter((name) => name.endsWith('.json') && name.includes('windows'));
  const read = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Windows),
  );
  const entries = read.flatMap((each) => Object.entries(each));
  return Object.fromEntries(entries.map(([path, windows]) => [path.split('/').at(-1) as string, windows]));
}

async function readSeries(path: string, name: string, windows: Windows[string] = []): Promise<CloudSeries> {
  const { rows, column } = await readCsv(path);
  const [time, value] = [column('timestamp'), column('value')];
  const points = rows
    .map((row) => [timeOf(row[time] as string), numberOf(row[value])] as const)
    .filter(([atMs, own]) => Number.isFinite(atMs) && Number.isFinite(own));
  return {
    name,
    atMs: Float64Array.from(points, ([atMs]) => atMs),
    values: Float64Array.from(points, ([, own]) => own),
    windows: windows.map(([from, to]) => [timeOf(from), timeOf(to)]),
  };
}

/** How unusual each value is by what came before it; NaN where too little did. */
export type Detector = (series: CloudSeries) => Float64Array;

/** The rule to beat: how many standard deviations of the last day a value lies off their mean. */
export const thresholdDetector: Detector = ({ atMs, values }) =>
  values.map((value, at) => {
    const before = values.subarray(firstSince(atMs, at, DAY_MS), at);
    if (before.length < 12) return Number.NaN;
    const mean = before.reduce((sum, own) => sum + own, 0) / before.length;
    const square = before.reduce((sum, own) => sum + (own - mean) ** 2, 0) / before.length;
    return Math.abs(value - mean) / Math.max(Math.sqrt(square), 1e-9);
  });

/**
 * Median of the last half hour against the median of the days before, in median absolute deviations of the half hours
 * of those days, on a logarithmic scale: bursts are common in traffic, and one value is no anomaly.
 */
export const robustDetector: Detector = ({ atMs, values }) => {
  const logs = values.map((value) => Math.log1p(Math.max(0, value)));
  const level = logs.map((_, at) => medianOf(logs.subarray(firstSince(atMs, at, HOUR_MS / 2), at + 1)));
  return level.map((own, at) => {
    const from = firstSince(atMs, at, 3 * DAY_MS);
    const before = level.subarray(from, Math.max(from, firstSince(atMs, at, HOUR_MS / 2)));
    if (before.length < 12) return Number.NaN;
    const usual = medianOf(before);
    const spread = medianOf(before.map((value) => Math.abs(value - usual)));
    return Math.abs(own - usual) / Math.max(spread, 1e-3);
  });
};

function firstSince(atMs: Float64Array, at: number, spanMs: number): number {
  let first = at;
  while (first > 0 && (atMs[first - 1] as number) >= (atMs[at] as number) - spanMs) first -= 1;
  return first;
}

function medianOf(values: Float64Array): number {
  return values.toSorted()[values.length >> 1] ?? Number.NaN;
}

/** Windows found with at most BUDGET_A_WEEK false alarms a week over all series together, and how many there are. */
export function windowsFound(series: readonly CloudSeries[], detector: Detector): { found: number; of: number } {
  const scores = series.map(detector);
  const levels = [...new Set(scores.flatMap((own) => [...own].filter(Number.isFinite)))].sort((x, y) => y - x);
  const weeks = series.reduce((sum, each) => sum + judgedMs(each) / (7 * DAY_MS), 0);
  let found = 0;
  for (let at = 0; at < levels.length; at += Math.max(1, Math.floor(levels.length / 400))) {
    const verdicts = series.map((each, own) => verdict(each, scores[own] as Float64Array, levels[at] as number));
    const falseAlarms = verdicts.reduce((sum, each) => sum + each.falseAlarms, 0);
    if (falseAlarms > BUDGET_A_WEEK * weeks) break;
    found = Math.max(
      found,
      verdicts.reduce((sum, each) => sum + each.found, 0),
    );
  }
  return { found, of: series.reduce((sum, { windows }) => sum + windows.length, 0) };
}

function judgedMs({ atMs }: CloudSeries): number {
  return Math.max(0, (atMs.at(-1) ?? 0) - (atMs[0] ?? 0) - PROBATION_MS);
}

function verdict({ atMs, windows }: CloudSeries, scores: Float64Array, level: number) {
  const found = new Set<number>();
  let [falseAlarms, lastMs] = [0, -Infinity];
  scores.forEach((score, at) => {
    const now = atMs[at] as number;
    if (!(score >= level) || now < (atMs[0] as number) + PROBATION_MS) return;
    const window = windows.findIndex(([from, to]) => now >= from && now <= to);
    if (window >= 0) found.add(window);
    else {
      if (now - lastMs > MERGE_MS) falseAlarms += 1;
      lastMs = now;
    }
  });
  return { found: found.size, falseAlarms };
}
