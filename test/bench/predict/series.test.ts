import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ciscoResults } from '../../../scripts/bench/predict/cisco.ts';
import { parseCsv, timeOf } from '../../../scripts/bench/predict/csv.ts';
import { microwaveField } from '../../../scripts/bench/predict/microwave.ts';

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
    const folder = join(await mkdtemp(join(tmpdir(), 'detour-cisco-')), 'cisco_iosxr_1');
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
    const folder = await mkdtemp(join(tmpdir(), 'detour-cml-'));
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
