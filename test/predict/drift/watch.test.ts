import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { stabilityIndex } from '../../../src/predict/drift/psi.ts';
import { DriftWatch } from '../../../src/predict/drift/watch.ts';

const HOUR_MS = 3_600_000;
const LINKS = 40;
const NAMES = ['load', 'optics', 'rare', 'gap', 'weekend'];
const known = new Array<boolean>(LINKS).fill(true);

/** Features of a network that does what networks do: a day, a week, links of their own, weather that lasts, gaps. */
class World {
  readonly #rng;
  readonly #level: readonly number[];
  readonly #slow: number[];

  constructor(seed: number) {
    this.#rng = createRng(seed);
    this.#level = Array.from({ length: LINKS }, () => 0.2 + 0.4 * this.#rng.next());
    this.#slow = Array.from({ length: LINKS }, () => this.#rng.normal());
  }

  at(hour: number, change: (feature: number, value: number) => number) {
    const isWeekend = Math.floor(hour / 24) % 7 >= 5;
    const day = (1 + 0.4 * Math.sin((2 * Math.PI * hour) / 24)) * (isWeekend ? 0.7 : 1);
    const values = new Float32Array(LINKS * NAMES.length);
    for (let link = 0; link < LINKS; link += 1) {
      this.#slow[link] = 0.98 * (this.#slow[link] as number) + 0.2 * this.#rng.normal();
      const own = [
        (this.#level[link] as number) * day * Math.exp(0.18 * this.#rng.normal()),
        this.#slow[link] as number,
        this.#rng.next() < 0.02 ? 1 + this.#rng.next() : 0,
        this.#rng.next() < 0.1 ? Number.NaN : this.#rng.normal(),
        isWeekend ? 1 : 0,
      ];
      own.forEach((value, feature) => {
        values[link * NAMES.length + feature] = change(feature, value);
      });
    }
    return { names: NAMES, rowCount: LINKS, values };
  }
}

/** Hours at which drift begins and ends, for what is fed into a fresh watch. */
function watchFor(hours: number, seed: number, change: (hour: number) => (feature: number, value: number) => number) {
  const [world, watch] = [new World(seed), new DriftWatch()];
  const begins: number[] = [];
  let was = false;
  for (let hour = 0; hour < hours; hour += 1) {
    for (let part = 0; part < 2; part += 1) watch.see((hour + part / 2) * HOUR_MS, world.at(hour, change(hour)), known);
    const { isDrifting } = watch.finding(hour * HOUR_MS + HOUR_MS - 1);
    if (isDrifting && !was) begins.push(hour);
    was = isDrifting;
  }
  return { begins, watch };
}
const same = () => (_feature: number, value: number) => value;
const FROM = 15 * 24;

describe('drift of features', () => {
  it('is not seen more than once a month where nothing but days, weeks and weather change', () => {
    const months = [1, 2, 3, 4].map((seed) => watchFor(30 * 24, seed, same).begins.length);
    expect(months.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(months.length);
  });

  it.each([
    ['a level that shifts', (feature: number, value: number) => (feature === 0 ? value * 1.8 : value), 'load'],
    [
      'a sensor in other units',
      (feature: number, value: number) => (feature === 1 ? value * 10 + 30 : value),
      'optics',
    ],
    [
      'a figure that is not told any more',
      (feature: number, value: number) => (feature === 3 ? Number.NaN : value),
      'gap',
    ],
    ['what was rare and is common', (feature: number, value: number) => (feature === 2 ? value + 0.5 : value), 'rare'],
  ])('finds %s within a day', (_what, drift, feature) => {
    for (const seed of [11, 12]) {
      const { begins, watch } = watchFor(FROM + 24, seed, (hour) =>
        hour >= FROM ? drift : (_feature, value) => value,
      );
      expect(begins.filter((hour) => hour < FROM)).toEqual([]);
      expect(begins.some((hour) => hour <= FROM + 24)).toBe(true);
      expect(watch.finding((FROM + 24) * HOUR_MS).features[0]?.feature).toBe(feature);
    }
  });

  it('goes on after a restart as if there had been none', () => {
    const { watch } = watchFor(FROM, 5, same);
    const memory = JSON.parse(JSON.stringify(watch.memory())) as never;
    const again = new DriftWatch();
    again.restore(memory);
    expect(again.finding(FROM * HOUR_MS).features).toEqual(watch.finding(FROM * HOUR_MS).features);
  });

  it('says nothing before it knows what is usual', () => {
    const { watch } = watchFor(5 * 24, 6, same);
    const { isDrifting, features, days } = watch.finding(5 * 24 * HOUR_MS);
    expect(isDrifting).toBe(false);
    expect(days).toBeLessThan(7);
    expect(features.every(({ psi }) => psi === null)).toBe(true);
  });
});

describe('the stability index', () => {
  it('is 0 for the same shares, grows with the distance, and is defined where bins are empty', () => {
    expect(stabilityIndex([10, 20, 30], [1, 2, 3])).toBeCloseTo(0, 12);
    const [near, far] = [stabilityIndex([50, 50], [45, 55]), stabilityIndex([50, 50], [10, 90])];
    expect(far).toBeGreaterThan(near);
    expect(near).toBeCloseTo(0.05 * Math.log(0.55 / 0.5) - 0.05 * Math.log(0.45 / 0.5), 12);
    expect(Number.isFinite(stabilityIndex([100, 0], [0, 100]))).toBe(true);
    expect(stabilityIndex([0, 0], [1, 1])).toBe(0);
  });
});
