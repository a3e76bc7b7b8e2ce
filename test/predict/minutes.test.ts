import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIVE_SIZE, NetworkMinutes } from '../../src/predict/minutes.ts';
import { MinuteColumn } from '../../src/predict/minutes-column.ts';
import { MINUTE, ringNetwork, START_MS } from './risk/world.ts';

const SIZE = { minutes: 70, hours: 3 };
type Reading = { index: number; minute: number; value: number };

/** Sets readings into a column and into a plain table of what it took. */
function filled(readings: readonly Reading[]) {
  const column = new MinuteColumn(3, SIZE, 'mean');
  const table = new Map<string, number>();
  let newest = 0;
  for (const { index, minute, value } of readings) {
    newest = Math.max(newest, minute);
    column.advanceTo(newest);
    // A minute that is gone cannot be replaced any more; telling it twice is not tried here.
    if (minute <= newest - SIZE.minutes && table.has(`${index} ${minute}`)) continue;
    if (column.set(index, minute, value)) table.set(`${index} ${minute}`, value);
  }
  return { column, table, newest };
}

function meanOfHour(table: ReadonlyMap<string, number>, index: number, hour: number): number {
  const minutes = Array.from({ length: 60 }, (_, minute) => table.get(`${index} ${hour * 60 + minute}`));
  const known = minutes.filter((value) => value !== undefined);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

describe('a column of minutes', () => {
  const reading = fc.record({ index: fc.nat(2), minute: fc.nat(400), value: fc.integer({ min: -50, max: 50 }) });

  it('holds what a plain table holds, for minutes that are still kept', () => {
    const property = fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
      const { column, table, newest } = filled(readings);
      for (let minute = Math.max(0, newest - SIZE.minutes + 1); minute <= newest; minute += 1) {
        const expected = [0, 1, 2].map((index) => table.get(`${index} ${minute}`) ?? Number.NaN);
        expect([...(column.atMinute(minute) as Float32Array)]).toEqual(expected);
      }
      expect(column.atMinute(newest - SIZE.minutes)).toBeNull();
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('holds the means of the hours that are still kept', () => {
    const property = fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
      const { column, table, newest } = filled(readings);
      const hour = Math.floor(newest / 60);
      const own = new Float32Array(3);
      for (let at = Math.max(0, hour - SIZE.hours + 1); at <= hour; at += 1) {
        expect(column.atHour(at, own)).toBe(true);
        [0, 1, 2].forEach((index) => {
          const expected = meanOfHour(table, index, at);
          if (Number.isNaN(expected)) expect(own[index]).toBeNaN();
          else expect(own[index]).toBeCloseTo(expected, 3);
        });
      }
    });
    fc.assert(property, { numRuns: 60 });
  });
});

describe('the minutes of a network', () => {
  const network = ringNetwork(4);
  const block = (kind: 'link' | 'arc' | 'interface', id: string, metric: string, minute: number, value: number) => ({
    ...{ kind, id, metric },
    atMs: [START_MS + minute * MINUTE],
    values: [value],
  });

  it('takes what concerns it and passes over other networks and metrics', () => {
    const minutes = new NetworkMinutes(network);
    expect(minutes.add(block('arc', 'l1:za', 'utilisation', 5, 0.5))).toBe(1);
    expect(minutes.add(block('arc', 'elsewhere:az', 'utilisation', 5, 0.5))).toBe(0);
    expect(minutes.add(block('link', 'l1', 'score', 5, 99))).toBe(0);
    expect(minutes.add(block('arc', 'l1:za', 'utilisation', 6, Number.NaN))).toBe(0);
    const column = minutes.column('arc', 'utilisation');
    expect(column.atMinute(START_MS / MINUTE + 5)?.[3]).toBe(0.5);
    expect(column.atMinute(START_MS / MINUTE + 6)?.[3]).toBeNaN();
  });

  it('keeps no more than its size, however long it runs', () => {
    const minutes = new NetworkMinutes(network);
    minutes.add(block('link', 'l0', 'state', 0, 3));
    minutes.advanceTo(START_MS + LIVE_SIZE.minutes * MINUTE);
    expect(minutes.column('link', 'state').atMinute(START_MS / MINUTE)).toBeNull();
    minutes.advanceTo(START_MS + (LIVE_SIZE.hours + 1) * 60 * MINUTE);
    expect(minutes.column('link', 'state').atHour(START_MS / MINUTE / 60, new Float32Array(4))).toBe(false);
  });

  it('knows no receive power where no light arrives', () => {
    const minutes = new NetworkMinutes(network);
    expect(minutes.add(block('interface', 'l0:a', 'rxPowerDbm', 0, -40))).toBe(0);
    expect(minutes.add(block('interface', 'l0:a', 'rxPowerDbm', 0, -12))).toBe(1);
  });
});
