import type { Rng } from '../../../src/core/rng.ts';
import type { Examples } from '../../../src/predict/trees/boost.ts';
import { sigmoid } from '../../../src/predict/trees/losses.ts';

/** Share of values that are missing. */
const MISSING = 0.02;

/**
 * Rows of normal features, of which the first eight make the log odds: linear parts, an interaction, a wave, a corner
 * and a fold. Nobody can do better than chance on the rest.
 */
export function syntheticExamples(rowCount: number, featureCount: number, rng: Rng): Examples {
  const names = Array.from({ length: featureCount }, (_, feature) => `f${feature}`);
  const values = new Float32Array(rowCount * featureCount);
  const labels = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const own = values.subarray(row * featureCount, (row + 1) * featureCount);
    for (let feature = 0; feature < featureCount; feature += 1) {
      own[feature] = rng.next() < MISSING ? Number.NaN : rng.normal();
    }
    labels[row] = rng.next() < sigmoid(logOdds(own)) ? 1 : 0;
  }
  return { table: { names, rowCount, values }, labels };
}

function logOdds(row: Float32Array): number {
  const [a, b, c, d, e, f, g, h] = Array.from(row.subarray(0, 8), (value) => (Number.isNaN(value) ? 0.3 : value)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return a + 0.8 * b * c + Math.sin(2 * d) + (e > 0.5 && f < 0 ? 1.5 : 0) - 0.5 * Math.abs(g) + 0.3 * h - 1.5;
}
