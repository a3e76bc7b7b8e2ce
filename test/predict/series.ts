import { createRng } from '../../src/core/rng.ts';
import type { RegularSeries } from '../../src/predict/forecast/series.ts';

const STEP_MS = 300_000;
const DAY_STEPS = 288;

/** Load with a daily and a weekly rhythm and a residual that fades within hours. */
export function rhythmicSeries(id: string, days: number, seed: number): RegularSeries {
  const rng = createRng(seed);
  const [level, phase] = [rng.between(1, 100), rng.between(0, 0.3)];
  let residual = 0;
  const values = Float64Array.from({ length: days * DAY_STEPS }, (_, at) => {
    residual = 0.94 * residual + 0.06 * rng.normal();
    const day = Math.floor(at / DAY_STEPS);
    const rhythm = 1 + 0.4 * Math.sin(2 * Math.PI * (at / DAY_STEPS + phase));
    return level * rhythm * (day % 7 >= 5 ? 0.7 : 1) * Math.exp(residual);
  });
  // A Monday, so that days 5 and 6 are the weekend.
  return { id, startMs: Date.UTC(2024, 0, 1), stepMs: STEP_MS, values };
}
