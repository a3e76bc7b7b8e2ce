import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../src/core/clock.ts';
import { ClosedHistory } from '../../../src/history/duckdb/closed.ts';
import { DuckdbHistory } from '../../../src/history/duckdb/owner.ts';
import {
  DAY_MS,
  type HistoryReader,
  HOUR_MS,
  type ImportBlock,
  MINUTE_MS,
  type Retention,
} from '../../../src/history/history.ts';
import { chunks } from '../../../src/store/batches.ts';
import type { HistoryRecord } from '../../../src/store/history-record.ts';
import { LIMITS } from '../../../src/store/keys.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';

const LINKS = 160;
const LINK_METRICS = ['score', 'state', 'statusPoints', 'lossPoints', 'latencyPoints', 'utilisationPoints'];
const ARC_METRICS = ['loadBps', 'utilisation', 'lossRatio', 'wireLossRatio', 'errorRatio', 'latencyMs'];
const NOISY = new Set(['loadBps', 'utilisation', 'latencyMs']);
const RETENTION: Retention = { rawMs: 2 * DAY_MS, minuteMs: 200 * DAY_MS, hourMs: 800 * DAY_MS, maxBytes: 1e11 };
const START_MS = Date.parse('2026-03-02T00:00:00Z');
const SECONDS = 600;
const QUESTIONS = 40;

/** What a scorer tells of a network every second, in the batches in which the feed brings it and the recorder writes. */
export const bench: Bench = {
  name: 'history',
  summary: 'rows a second into DuckDB, a day of one link at 1 min, bytes a row, days imported',
  run,
};

