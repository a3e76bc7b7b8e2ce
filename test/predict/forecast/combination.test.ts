import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { Combination } from '../../../src/predict/forecast/combination.ts';
import { COURSE_NAMES, Courses } from '../../../src/predict/forecast/courses.ts';
import { FORECAST_FEATURES, ForecastFeatures } from '../../../src/predict/forecast/features.ts';
import { type RegularSeries, WindowMeans } from '../../../src/predict/forecast/series.ts';
import { answerOf, TRIVIAL_RULES, trivialRules } from '../../../src/predict/forecast/trivial.ts';
import { rhythmicSeries } from '../series.ts';

const STEP_MS = 600_000;
const [HOUR, DAY] = [6, 144];
const MONDAY_MS = Date.UTC(2024, 0, 1);

const seriesOf = (values: Float64Array, startMs = MONDAY_MS): RegularSeries => ({
  ...{ id: 's', startMs, stepMs: STEP_MS, values },
});
const coursesOf = (series: RegularSeries) => new Courses(series, new WindowMeans(series.values));
const combinationOf = (series: RegularSeries, horizon: number, since?: number) =>
  new Combination(series, trivialRules(series), coursesOf(series), horizon, since);

/** Mean errors of the combination and of each trivial rule over the last days. */
function errorsOf(series: RegularSeries, horizon: number, days: number) {
  const [combination, rules] = [combinationOf(series, horizon), trivialRules(series)];
  const from = series.values.length - days * DAY;
  const origins = Array.from({ length: Math.floor((days * DAY - horizon) / 5) }, (_, at) => from + 5 * at);
  const mean = (say: (origin: number) => number) =>
    origins.reduce((sum, origin) => sum + Math.abs((series.values[origin + horizon] as number) - say(origin)), 0) /
    origins.length;
  return {
    own: mean((origin) => combination.answer(origin)),
    rules: TRIVIAL_RULES.map((name) => mean((origin) => answerOf(rules, name, origin, horizon))),
  };
}

describe('the combination of what anyone could say', () => {
  it('is near the best rule of each series, whichever that is', () => {
    const rng = createRng(5);
    const week = Float64Array.from({ length: 7 * DAY }, () => 100 * rng.next());
    const weekly = seriesOf(Float64Array.from({ length: 28 * DAY }, (_, at) => week[at % (7 * DAY)] as number));
    let level = 1_000;
    const walk = seriesOf(Float64Array.from({ length: 28 * DAY }, () => (level += rng.normal())));
    const noise = seriesOf(Float64Array.from({ length: 28 * DAY }, () => 50 + rng.normal()));
    for (const series of [weekly, walk, noise]) {
      const { own, rules } = errorsOf(series, 3 * HOUR, 7);
      expect(own).toBeLessThanOrEqual(1.15 * Math.min(...rules) + 1e-9);
    }
  });

  it('is better than each rule alone where several know a part', () => {
    const all = [11, 12, 13].map((seed) => errorsOf(rhythmicSeries('s', 28, seed), 36, 7));
    for (const { own, rules } of all) expect(own).toBeLessThan(0.97 * Math.min(...rules));
  });

  it('says the same of a series that is kept from later on, and when it is made for its end only', () => {
    const whole = rhythmicSeries('s', 36, 3);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }), fc.constantFrom(1, 12, 72), (cut, horizon) => {
        const kept = { ...whole, startMs: whole.startMs + cut * whole.stepMs, values: whole.values.slice(cut) };
        const origin = kept.values.length - 1;
        const long = combinationOf(whole, horizon).answer(origin + cut);
        expect(combinationOf(kept, horizon).answer(origin)).toBeCloseTo(long, 9);
        expect(combinationOf(kept, horizon, origin).answer(origin)).toBeCloseTo(long, 9);
      }),
      { numRuns: 20 },
    );
  });

  it('has an answer as soon as one value is known, and bridges gaps', () => {
    const values = Float64Array.from({ length: 10 * DAY }, (_, at) => 10 + (at % DAY));
    values.fill(Number.NaN, 4 * DAY, 5 * DAY);
    const combination = combinationOf(seriesOf(values), HOUR);
    expect(combination.answer(0)).toBe(10);
    expect(combination.error(0, 1)).toBeNaN();
    for (let origin = 5 * DAY; origin < 10 * DAY; origin += 7) expect(combination.answer(origin)).toBeGreaterThan(0);
  });

  it('knows of what it combines how wrong that was, which is no less than it was wrong itself', () => {
    const series = rhythmicSeries('s', 28, 4);
    const origin = series.values.length - 1;
    const combination = combinationOf(series, 36);
    const errors: number[] = [];
    for (let then = origin - 36; then > origin - 36 - 288; then -= 1) {
      errors.push(Math.abs((series.values[then + 36] as number) - combination.answer(then)));
    }
    const own = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(combination.error(origin, 1)).toBeGreaterThan(0.8 * own);
    expect(combination.error(origin, 1)).toBeLessThan(2 * own);
  });
});

describe('usual courses', () => {
  it('tell the mean of the days that they name, over 20 minutes before and after', () => {
    // On each day its number, so that means tell which days were looked at; day 0 is a Monday.
    const courses = coursesOf(seriesOf(Float64Array.from({ length: 36 * DAY }, (_, at) => Math.floor(at / DAY))));
    const noonOf = (day: number) => day * DAY + DAY / 2;
    const at = (name: (typeof COURSE_NAMES)[number], day: number) => courses.at(name, noonOf(day), noonOf(day) - HOUR);
    expect(at('yesterday', 30)).toBe(29);
    expect(at('last week', 30)).toBe(26);
    expect(at('same weekday', 30)).toBe((23 + 16 + 9 + 2) / 4);
    // Day 33 is a Saturday: the weekends of the four weeks before it.
    expect(at('same kind of day', 33)).toBe((5 + 6 + 12 + 13 + 19 + 20 + 26 + 27) / 8);
    expect(courses.at('last week', noonOf(0), noonOf(0))).toBeNaN();
  });

  it('never look past the origin, not even a day ahead', () => {
    const series = rhythmicSeries('s', 10, 2);
    const changed = (from: number) => ({
      ...series,
      values: series.values.map((value, at) => (at > from ? -1e6 : value)),
    });
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 2_500 }), fc.integer({ min: 1, max: 288 }), (origin, ahead) => {
        for (const name of COURSE_NAMES) {
          const [before, after] = [series, changed(origin)].map((each) =>
            coursesOf(each).at(name, origin + ahead, origin),
          );
          expect(after).toBe(before);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('features', () => {
  it('are the same whether a series is prepared for its end only or for all of its time', () => {
    const series = rhythmicSeries('s', 29, 9);
    const origin = series.values.length - 1;
    const [live, whole] = [new ForecastFeatures(series, origin), new ForecastFeatures(series)].map((reader) => {
      const frame = reader.frame(origin, 36, 'combination');
      const row = new Float32Array(FORECAST_FEATURES.length);
      if (frame !== null) reader.write(origin, 36, frame, row, 0);
      return { frame, row: [...row] };
    });
    expect(live?.frame).not.toBeNull();
    live?.row.forEach((value, at) => {
      expect(value, FORECAST_FEATURES[at]).toBeCloseTo(whole?.row[at] as number, 5);
    });
  });
});
