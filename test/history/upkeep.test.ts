import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { ClosedHistory } from '../../src/history/duckdb/closed.ts';
import { DuckdbHistory } from '../../src/history/duckdb/owner.ts';
import {
  DAY_MS,
  HOUR_MS,
  type ImportBlock,
  MINUTE_MS,
  type RangeQuery,
  type Retention,
} from '../../src/history/history.ts';
import type { HistoryRecord } from '../../src/store/history-record.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_START_MS = Date.parse('2026-03-06T00:00:00Z');
const RETENTION: Retention = { rawMs: 2 * DAY_MS, minuteMs: 10 * DAY_MS, hourMs: 20 * DAY_MS, maxBytes: 1e9 };

async function scene(nowMs: number, retention = RETENTION) {
  const clock = new ManualClock(nowMs);
  const dataDir = tempDir('history');
  const warnings: string[] = [];
  const place = { dataDir, networkName: 'n', retention, clock };
  const open = async () => {
    const history = new DuckdbHistory({ ...place, onWarning: (warning) => warnings.push(warning) });
    await history.start();
    onTestFinished(() => history.stop());
    return history;
  };
  const closed = new ClosedHistory(place);
  onTestFinished(() => closed.close());
  const root = join(dataDir, 'history', 'net-n');
  const files = (kind: 'raw' | '1m' | '1h') => readdirSync(join(root, kind)).sort();
  return { clock, history: await open(), open, closed, files, root, warnings };
}

const at = (atMs: number, score: number): HistoryRecord => ({ kind: 'link', id: 'L', atMs, values: { score } });
const range = (fromMs: number, toMs: number, stepMs: number): RangeQuery => ({
  kind: 'link',
  ids: ['L'],
  metrics: ['score'],
  fromMs,
  toMs,
  stepMs,
});

function minutes(fromMs: number, count: number, value: (minute: number) => number): ImportBlock {
  const atMs = Float64Array.from({ length: count }, (_, minute) => fromMs + minute * MINUTE_MS);
  return { kind: 'link', id: 'L', metric: 'score', atMs, values: atMs.map((_, minute) => value(minute)) };
}

