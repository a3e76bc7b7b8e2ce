import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ciscoResults } from '../../../scripts/bench/predict/cisco.ts';
import { parseCsv, timeOf } from '../../../scripts/bench/predict/csv.ts';
import { microwaveField } from '../../../scripts/bench/predict/microwave.ts';
import { loadsOf } from '../../../scripts/bench/series/loads.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('tables', () => {
  it('name the file and the column that is missing', () => {
    const table = parseCsv('links.csv', 'time,rx\n1,2\n\n3');
    expect(table.rows).toEqual([['1', '2']]);
    expect(() => table.column('tx')).toThrowError('links.csv: there is no column "tx" (there are time, rx)');
  });

  it('have times with and without fraction, zone and leading zeros', () => {
    expect(timeOf('2017-06-28 00:00:10')).toBe(Date.UTC(2017, 5, 28, 0, 0, 10));
    expect(timeOf('2019-05-19 07:03:12.296000+00:00')).toBe(Date.UTC(2019, 4, 19, 7, 3, 12, 296));
    expect(timeOf('2019-05-19T07:03:12+02:00')).toBe(Date.UTC(2019, 4, 19, 5, 3, 12));
    expect(timeOf('2000/1/1 00:00')).toBe(Date.UTC(2000, 0, 1));
    expect(timeOf('yesterday')).toBeNaN();
  });
});

describe('recordings', () => {
  it('of ports: a shutdown is detected, what was down from the start is no alarm', async () => {
    const folder = join(tempDir(), 'cisco_iosxr_1');
    await mkdir(folder);
    const at = (second: number) =>
      new Date(Date.UTC(2026, 0, 5) + second * 1000).toISOString().replace('T', ' ').replace('Z', '+00:00');
    const states = [
      [0, 'p1', 'im-state-up'],
      [0, 'p2', 'im-state-down'],
      [0, 'p3', 'im-state-up'],
      [10, 'p1', 'im-state-up'],
      [20, 'p1', 'im-state-admin-down'],
      [30, 'p3', 'im-state-down'],
    ] as const; // prettier-ignore
    const rows = states.map(([second, port, state]) => `${at(second)},leaf,${port},${state}`);
    await writeFile(
      join(folder, 'interface-brief.csv.gz'),
      gzipSync(`,Producer,interface-name,state\n${rows.join('\n')}`),
    );
    const shut = Date.UTC(2026, 0, 5, 0, 0, 17) / 1000;
    await writeFile(
      join(folder, 'events.csv'),
      `timestamp,event,duration,device,interface,comment\n${shut},shutdown_interface,,leaf,p1,\n${shut + 900},shutdown_interface,,leaf,p1,`,
    );
    const [result] = await ciscoResults(join(folder, '..'));
    expect(result?.events).toEqual([expect.objectContaining({ port: 'leaf p1', detectedSeconds: 3 })]);
    expect(result?.untouched).toBe(2);
    expect(result?.falseAlarms).toEqual([expect.stringContaining('leaf p3')]);
  });

  it('of microwave links: loss is measured against dry weather so far, and never against what comes', async () => {
    const folder = tempDir();
    const minute = (at: number) =>
      `2026-01-05 ${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}:10`;
    const rows = Array.from(
      { length: 120 },
      (_, at) => `m1,50.1,8.6,18,${minute(at)},10,${at < 100 ? -40 : at === 110 ? '' : -52}`,
    );
    await writeFile(join(folder, 'cml_links_x.csv'), `link,lat,lon,ghz,time,tx,rx\n${rows.join('\n')}`);
    const field = await microwaveField(folder);
    expect(field?.minuteCount).toBe(120);
    expect(field?.rise[0]?.[20]).toBeNaN();
    expect(field?.rise[0]?.[99]).toBe(0);
    expect(field?.rise[0]?.[105]).toBe(12);
    expect(field?.rise[0]?.[110]).toBeNaN();
    expect(await microwaveField(join(folder, 'nothing'))).toBeNull();
  });
});

describe('recorded loads', () => {
  const MINUTE_MS = 60_000;
  const BEGIN_MS = Date.UTC(2026, 0, 5);

  /** A file of two links at a step, one cell of the second left empty, another negative. */
  async function file(folder: string, name: string, minutes: number, count: number, fromMs = BEGIN_MS): Promise<void> {
    const rows = Array.from({ length: count }, (_, at) => {
      const time = new Date(fromMs + at * minutes * MINUTE_MS).toISOString();
      return `${at % 2 === 0 ? time : time.replace('.000Z', '+00:00')},${at},${at === 1 ? '' : at === 2 ? -1 : 10 * at}`;
    });
    await mkdir(join(folder, 'loads'), { recursive: true });
    await writeFile(join(folder, 'loads', name), `time,one,two\n${rows.join('\n')}\n`);
  }

  it.each([
    [1, 5],
    [5, 5],
    [15, 15],
    [60, 60],
  ])('have the step of their file, %i min as %i min, and gaps where nothing is known', async (minutes, stepMinutes) => {
    const folder = tempDir();
    await file(folder, 'a.csv', minutes, 30);
    const [one, two] = await loadsOf(folder);
    expect(one?.stepMs).toBe(stepMinutes * MINUTE_MS);
    const perStep = stepMinutes / minutes;
    expect(one?.startMs).toBe(BEGIN_MS);
    expect(one?.values[1]).toBe(perStep === 1 ? 1 : (5 + 6 + 7 + 8 + 9) / 5);
    if (perStep === 1) expect([...(two?.values ?? [])].slice(0, 4)).toEqual([0, Number.NaN, Number.NaN, 30]);
    else expect(two?.values[0]).toBeCloseTo((0 + 30 + 40) / 3);
  });

  it('leave out what no line can have carried, and keep a jump that lasts', async () => {
    const folder = tempDir();
    await mkdir(join(folder, 'loads'));
    const rows = Array.from({ length: 200 }, (_, at) => {
      const time = new Date(BEGIN_MS + at * 5 * MINUTE_MS).toISOString();
      return `${time},${at === 100 ? 1e14 : 4e9 + at},${at >= 100 ? 5e9 : 1e6}`;
    });
    await writeFile(join(folder, 'loads', 'a.csv'), `time,misread,jump\n${rows.join('\n')}\n`);
    const [misread, jump] = await loadsOf(folder);
    expect([...(misread?.values ?? [])].slice(99, 102)).toEqual([4e9 + 99, Number.NaN, 4e9 + 101]);
    expect([...(jump?.values ?? [])].slice(99, 102)).toEqual([1e6, 5e9, 5e9]);
  });

  it('of one link in files that follow each other are one series; in files that overlap they are two', async () => {
    const folder = tempDir();
    await file(folder, 'a.csv', 5, 10);
    await file(folder, 'b.csv', 5, 10, BEGIN_MS + 24 * 5 * MINUTE_MS);
    await file(folder, 'c.csv', 15, 10);
    const series = await loadsOf(folder);
    const steps = series.map(({ stepMs, values }) => [stepMs / MINUTE_MS, values.length]);
    expect(steps.toSorted(([x = 0], [y = 0]) => x - y)).toEqual([
      [5, 34],
      [5, 34],
      [15, 10],
      [15, 10],
    ]);
    expect(series.find(({ stepMs }) => stepMs === 5 * MINUTE_MS)?.values[15]).toBeNaN();
    expect(await loadsOf(join(folder, 'nothing'))).toEqual([]);
  });
});
