import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { brierSkill } from '../../../src/predict/evaluation/calibration.ts';
import {
  emptyLedger,
  enterForecast,
  enterRisks,
  forecastQuality,
  LEDGER_DAYS,
  riskQuality,
  trimLedger,
} from '../../../src/predict/live/ledger.ts';

const DAY_MS = 86_400_000;
const HORIZON_MS = 21_600_000;

describe('the ledger of past predictions', () => {
  it('sums up what single predictions sum up to, over days and entries', () => {
    const rng = createRng(3);
    const ledger = emptyLedger();
    const [all, came]: [number[], number[]] = [[], []];
    for (let entry = 0; entry < 30; entry += 1) {
      const probabilities = Array.from({ length: 100 }, () => rng.next() ** 3);
      const truths = probabilities.map((probability) => (rng.next() < probability ? 1 : 0));
      enterRisks(ledger, { atMs: entry * DAY_MS * 0.4, modelId: 'm', horizonMs: HORIZON_MS, probabilities, truths });
      all.push(...probabilities);
      came.push(...truths);
    }
    const [found] = riskQuality(ledger, 'm');
    expect(found?.judged).toBe(3000);
    expect(found?.cameTrue).toBe(came.reduce((sum, each) => sum + each, 0));
    expect(found?.brierSkill).toBeCloseTo(brierSkill(all, came), 10);
    expect(found?.calibrationError).toBeLessThan(0.03);
    const high = all
      .map((probability, at) => [probability, came[at] as number] as const)
      .filter(([p]) => p > 0.6 && p <= 0.8);
    expect(found?.levels.find(({ level }) => level === 'high')).toEqual({
      ...{ level: 'high', rated: high.length, degraded: high.reduce((sum, [, truth]) => sum + truth, 0) },
    });
    expect(riskQuality(ledger, 'another')).toEqual([]);
  });

  it('finds a model that always says too much', () => {
    const ledger = emptyLedger();
    const probabilities = new Array<number>(500).fill(0.7);
    enterRisks(ledger, {
      atMs: 0,
      modelId: 'm',
      horizonMs: HORIZON_MS,
      probabilities,
      truths: probabilities.map((_, at) => (at % 10 === 0 ? 1 : 0)),
    });
    const [found] = riskQuality(ledger, 'm');
    expect(found?.calibrationError).toBeCloseTo(0.6, 10);
    expect(found?.brierSkill).toBeLessThan(0);
  });

  it('leaves out what is unknown on either side, and says nothing of nothing', () => {
    const ledger = emptyLedger();
    const entered = enterRisks(ledger, {
      ...{ atMs: 0, modelId: 'm', horizonMs: HORIZON_MS },
      probabilities: [0.1, Number.NaN, 0.2],
      truths: [Number.NaN, 1, 0],
    });
    expect(entered).toBe(1);
    expect(riskQuality(ledger, 'm')[0]).toMatchObject({ judged: 1, cameTrue: 0, brierSkill: null });
  });

  it('keeps fourteen days', () => {
    const ledger = emptyLedger();
    for (let day = 0; day < 30; day += 1) {
      enterRisks(ledger, {
        atMs: day * DAY_MS,
        modelId: 'm',
        horizonMs: HORIZON_MS,
        probabilities: [0.5],
        truths: [1],
      });
    }
    trimLedger(ledger, 29 * DAY_MS + 5);
    expect(riskQuality(ledger, 'm')[0]?.judged).toBe(LEDGER_DAYS);
  });

  it('keeps errors of forecasts by metric and horizon, beside those of the last value', () => {
    const ledger = emptyLedger();
    const base = { atMs: 0, metric: 'utilisation', horizonMs: 3_600_000, p10: 0.4, p90: 0.6 };
    enterForecast(ledger, { ...base, truth: 0.5, last: 0.3, p50: 0.55 });
    enterForecast(ledger, { ...base, truth: 0.8, last: 0.7, p50: 0.65 });
    enterForecast(ledger, { ...base, truth: Number.NaN, last: 0.7, p50: 0.65 });
    const [found] = forecastQuality(ledger);
    expect(found).toMatchObject({ metric: 'utilisation', judged: 2, covered: 0.5 });
    expect(found?.meanAbsoluteError).toBeCloseTo(0.1, 10);
    expect(found?.persistenceError).toBeCloseTo(0.15, 10);
  });
});
