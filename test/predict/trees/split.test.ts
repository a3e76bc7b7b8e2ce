import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { BIN_COUNT } from '../../../src/predict/trees/bins.ts';
import { createGradients, ditherOf, GRADIENT_UNIT, pack } from '../../../src/predict/trees/gradients.ts';
import { addRows, subtract } from '../../../src/predict/trees/histogram.ts';
import { bestSplit } from '../../../src/predict/trees/split.ts';

const RULES = { minLeafWeight: 1, l2: 1, minGain: 0 };
const UNITS = { gradientUnit: 1, hessianUnit: 1 };

const cases = fc.record({
  featureCount: fc.integer({ min: 1, max: 4 }),
  rows: fc.array(fc.record({ gradient: fc.integer({ min: -9, max: 9 }), hessian: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 2,
    maxLength: 40,
  }),
  seed: fc.nat(),
});

interface Row {
  readonly gradient: number;
  readonly hessian: number;
}

function score(rows: readonly Row[]): number {
  const gradient = rows.reduce((sum, row) => sum + row.gradient, 0);
  const weight = rows.reduce((sum, row) => sum + row.hessian, 0);
  if (weight < RULES.minLeafWeight || weight <= 0) return -Infinity;
  return gradient ** 2 / (weight + RULES.l2);
}

/** Every feature, bin and side of the missing, one by one. */
function bruteForceGain(rows: readonly Row[], bins: Uint8Array, featureCount: number): number {
  let best = 0;
  const whole = score(rows);
  for (let feature = 0; feature < featureCount; feature += 1) {
    for (let bin = 1; bin < BIN_COUNT - 1; bin += 1) {
      for (const missingLeft of [false, true]) {
        const goesLeft = (_: Row, row: number) => {
          const own = bins[row * featureCount + feature] as number;
          return own === 0 ? missingLeft : own <= bin;
        };
        const left = rows.filter(goesLeft);
        const right = rows.filter((each, row) => !goesLeft(each, row));
        best = Math.max(best, score(left) + score(right) - whole);
      }
    }
  }
  return best;
}

describe('splits', () => {
  it('finds the gain that trying every split finds', () => {
    fc.assert(
      fc.property(cases, ({ featureCount, rows, seed }) => {
        fc.pre(rows.some(({ hessian }) => hessian > 0));
        const rng = createRng(seed);
        const bins = Uint8Array.from({ length: rows.length * featureCount }, () => rng.below(6));
        const packed = Float64Array.from(rows, ({ gradient, hessian }) => gradient * GRADIENT_UNIT + hessian);
        const histogram = new Float64Array(featureCount * BIN_COUNT);
        const table = { rowCount: rows.length, featureCount, bins, columns: bins };
        addRows(histogram, table, packed, Int32Array.from(rows.keys()), 0, rows.length);
        const features = Int32Array.from({ length: featureCount }, (_, feature) => feature);
        const found = bestSplit(histogram, features, UNITS, RULES)?.gain ?? 0;
        expect(found).toBeCloseTo(bruteForceGain(rows, bins, featureCount), 9);
      }),
    );
  });

  it('the histogram of one child is that of the parent less that of the other, to the last bit', () => {
    const rng = createRng(3);
    const gradients = createGradients(1000);
    gradients.gradient.forEach((_, row) => {
      gradients.gradient[row] = rng.normal();
      gradients.hessian[row] = rng.next();
    });
    pack(gradients, ditherOf(rng), 7);
    const bins = Uint8Array.from({ length: 3000 }, () => rng.below(BIN_COUNT));
    const table = { rowCount: 1000, featureCount: 3, bins, columns: bins };
    const rows = Int32Array.from({ length: 1000 }, (_, row) => row);
    const [parent, left, right] = [0, 0, 0].map(() => new Float64Array(3 * BIN_COUNT)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    addRows(parent, table, gradients.packed, rows, 0, 1000);
    addRows(left, table, gradients.packed, rows, 0, 300);
    addRows(right, table, gradients.packed, rows, 300, 1000);
    subtract(parent, left);
    expect(parent).toEqual(right);
  });

  it('rounds gradients without bias, to a few thousandths', () => {
    const rng = createRng(4);
    const gradients = createGradients(50_000);
    gradients.gradient.fill(0.123);
    gradients.hessian.fill(0.0777);
    // One row is large, so that the others fall between two levels.
    gradients.gradient[0] = 1;
    gradients.hessian[0] = 0.25;
    pack(gradients, ditherOf(rng), 0);
    let sum = 0;
    for (const amount of gradients.packed) sum += amount;
    const gradient = Math.floor(sum / GRADIENT_UNIT);
    expect((gradient * gradients.gradientUnit) / (49_999 * 0.123 + 1)).toBeCloseTo(1, 2);
    expect(((sum - gradient * GRADIENT_UNIT) * gradients.hessianUnit) / (49_999 * 0.0777 + 0.25)).toBeCloseTo(1, 2);
  });
});
