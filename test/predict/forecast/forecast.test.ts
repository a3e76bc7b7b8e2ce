import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import {
  ALL_RULES,
  chooseMedian,
  MEDIAN_RULES,
  type MedianRule,
  SHORT_RULES,
} from '../../../src/predict/forecast/choice.ts';
import { forecastErrors } from '../../../src/predict/forecast/evaluate.ts';
import { FORECAST_FEATURES, ForecastFeatures } from '../../../src/predict/forecast/features.ts';
import { FORECAST_DEFAULTS, forecastFrom, trainHorizon } from '../../../src/predict/forecast/model.ts';
import { parseForecastModels } from '../../../src/predict/forecast/model-file.ts';
import { type RegularSeries, regularSeries } from '../../../src/predict/forecast/series.ts';
import { TRIVIAL_RULES, trivialRules } from '../../../src/predict/forecast/trivial.ts';
import { rhythmicSeries } from '../series.ts';

const HOUR_MS = 3_600_000;
const SETTINGS = { ...FORECAST_DEFAULTS, treeCount: 80, rowLimit: 4_000 };

function without(series: RegularSeries, from: number): RegularSeries {
  return { ...series, values: series.values.map((value, at) => (at >= from ? 1e9 + at : value)) };
}

describe('forecast features', () => {
  const series = rhythmicSeries('s', 20, 1);

  it('never see what comes after the origin', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 5_000 }), fc.constantFrom(1, 12, 72), (origin, horizon) => {
        const rows = [series, without(series, origin + 1)].map((each) => {
          const reader = new ForecastFeatures(each);
          const frame = reader.frame(origin, horizon, 'combination');
          const row = new Float32Array(FORECAST_FEATURES.length);
          if (frame !== null) reader.write(origin, horizon, frame, row, 0);
          return { frame, row };
        });
        expect(rows[0]).toEqual(rows[1]);
      }),
      { numRuns: 40 },
    );
  });

  it('say nothing where the last hour is unknown', () => {
    const gap = {
      ...series,
      values: series.values.map((value, at) => (at >= 988 && at <= 1_000 ? Number.NaN : value)),
    };
    expect(new ForecastFeatures(gap).frame(1_000, 6, 'combination')).toBeNull();
    expect(new ForecastFeatures(gap).frame(1_013, 6, 'combination')).not.toBeNull();
  });

  it('have as many names as values', () => {
    const reader = new ForecastFeatures(series);
    const row = new Float32Array(FORECAST_FEATURES.length + 1).fill(77);
    reader.write(3_000, 12, { anchor: 1, scale: 1, combined: 1 }, row, 0);
    expect(row.at(-1)).toBe(77);
    expect(row.at(-2)).not.toBe(77);
  });
});

describe('trivial rules', () => {
  it('follow a series that repeats itself', () => {
    const values = Float64Array.from({ length: 15 * 24 }, (_, hour) => hour % 24);
    const rules = trivialRules({ id: 's', startMs: 0, stepMs: HOUR_MS, values });
    expect(rules.daily(200, 30)).toBe(230 % 24);
    expect(rules['weekly-with-drift'](300, 6)).toBe(306 % 24);
    expect(rules.persistence(200, 30)).toBe(200 % 24);
    expect(rules.weekly(100, 5)).toBeNaN();
  });
});

describe('readings on a grid', () => {
  it('are averaged within a step, and what is missing is not known', () => {
    const series = regularSeries(
      's',
      [
        [125, 3],
        [20, 1],
        [30, 3],
        [330, Number.NaN],
        [410, 7],
      ],
      100,
    );
    expect(series.startMs).toBe(0);
    expect([...series.values]).toEqual([2, 3, Number.NaN, Number.NaN, 7]);
  });
});

