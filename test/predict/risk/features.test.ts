import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import type { ImportBlock } from '../../../src/history/history.ts';
import { NetworkMinutes } from '../../../src/predict/minutes.ts';
import { RISK_FEATURES } from '../../../src/predict/risk/feature-list.ts';
import { RISK_FEATURE_NAMES, riskFeatures } from '../../../src/predict/risk/features.ts';
import { largestOfOthers, sumOfOthers, surroundingsOf } from '../../../src/predict/risk/surroundings.ts';
import { minuteStats } from '../../../src/predict/risk/windows.ts';
import { MINUTE, ringNetwork, START_MS, worldBlocks } from './world.ts';

const network = ringNetwork(6);
const DAY_SIZE = { minutes: 1600, hours: 172 };

function minutesOf(blocks: Iterable<ImportBlock>, size = DAY_SIZE): NetworkMinutes {
  const minutes = new NetworkMinutes(network, size);
  for (const block of blocks) minutes.add(block);
  return minutes;
}

const world = () => [...worldBlocks(network, { seed: 3, days: 1, mtbfHours: 6, announced: 1 })];
const column = (name: string) => RISK_FEATURE_NAMES.indexOf(name);

describe('features', () => {
  it('look at nothing after their moment', () => {
    const atMinute = 700;
    const rng = createRng(9);
    const altered = world().map((block): ImportBlock => {
      const values = Float32Array.from(block.values, (value, minute) =>
        minute > atMinute ? rng.between(0, 3) : value,
      );
      return { ...block, values };
    });
    const atMs = START_MS + atMinute * MINUTE;
    const [told, foreseen] = [world(), altered].map((blocks) => riskFeatures(minutesOf(blocks), network, atMs));
    expect(foreseen?.values).toEqual(told?.values);
    const later = [world(), altered].map((blocks) => riskFeatures(minutesOf(blocks), network, atMs + 30 * MINUTE));
    expect(later[0]?.values).not.toEqual(later[1]?.values);
  });

  it('are the same live, minute by minute with little kept, as in training, day by day with much', () => {
    const atMs = START_MS + 900 * MINUTE;
    const live = new NetworkMinutes(network);
    const told = world();
    for (let minute = 0; minute <= 900; minute += 1) {
      for (const { kind, id, metric, values } of told) {
        live.add({ kind, id, metric, atMs: [START_MS + minute * MINUTE], values: [values[minute] as number] });
      }
    }
    const inTraining = riskFeatures(minutesOf(world()), network, atMs);
    const now = riskFeatures(live, network, atMs);
    now.values.forEach((value, at) => {
      if (Number.isNaN(value)) expect(inTraining.values[at]).toBeNaN();
      else expect(inTraining.values[at]).toBeCloseTo(value, 3);
    });
  });

  it('are not known, rather than 0, of a network that tells nothing', () => {
    const { values, names, rowCount } = riskFeatures(new NetworkMinutes(network), network, START_MS);
    expect(rowCount).toBe(6);
    for (const name of ['loss10m', 'latencyAbove10m', 'utilisation1h', 'rxPower10m', 'cpu10m']) {
      expect(values[names.indexOf(name)], name).toBeNaN();
    }
  });

  it('give rows of the links asked for, in their order', () => {
    const minutes = minutesOf(world());
    const atMs = START_MS + 700 * MINUTE;
    const all = riskFeatures(minutes, network, atMs);
    const some = riskFeatures(minutes, network, atMs, ['l4', 'nowhere', 'l1']);
    const width = all.names.length;
    expect(some.rowCount).toBe(2);
    expect(some.values.subarray(0, width)).toEqual(all.values.subarray(4 * width, 5 * width));
    expect(some.values.subarray(width)).toEqual(all.values.subarray(width, 2 * width));
  });

  it('see failed neighbours and companions in a conduit, but not the link itself', () => {
    const minutes = new NetworkMinutes(network);
    network.links.forEach(({ id }) => {
      minutes.add({ kind: 'link', id, metric: 'state', atMs: [START_MS], values: [id === 'l3' ? 3 : 0] });
    });
    const { values, names } = riskFeatures(minutes, network, START_MS);
    const of = (name: string) => network.links.map((_, link) => values[link * names.length + column(name)]);
    expect(of('neighboursBad')).toEqual([0, 0, 1, 0, 1, 0]);
    expect(of('conduitBad')).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('count no trouble where a link was shut by its operator', () => {
    const isDown = (minute: number) => minute < 10 || (minute > 70 && minute < 80);
    const hours = (points: number | null) => {
      const atMs = Array.from({ length: 131 }, (_, minute) => START_MS + minute * MINUTE);
      const downAs = (value: number) => atMs.map((_, minute) => (isDown(minute) ? value : 0));
      const own = { kind: 'link', id: 'l3', atMs } as const;
      const state = { ...own, metric: 'state', values: downAs(3) };
      const status = points === null ? [] : [{ ...own, metric: 'statusPoints', values: downAs(points) }];
      const { values, names } = riskFeatures(minutesOf([state, ...status]), network, START_MS + 130 * MINUTE);
      return ['hoursSinceTrouble', 'troubledHours1d', 'flaps1h'].map((name) => values[3 * names.length + column(name)]);
    };
    expect(hours(0)).toEqual([168, 0, 0]);
    expect(hours(60)).toEqual([expect.closeTo(51 / 60, 5), 2, 1]);
    expect(hours(null)).toEqual(hours(60));
  });

  it('tell what speeds up from what slows down', () => {
    const course = (of: (share: number) => number) => {
      const minutes = new NetworkMinutes(network);
      for (let minute = 0; minute <= 900; minute += 1) {
        const atMs = [START_MS + minute * MINUTE];
        const dbm = -5 - 6 * of(minute / 1400);
        minutes.add({ kind: 'interface', id: 'l2:a', metric: 'rxPowerDbm', atMs, values: [dbm] });
        minutes.add({ kind: 'interface', id: 'l2:z', metric: 'rxPowerDbm', atMs, values: [-8] });
      }
      const { values, names } = riskFeatures(minutes, network, START_MS + 900 * MINUTE);
      return ['1h', '4h', '12h'].map((when) => values[2 * names.length + column(`rxPowerSpeedUp${when}`)] as number);
    };
    for (const value of course((share) => share ** 4)) expect(value).toBeLessThan(-0.01);
    for (const value of course((share) => 1 - (1 - share) ** 3)) expect(value).toBeGreaterThan(0.01);
    for (const value of course(() => 0)) expect(value).toBeCloseTo(0, 6);
  });

  it('tell how late a figure came to where it is, whatever its size and pace', () => {
    const course = (of: (share: number) => number, size: number, lasts: number) => {
      const minutes = new NetworkMinutes(network);
      for (let minute = 0; minute <= 900; minute += 1) {
        const celsius = 40 + size * of(Math.max(0, (minute - 900 + lasts) / lasts));
        const about = { kind: 'interface', id: 'l2:a', metric: 'transceiverTemperatureCelsius' } as const;
        minutes.add({ ...about, atMs: [START_MS + minute * MINUTE], values: [celsius] });
      }
      const { values, names } = riskFeatures(minutes, network, START_MS + 900 * MINUTE);
      return ['Lateness', 'HalfHours'].map((end) => values[2 * names.length + column(`transceiver${end}`)] as number);
    };
    for (const lasts of [60, 240, 840]) {
      for (const size of [2, 20]) {
        const [straight] = course((share) => share, size, lasts) as [number];
        const [faster, ago] = course((share) => share ** 3, size, lasts) as [number, number];
        const [slower] = course((share) => 1 - (1 - share) ** 3, size, lasts) as [number];
        expect(faster).toBeLessThan(straight - 0.02);
        expect(slower).toBeGreaterThan(straight + 0.02);
        // A cube is at its half after 0.794 of its time.
        expect(Math.abs((60 * ago) / lasts - (1 - 0.5 ** (1 / 3)))).toBeLessThan(0.1);
      }
    }
    expect(course(() => 0, 1, 60)).toEqual([Number.NaN, Number.NaN]);
  });

  it('tell which card of a router is too warm, and not whether the room is', () => {
    const warmed = (celsiusOf: (interfaceId: string) => number) => {
      const minutes = new NetworkMinutes(network);
      for (let minute = 0; minute <= 200; minute += 1) {
        const atMs = [START_MS + minute * MINUTE];
        for (const id of network.links.flatMap((link) => [`${link.id}:a`, `${link.id}:z`])) {
          const values = [40 + (minute < 180 ? 0 : celsiusOf(id))];
          minutes.add({ kind: 'interface', id, metric: 'transceiverTemperatureCelsius', atMs, values });
        }
      }
      const { values, names } = riskFeatures(minutes, network, START_MS + 200 * MINUTE);
      return network.links.map((_, link) => values[link * names.length + column('transceiverAgainstOthers')] as number);
    };
    const card = warmed((id) => (id === 'l2:a' ? 10 : 0));
    card.forEach((rise, link) => {
      if (link === 2) expect(rise).toBeGreaterThan(5);
      else expect(rise).toBeCloseTo(0, 4);
    });
    for (const rise of warmed(() => 10)) expect(rise).toBeCloseTo(0, 4);
  });

  it('tell a router that sends too slowly from a longer way', () => {
    const slowed = (azMs: number, zaMs: number) => {
      const minutes = new NetworkMinutes(network);
      for (let minute = 0; minute <= 200; minute += 1) {
        const atMs = [START_MS + minute * MINUTE];
        const late = minute >= 185 ? 1 : 0;
        minutes.add({ kind: 'arc', id: 'l2:az', metric: 'latencyMs', atMs, values: [5 + late * azMs] });
        minutes.add({ kind: 'arc', id: 'l2:za', metric: 'latencyMs', atMs, values: [5 + late * zaMs] });
        minutes.add({ kind: 'device', id: 'r3', metric: 'cpuRatio', atMs, values: [0.2 + 0.7 * late] });
        minutes.add({ kind: 'device', id: 'r2', metric: 'cpuRatio', atMs, values: [0.2] });
      }
      const { values, names } = riskFeatures(minutes, network, START_MS + 200 * MINUTE);
      return ['oneWayLatencyAgainst1d', 'oneWayLatencyRise10m', 'cpuAtSlowerEnd'].map(
        (name) => values[2 * names.length + column(name)] as number,
      );
    };
    const [against, rising, cpu] = slowed(0, 4) as [number, number, number];
    expect(against).toBeGreaterThan(3.5);
    expect(rising).toBeGreaterThan(2);
    expect(cpu).toBeGreaterThan(0.5);
    expect(slowed(4, 0)[2]).toBeCloseTo(0, 4);
    expect(slowed(4, 4)[0]).toBeCloseTo(0, 4);
  });

  it('count bursts of errors beside what a direction corrupts all the time', () => {
    const minutes = new NetworkMinutes(network);
    for (let minute = 0; minute <= 300; minute += 1) {
      const isBurst = minute > 240 && minute % 5 === 0;
      const atMs = [START_MS + minute * MINUTE];
      for (const [id, usual] of Object.entries({ 'l1:az': 0, 'l2:az': 1e-4 })) {
        minutes.add({ kind: 'arc', id, metric: 'errorRatio', atMs, values: [usual + (isBurst ? 1e-3 : 0)] });
      }
    }
    const { values, names } = riskFeatures(minutes, network, START_MS + 300 * MINUTE);
    const of = (link: number, name: string) => values[link * names.length + column(name)];
    expect([of(1, 'errorBursts60m'), of(2, 'errorBursts60m')]).toEqual([12, 12]);
    expect([of(1, 'errorBursts10m'), of(2, 'errorBursts10m')]).toEqual([2, 2]);
    expect(of(2, 'errorMinutes60m')).toBe(60);
  });

  it('have names of their own and words for people', () => {
    expect(new Set(RISK_FEATURE_NAMES).size).toBe(RISK_FEATURES.length);
    for (const { words } of RISK_FEATURES) expect(words.length).toBeGreaterThan(5);
  });
});

describe('windows', () => {
  it('have the mean, extremes, deviation and slope of what is known', () => {
    const minutes = minutesOf([]);
    const readings = [0.1, 0.2, Number.NaN, 0.4, 0.5];
    readings.forEach((value, minute) => {
      minutes.add({
        kind: 'arc',
        id: 'l0:az',
        metric: 'utilisation',
        atMs: [START_MS + minute * MINUTE],
        values: [value],
      });
    });
    minutes.advanceTo(START_MS + 4 * MINUTE);
    const { mean, max, min, deviation, slope, known } = minuteStats(
      minutes.column('arc', 'utilisation'),
      START_MS / MINUTE + 4,
      5,
    );
    expect(known[0]).toBe(4);
    expect(mean[0]).toBeCloseTo(0.3, 5);
    expect([max[0], min[0]].map((value) => value?.toFixed(3))).toEqual(['0.500', '0.100']);
    expect(deviation[0]).toBeCloseTo(Math.sqrt((0.04 + 0.01 + 0.01 + 0.04) / 4), 5);
    expect(slope[0]).toBeCloseTo(0.1, 5);
    expect(mean[1]).toBeNaN();
  });
});

describe('surroundings', () => {
  it('are those that a plain search finds', () => {
    const values = Float32Array.of(0.5, Number.NaN, 3, 1, 7, 2);
    const { byDevice } = surroundingsOf(network);
    const others = (link: number) => [(link + 5) % 6, (link + 1) % 6].map((at) => values[at] as number);
    const known = (link: number) => others(link).filter((value) => !Number.isNaN(value));
    network.links.forEach((_, link) => {
      expect(largestOfOthers(byDevice, values)[link]).toBe(Math.max(...known(link)));
      expect(sumOfOthers(byDevice, values)[link]).toBeCloseTo(
        known(link).reduce((sum, value) => sum + value, 0),
        4,
      );
    });
  });
});