async function* run(): AsyncIterable<Measure> {
  const folder = mkdtempSync(join(tmpdir(), 'detour-bench-history-'));
  const clock = new ManualClock(START_MS);
  const place = { dataDir: folder, networkName: 'bench', retention: RETENTION, clock };
  const owner = new DuckdbHistory(place);
  const closed = new ClosedHistory(place);
  try {
    await owner.start();
    yield* writing(owner, clock);
    yield* importing(owner, clock);
    yield* reading('owner', owner);
    yield* reading('closed partitions', closed);
  } finally {
    await closed.close();
    await owner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ten minutes of a network at one sample a second, then the closing of their hour. */
async function* writing(owner: DuckdbHistory, clock: ManualClock): AsyncIterable<Measure> {
  const batches = Array.from({ length: SECONDS }, (_, second) => inBatches(secondOf(START_MS + second * 1000)));
  let rows = 0;
  let number = 0;
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  for (const second of batches) {
    for (const records of second) {
      number += 1;
      await owner.append(records, { id: `${number}-0`, number });
      rows += figuresOf(records);
    }
  }
  const elapsedMs = performance.now() - beganMs;
  yield figure('rows written', (rows / elapsedMs) * 1000, 'rows/s', { must: 100_000, aim: 383_000 });
  yield figure('rows written by CPU time', rows / cpuSeconds(cpu), 'rows/s of CPU');
  const closing = process.cpuUsage();
  clock.advance(2 * HOUR_MS);
  await owner.tick(clock.nowMs());
  yield low('closing an hour, by CPU time', (cpuSeconds(closing) * 1e6) / rows, 'us/row');
  yield low('bytes a row on disk, samples with their rollups', owner.bytes() / rows, 'B');
}

/** Two days of every series at 1 min, as the simulator writes them offline. */
async function* importing(owner: DuckdbHistory, clock: ManualClock): AsyncIterable<Measure> {
  const before = owner.bytes();
  clock.advance(4 * DAY_MS);
  const beganMs = performance.now();
  const cpu = process.cpuUsage();
  const { rows } = await owner.importMinutes(minutesOf(START_MS + DAY_MS, 2));
  yield figure('minutes imported', (rows / (performance.now() - beganMs)) * 1000, 'rows/s');
  yield figure('minutes imported by CPU time', rows / cpuSeconds(cpu), 'rows/s of CPU');
  yield low('bytes a minute of one series', (owner.bytes() - before) / rows, 'B');
}

async function* reading(who: string, reader: HistoryReader): AsyncIterable<Measure> {
  const fromMs = START_MS + DAY_MS;
  const elapsed: number[] = [];
  const cpu = process.cpuUsage();
  for (let index = 0; index < QUESTIONS; index += 1) {
    const beganMs = performance.now();
    await dayOfLink(reader, `link-${(index * 37) % LINKS}`, fromMs);
    elapsed.push(performance.now() - beganMs);
  }
  yield low(`a day of one link at 1 min, ${who}, median`, percentile(elapsed, 0.5), 'ms', { must: 50 });
  yield low(`a day of one link at 1 min, ${who}, p95`, percentile(elapsed, 0.95), 'ms');
  yield low(`a day of one link at 1 min, ${who}, CPU time`, (cpuSeconds(cpu) * 1000) / QUESTIONS, 'ms');
}

/** What a chart asks for: all figures of the link, and of both its directions. */
async function dayOfLink(reader: HistoryReader, id: string, fromMs: number): Promise<void> {
  const time = { fromMs, toMs: fromMs + DAY_MS, stepMs: MINUTE_MS, metrics: null };
  const [own, arcs] = await Promise.all([
    reader.range({ ...time, kind: 'link', ids: [id] }),
    reader.range({ ...time, kind: 'arc', ids: [`${id}:az`, `${id}:za`] }),
  ]);
  const known = [...own.series, ...arcs.series].reduce((sum, { count }) => sum + count.filter((n) => n > 0).length, 0);
  const expected = (LINK_METRICS.length + 2 * ARC_METRICS.length) * 1440;
  if (known !== expected) throw new Error(`${id} has ${known} minutes, ${expected} were written`);
}

function secondOf(atMs: number): HistoryRecord[] {
  return Array.from({ length: LINKS }, (_, index) => `link-${index}`).flatMap((id) => [
    { kind: 'link' as const, id, atMs, values: valuesOf(LINK_METRICS) },
    { kind: 'arc' as const, id: `${id}:az`, atMs, values: valuesOf(ARC_METRICS) },
    { kind: 'arc' as const, id: `${id}:za`, atMs, values: valuesOf(ARC_METRICS) },
  ]);
}

function valuesOf(metrics: readonly string[]): Record<string, number> {
  return Object.fromEntries(metrics.map((metric) => [metric, NOISY.has(metric) ? Math.random() * 1e9 : 0]));
}

function inBatches(records: readonly HistoryRecord[]): HistoryRecord[][] {
  return chunks(records, LIMITS.historyPerBatch);
}

function figuresOf(records: readonly HistoryRecord[]): number {
  return records.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
}

function* minutesOf(fromMs: number, days: number): Iterable<ImportBlock> {
  const atMs = Float64Array.from({ length: days * 1440 }, (_, minute) => fromMs + minute * MINUTE_MS);
  for (let link = 0; link < LINKS; link += 1) {
    const things = [
      ['link', `link-${link}`, LINK_METRICS],
      ['arc', `link-${link}:az`, ARC_METRICS],
      ['arc', `link-${link}:za`, ARC_METRICS],
    ] as const;
    for (const [kind, id, metrics] of things) {
      for (const metric of metrics) {
        const values = Float64Array.from(atMs, () => (NOISY.has(metric) ? Math.random() * 1e9 : 0));
        yield { kind, id, metric, atMs, values };
      }
    }
  }
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

interface Bounds {
  readonly must?: number;
  readonly aim?: number;
}

function figure(metric: string, value: number, unit: string, bounds: Bounds = {}): Measure {
  return measure({ bench: 'history', metric, value, unit, better: 'higher', ...bounds });
}

function low(metric: string, value: number, unit: string, bounds: Bounds = {}): Measure {
  return measure({ bench: 'history', metric, value, unit, better: 'lower', ...bounds });
}