describe('a forecast', () => {
  const all = Array.from({ length: 6 }, (_, at) => rhythmicSeries(`s${at}`, 35, at));
  const part = (from: number, to: number) =>
    all.map((series) => ({
      series,
      begin: Math.floor(from * series.values.length),
      end: Math.floor(to * series.values.length),
    }));
  const model = trainHorizon(part(0.2, 0.6), part(0.62, 0.75), 3 * HOUR_MS, SETTINGS, createRng(1));

  it('of load with a rhythm is better than every trivial rule, and its interval covers what it says', () => {
    const errors = forecastErrors(model, part(0.78, 1), 5);
    expect(errors).toHaveLength(all.length);
    const total = (pick: (each: (typeof errors)[number]) => number) =>
      errors.reduce((sum, each) => sum + pick(each), 0);
    const best = Math.min(...TRIVIAL_RULES.map((name) => total(({ rules }) => rules[name] as number)));
    expect(total(({ own }) => own) / best).toBeLessThan(0.95);
    const covered = total((each) => each.covered) / all.length;
    expect(covered).toBeGreaterThan(0.7);
    expect(covered).toBeLessThan(0.9);
  });

  it('has its quantiles in order', () => {
    const [series] = all as [RegularSeries];
    const reader = new ForecastFeatures(series);
    for (let origin = 2_000; origin < 9_000; origin += 97) {
      const { p10, p50, p90 } = forecastFrom(model, reader, origin, series.stepMs) as {
        p10: number;
        p50: number;
        p90: number;
      };
      expect(p10).toBeLessThanOrEqual(p50);
      expect(p50).toBeLessThanOrEqual(p90);
    }
  });

  it('of a walk that nobody can foresee is that of the best rule, exactly', () => {
    const walks = Array.from({ length: 4 }, (_, at) => {
      const rng = createRng(100 + at);
      let level = 50;
      const values = Float64Array.from({ length: 3_600 }, () => {
        level += rng.normal();
        return level;
      });
      return { id: `walk${at}`, startMs: 0, stepMs: 300_000, values };
    });
    const cut = (from: number, to: number) => walks.map((series) => ({ series, begin: from, end: to }));
    const settings = { ...SETTINGS, treeCount: 30, rowLimit: 1_500 };
    const blind = trainHorizon(cut(400, 1_800), cut(1_900, 2_500), 3 * HOUR_MS, settings, createRng(1));
    expect(blind.choices.map(({ rule, trust }) => ({ rule, trust }))).toEqual([
      { rule: 'persistence', trust: 0 },
      { rule: 'persistence', trust: 0 },
    ]);
    for (const { own, rules } of forecastErrors(blind, cut(2_600, 3_600), 17)) {
      expect(own).toBeCloseTo(rules.persistence as number, 9);
    }
  });
});

describe('the choice of a median', () => {
  const [one, other, third] = [1, 2, 3].map((at) => rhythmicSeries(`c${at}`, 1, at)) as [
    RegularSeries,
    RegularSeries,
    RegularSeries,
  ];
  const series = [one, one, other, other, third, third];
  const scales = series.map(() => 1);
  const rulesAt = (value: number) =>
    Object.fromEntries(MEDIAN_RULES.map((name) => [name, series.map(() => value)])) as unknown as Record<
      MedianRule,
      number[]
    >;

  it('is the learnt one where it is surely better, and the rule where that may be luck', () => {
    const truths = [1, 1, 1, 1, 1, 1];
    const rules = { ...rulesAt(3), daily: series.map(() => 2) };
    const surely = { series, scales, truths, rules, learnt: [1.3, 1.3, 1.3, 1.3, 1.3, 1.3] };
    expect(chooseMedian(surely, 'combination', 1, ALL_RULES).trust).toBe(1);
    // Much better in one series, worse in the two others.
    const luck = { series, scales, truths, rules, learnt: [1, 1, 2.4, 2.4, 2.4, 2.4] };
    expect(chooseMedian(luck, 'combination', 1, ALL_RULES)).toEqual({ rule: 'daily', trust: 0 });
  });

  it('is not decided by one series in which it is hopeless, but by most', () => {
    const many = Array.from({ length: 40 }, (_, at) => rhythmicSeries(`m${at}`, 1, at));
    const scatter = (at: number) => 0.1 * (at % 7);
    const truths = many.map((_, at) => 1 + scatter(at));
    const rules = Object.fromEntries(MEDIAN_RULES.map((name) => [name, many.map(() => 3)])) as unknown as Record<
      MedianRule,
      number[]
    >;
    const learnt = many.map((_, at) => (at === 0 ? 1e6 : 2 + scatter(at)));
    expect(
      chooseMedian({ series: many, scales: many.map(() => 1), truths, rules, learnt }, 'combination', 1, ALL_RULES),
    ).toEqual({
      ...{ rule: 'combination', trust: 1 },
    });
  });

  it('is not decided by series that stand still, where a hair is many times nothing', () => {
    const truths = [1, 1, 1, 1, 1, 1];
    const rules = { ...rulesAt(3), persistence: [1, 1, 3, 3, 3, 3] };
    const learnt = [2, 2, 1.5, 1.5, 1.5, 1.5];
    const still = { series, scales: [1e-9, 1e-9, 1, 1, 1, 1], truths, rules, learnt };
    expect(chooseMedian(still, 'combination', 1, ALL_RULES)).toMatchObject({ rule: 'combination', trust: 1 });
  });

  it('is among the rules that it may choose from', () => {
    const rows = { series, scales, truths: [1, 1, 1, 1, 1, 1], rules: { ...rulesAt(3), weekly: series.map(() => 1) } };
    const learnt = series.map(() => 5);
    expect(chooseMedian({ ...rows, learnt }, 'combination', 1, ALL_RULES)).toEqual({ rule: 'weekly', trust: 0 });
    expect(chooseMedian({ ...rows, learnt }, 'combination', 1, SHORT_RULES).rule).not.toMatch(/weekly/);
  });
});

describe('a file of models', () => {
  it.each([
    ['no JSON', 'the forecast model cannot be used: it is not JSON'],
    ['{"format":"detour-forecast/2"}', 'it is written as detour-forecast/2, which looks at other features'],
    ['{"format":"detour-forecast/3"}', 'features'],
  ])('that cannot be used is refused with the reason: %s', (text, why) => {
    expect(() => parseForecastModels(text)).toThrowError(why);
  });
});
