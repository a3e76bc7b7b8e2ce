import { describe, expect, it } from 'vitest';
import { splitMinute } from '../../../scripts/bench/predict/microwave-trial.ts';

/** One link that fades at the minutes named. */
function field(minuteCount: number, fades: readonly number[]) {
  const rise = new Float32Array(minuteCount);
  for (const minute of fades) rise[minute] = 20;
  return { minuteCount, rise: [rise] };
}

describe('the minute that parts a recording of microwave links', () => {
  it('is the middle of the time where it rains in both halves', () => {
    expect(splitMinute(field(1000, [100, 300, 700, 900]))).toBe(500);
  });

  it('is the one by which half of the fades were over where a half is dry', () => {
    expect(splitMinute(field(1000, [600, 700, 800, 900]))).toBe(700);
    expect(splitMinute(field(1000, [100, 200, 300, 400]))).toBe(200);
  });

  it('is the middle where it never rains', () => {
    expect(splitMinute(field(1000, []))).toBe(500);
  });
});
