import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { riskReport } from '../../../src/predict/risk/report.ts';
import type { Trial } from '../../../src/predict/risk/trial.ts';

const STEP = 10;
const STEPS = 600;
const LINKS = 5;
const ONSET = 3_000;

/** One failure of each link but the last, and an alarm so many minutes before it (null: none). */
function trialOf(alarmMinutes: readonly (number | null)[]): Trial {
  const link = Int32Array.from({ length: LINKS * STEPS }, (_, row) => row % LINKS);
  const minute = Int32Array.from(link, (_, row) => STEP * Math.floor(row / LINKS));
  const label = Float32Array.from(link, (own, row) => {
    const ahead = ONSET - (minute[row] as number);
    return own < LINKS - 1 && ahead > 0 && ahead <= 360 ? 1 : 0;
  });
  const chance = Float32Array.from(link, (own, row) => {
    const from = alarmMinutes[own] ?? null;
    const ahead = ONSET - (minute[row] as number);
    return from !== null && ahead > 0 && ahead <= from ? 0.9 : 0.01;
  });
  return {
    rows: { link, minute, within: [label, label, label], chances: [chance, chance, chance], rules: new Map() },
    linkIds: Array.from({ length: LINKS }, (_, at) => `l${at}`),
    failures: Array.from({ length: LINKS - 1 }, (_, at) => ({ link: at, onset: ONSET })),
    ...{ firstMinute: 0, stepMinutes: STEP, stepCount: STEPS },
  };
}

describe('a report of failures that announced themselves', () => {
  // Began 20, 45 and 300 min before; the fourth came out of the blue.
  const announced = [20, 45, 300, null];
  const report = (alarms: readonly (number | null)[]) =>
    riskReport([trialOf(alarms)], createRng(1), (_trial, link) => {
      const lead = announced[link];
      return lead == null ? null : ONSET - lead;
    }).precursors;

  it('tells how many were found 30 min ahead, by how long before their precursor began', () => {
    expect(report([20, 40, 240, null])?.byLead).toEqual([
      { fromMinutes: 0, toMinutes: 30, failures: 1, found: 0 },
      { fromMinutes: 30, toMinutes: 60, failures: 1, found: 1 },
      { fromMinutes: 60, toMinutes: 120, failures: 0, found: 0 },
      { fromMinutes: 120, toMinutes: Infinity, failures: 1, found: 1 },
    ]);
  });

  it('counts no alarm that came too late, and none for what had no precursor', () => {
    const found = report([null, 20, 240, 240]);
    expect(found?.byLead.map((band) => band.found)).toEqual([0, 0, 0, 1]);
    expect(found?.recall).toBeCloseTo(1 / 3);
    expect(found?.recallForeseeable).toBeCloseTo(1 / 2);
  });
});
