import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import {
  ALARM_RULES,
  alarmsOf,
  bestWithinBudget,
  foundAhead,
  judgeAlarms,
  operatingPoint,
  type ScoredTrack,
} from '../../../src/predict/evaluation/alarms.ts';
import { bootstrapInterval, GroupedRanking } from '../../../src/predict/evaluation/bootstrap.ts';
import { averagePrecision } from '../../../src/predict/evaluation/ranking.ts';

const STEP = 10;

/** Scores that are 1 in given steps of a track of 1,000 steps, else 0. */
function track(high: readonly number[], onsets: readonly number[]): ScoredTrack {
  const scores = new Float32Array(1000);
  for (const step of high) scores[step] = 1;
  return { firstMinute: 0, stepMinutes: STEP, scores, onsets };
}

const judged = (each: ScoredTrack) => judgeAlarms(each, alarmsOf(each, 0.5, ALARM_RULES), ALARM_RULES);

describe('alarms', () => {
  it('bridge short pauses and end after long ones', () => {
    expect(alarmsOf(track([10, 11, 17, 30], []), 0.5, ALARM_RULES)).toEqual([
      { first: 100, last: 170 },
      { first: 300, last: 300 },
    ]);
  });

  it('that stand for ever are a new one every day', () => {
    const always = track(
      Array.from({ length: 432 }, (_, step) => step),
      [],
    ); // prettier-ignore
    expect(judged(always).falseAlarms).toBe(3);
  });

  it('are not raised where nothing was said', () => {
    const silent = track([], []);
    silent.scores.fill(Number.NaN);
    expect(alarmsOf(silent, 0, ALARM_RULES)).toEqual([]);
  });

  it('find a failure once, with the lead of the first of them, and are not false then', () => {
    expect(judged(track([10, 11, 40], [460]))).toEqual({ leadMinutes: [360], falseAlarms: 0 });
  });

  it('are false when nothing comes within the horizon, or it came before', () => {
    expect(judged(track([10], [100 + 360]))).toEqual({ leadMinutes: [360], falseAlarms: 0 });
    expect(judged(track([10], [100 + 361]))).toEqual({ leadMinutes: [null], falseAlarms: 1 });
    expect(judged(track([10], [100]))).toEqual({ leadMinutes: [null], falseAlarms: 1 });
  });
});

describe('the point within a budget', () => {
  const week = track([], []);
  const weeks = 1000 / ((7 * 24 * 60) / STEP);

  it('counts false alarms per 100 tracks and week', () => {
    const { falseAlarmRate } = operatingPoint([track([10], []), week], 0.5);
    expect(falseAlarmRate).toBeCloseTo(100 / (2 * weeks), 6);
  });

  it('is the threshold that finds most without going beyond it', () => {
    const rng = createRng(1);
    const tracks = Array.from({ length: 200 }, (_, at) => {
      const each = track([], at < 40 ? [5000] : []);
      each.scores.forEach((_score, step) => {
        each.scores[step] = 0.5 * rng.next();
      });
      // Half of the failures stand out; some that do not fail stand out a little less.
      if (at < 20) each.scores[480] = 0.9;
      if (at >= 190) each.scores[300] = 0.8;
      return each;
    });
    const strict = bestWithinBudget(tracks, 0.5, 30);
    expect(foundAhead(strict as never, 30)).toBe(20);
    expect(strict?.falseAlarmRate).toBeLessThanOrEqual(0.5);
    expect(strict?.threshold).toBeGreaterThan(0.8);
    expect(foundAhead(strict as never, 201)).toBe(0);
  });

  it('is none where even the highest scores are false', () => {
    expect(bestWithinBudget([track([10], []), week], 1, 30)).toBeNull();
  });
});

describe('intervals', () => {
  it('hold the truth and grow narrow with the number of groups', () => {
    const rng = createRng(4);
    const widths = [20, 2000].map((count) => {
      const values = Float64Array.from({ length: count }, () => rng.normal());
      const mean = (groups: Int32Array) => groups.reduce((sum, group) => sum + (values[group] as number), 0) / count;
      const { low, high } = bootstrapInterval(count, mean, rng);
      const expected = (2 * 1.96) / Math.sqrt(count);
      expect(high - low).toBeGreaterThan(0.6 * expected);
      expect(high - low).toBeLessThan(1.4 * expected);
      return high - low;
    });
    expect(widths[1]).toBeLessThan((widths[0] as number) / 5);
  });

  it('rank groups as the exact average precision does', () => {
    const rng = createRng(6);
    const labels = Float32Array.from({ length: 5000 }, () => (rng.next() < 0.05 ? 1 : 0));
    const scores = labels.map((label) => label * rng.next() + rng.next());
    const groups = Int32Array.from(labels, (_, row) => row % 50);
    const ranking = new GroupedRanking(scores, labels, groups, 50);
    const all = Int32Array.from({ length: 50 }, (_, group) => group);
    expect(ranking.averagePrecision(all)).toBeCloseTo(averagePrecision(scores, labels), 1);
  });
});