describe('keeping history', () => {
  it('closes hours for other processes to read while the owner writes, and joins them into days', async () => {
    const { clock, history, closed, files } = await scene(DAY_START_MS + 23 * HOUR_MS + 10 * MINUTE_MS);
    const records = [20, 21, 22, 23].map((hour) => at(DAY_START_MS + hour * HOUR_MS + 1000, hour));
    await history.append(records, { id: '1-0', number: 1 });
    await history.tick(clock.nowMs());
    expect(files('1m')).toEqual(['2026-03-06T20.parquet', '2026-03-06T21.parquet', '2026-03-06T22.parquet']);
    const day = range(DAY_START_MS + 20 * HOUR_MS, DAY_START_MS + DAY_MS, HOUR_MS);
    expect((await closed.range(day)).series[0]?.mean).toEqual([20, 21, 22, null]);
    expect((await history.range(day)).series[0]?.mean).toEqual([20, 21, 22, 23]);
    clock.advance(HOUR_MS);
    await history.tick(clock.nowMs());
    expect(files('1m')).toEqual(['2026-03-06.parquet']);
    expect(files('1h')).toEqual(['2026-03-06.parquet']);
    expect(files('raw').length).toBe(4);
    expect((await closed.range(day)).series[0]?.mean).toEqual([20, 21, 22, 23]);
    expect((await closed.range({ ...day, stepMs: MINUTE_MS })).series[0]?.count.filter((n) => n > 0)).toEqual([
      1, 1, 1, 1,
    ]);
  });

  it('drops what is older than it is to be kept, and answers from what is left with wider steps', async () => {
    const { clock, history, files } = await scene(DAY_START_MS + 5 * MINUTE_MS);
    await history.append([at(DAY_START_MS, 7)], { id: '1-0', number: 1 });
    clock.advance(3 * DAY_MS);
    await history.tick(clock.nowMs());
    expect(files('raw').length).toBe(1);
    expect(await history.prune(clock.nowMs())).toMatchObject({ droppedFiles: 1, isOverBudget: false });
    expect(files('raw')).toEqual([]);
    const answer = await history.range(range(DAY_START_MS, DAY_START_MS + 2 * MINUTE_MS, 10_000));
    expect(answer).toMatchObject({ stepMs: MINUTE_MS, resolution: '1m' });
    expect(answer.series[0]?.mean).toEqual([7, null]);
    clock.advance(8 * DAY_MS);
    await history.prune(clock.nowMs());
    expect([files('1m'), files('1h').length]).toEqual([[], 1]);
  });

  it('keeps its disk budget, samples going first', async () => {
    const { clock, history, files } = await scene(DAY_START_MS + HOUR_MS, { ...RETENTION, maxBytes: 1 });
    await history.append([at(DAY_START_MS + 1000, 1)], { id: '1-0', number: 1 });
    clock.advance(HOUR_MS);
    await history.tick(clock.nowMs());
    expect(files('raw').length).toBe(1);
    expect(await history.prune(clock.nowMs())).toMatchObject({ isOverBudget: true });
    expect([files('raw'), files('1m'), files('1h')]).toEqual([[], [], []]);
  });

  it('imports days of minutes; what is imported again takes the place of what was there', async () => {
    const { history, closed, files } = await scene(DAY_START_MS + 2 * HOUR_MS);
    const fromMs = DAY_START_MS - DAY_MS;
    const count = 1440 + 110;
    const first = await history.importMinutes([
      minutes(fromMs, count, (minute) => (minute === 5 ? Number.NaN : minute)),
    ]);
    expect(first.rows).toBe(count - 1);
    await history.importMinutes([minutes(fromMs, 1, () => 99)]);
    await history.tick(DAY_START_MS + 2 * HOUR_MS);
    expect(files('1m')[0]).toBe('2026-03-05.parquet');
    const { series } = await history.range(range(fromMs, DAY_START_MS + 2 * HOUR_MS, MINUTE_MS));
    const expected = Array.from({ length: 1560 }, (_, minute) => (minute === 5 || minute >= count ? null : minute));
    expected[0] = 99;
    expect(series[0]?.mean).toEqual(expected);
    expect((await closed.range(range(fromMs, DAY_START_MS, MINUTE_MS))).series[0]?.mean).toEqual(
      expected.slice(0, 1440),
    );
    const hours = await history.range(range(fromMs, DAY_START_MS + HOUR_MS, HOUR_MS));
    expect(hours.series[0]?.count).toEqual([59, ...new Array<number>(24).fill(60)]);
    expect(hours.series[0]?.max[1]).toBe(119);
  });

  it('refuses imports that are not at the start of a minute', async () => {
    const { history } = await scene(DAY_START_MS);
    const block = { ...minutes(DAY_START_MS - HOUR_MS, 1, () => 1), atMs: [DAY_START_MS - HOUR_MS + 1] };
    await expect(history.importMinutes([block])).rejects.toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT' });
  });

  it('sets a damaged file aside, and the closed hours mean the same as before', async () => {
    const { clock, history, open, root, warnings } = await scene(DAY_START_MS + HOUR_MS);
    await history.append([at(DAY_START_MS + 1000, 42)], { id: '1-0', number: 1 });
    clock.advance(HOUR_MS);
    await history.tick(clock.nowMs());
    await history.stop();
    writeFileSync(join(root, 'live.duckdb'), 'this is no database '.repeat(1000));
    const again = await open();
    expect(warnings.join()).toContain('damaged');
    const other: HistoryRecord = { kind: 'link', id: 'M', atMs: clock.nowMs() - 1000, values: { score: 1 } };
    await again.append([other], { id: '2-0', number: 2 });
    const { series } = await again.range(range(DAY_START_MS, DAY_START_MS + HOUR_MS, HOUR_MS));
    expect(series.map(({ id, mean }) => [id, mean])).toEqual([['L', [42]]]);
    expect(readdirSync(root).some((name) => name.startsWith('live.duckdb.damaged'))).toBe(true);
  });

  it('refuses what a later program wrote', async () => {
    const { history, open, root } = await scene(DAY_START_MS);
    await history.stop();
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(join(root, 'live.duckdb'));
    const connection = await instance.connect();
    await connection.run("INSERT OR REPLACE INTO notes VALUES ('layout', '99')");
    connection.closeSync();
    instance.closeSync();
    await expect(open()).rejects.toMatchObject({ code: 'DETOUR_ERR_SCHEMA_TOO_NEW' });
  });
});
