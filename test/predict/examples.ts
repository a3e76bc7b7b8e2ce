import { createRng } from '../../src/core/rng.ts';
import { sigmoid } from '../../src/predict/trees/losses.ts';

/**
 * Rows whose odds are known: a linear part, an interaction, a threshold, and a feature that is missing when it
 * matters. Features 4 to 7 are noise.
 */
export function examplesOf(rowCount: number, seed: number) {
  const rng = createRng(seed);
  const names = Array.from({ length: 8 }, (_, feature) => `f${feature}`);
  const values = new Float32Array(rowCount * names.length);
  const labels = new Float32Array(rowCount);
  const odds = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const own = values.subarray(row * names.length, (row + 1) * names.length);
    for (let feature = 0; feature < names.length; feature += 1) own[feature] = rng.normal();
    if (rng.next() < 0.2) own[3] = Number.NaN;
    const [a, b, c, d] = own as unknown as [number, number, number, number];
    odds[row] = a + 1.2 * b * c + (Number.isNaN(d) ? 1.5 : d > 0.5 ? -1 : 0) - 1;
    labels[row] = rng.next() < sigmoid(odds[row] as number) ? 1 : 0;
  }
  return { table: { names, rowCount, values }, labels, odds };
}
