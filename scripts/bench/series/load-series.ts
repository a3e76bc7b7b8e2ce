import { createRng, type Rng } from '../../../src/core/rng.ts';
import type { RegularSeries } from '../../../src/predict/forecast/series.ts';

const STEP_MS = 300_000;
const DAY_STEPS = 288;
/** A Monday. */
const START_MS = Date.UTC(2024, 0, 1);

/** Published figures of backbone load: trough to peak, weekend to working day, and the log residual. */
const TROUGH = 0.6;
const WEEKEND = 0.7;
const RESIDUAL = { deviation: 0.18, autocorrelation: 0.94 } as const;

/** Made-up load of links, bit/s, with the rhythm and the residual of real ones; no two links have the same shape. */
export function loadSeries(count: number, days: number, seed: number): RegularSeries[] {
  return Array.from({ length: count }, (_, at) => oneLink(`link${at}`, days, createRng(seed).fork(`link${at}`)));
}

function oneLink(id: string, days: number, rng: Rng): RegularSeries {
  const meanBps = 10 ** rng.between(8, 11);
  const [peakHour, sharpness, growthADay] = [rng.between(12, 22), rng.between(0.6, 1.6), rng.between(-0.001, 0.004)];
  const { deviation, autocorrelation } = RESIDUAL;
  let residual = deviation * rng.normal();
  const values = Float64Array.from({ length: days * DAY_STEPS }, (_, at) => {
    residual = autocorrelation * residual + deviation * Math.sqrt(1 - autocorrelation ** 2) * rng.normal();
    const day = Math.floor(at / DAY_STEPS);
    const angle = 2 * Math.PI * (at / DAY_STEPS - peakHour / 24);
    const rhythm = TROUGH + (1 - TROUGH) * ((1 + Math.cos(angle)) / 2) ** sharpness;
    return meanBps * rhythm * (day % 7 >= 5 ? WEEKEND : 1) * (1 + growthADay) ** day * Math.exp(residual);
  });
  return { id, startMs: START_MS, stepMs: STEP_MS, values };
}
