import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/rng.ts';
import { type Members, probabilitiesOf, probabilityOf, stack } from '../../src/predict/ensemble.ts';
import { brierSkill, calibrationBins, expectedCalibrationError } from '../../src/predict/evaluation/calibration.ts';
import { rocArea } from '../../src/predict/evaluation/ranking.ts';
import { logistic, logisticMargin } from '../../src/predict/logistic.ts';
import { ensembleFile } from '../../src/predict/onnx/ensemble-file.ts';
import { openOnnx } from '../../src/predict/onnx/session.ts';
import { BOOST_DEFAULTS, boost } from '../../src/predict/trees/boost.ts';
import { FOREST_DEFAULTS, forest } from '../../src/predict/trees/forest.ts';
import { LOGISTIC, sigmoid } from '../../src/predict/trees/losses.ts';
import { examplesOf } from './examples.ts';

const train = examplesOf(4_000, 11);
const rest = examplesOf(4_000, 12);
const test = examplesOf(10_000, 13);
const members: Members = {
  boosted: boost(train, LOGISTIC, { ...BOOST_DEFAULTS, treeCount: 80 }, createRng(1)),
  forest: forest(train, { ...FOREST_DEFAULTS, treeCount: 40 }, createRng(2)),
  logistic: logistic(train),
};
const ensemble = stack(members, rest.table, rest.labels);
const probabilities = Float64Array.from({ length: 10_000 }, (_, row) =>
  probabilityOf(ensemble, test.table.values, row * 8),
);

describe('logistic regression', () => {
  it('finds the weights that made the labels', () => {
    const rng = createRng(21);
    const values = Float32Array.from({ length: 20_000 * 2 }, () => rng.normal());
    const labels = Float32Array.from({ length: 20_000 }, (_, row) =>
      rng.next() < sigmoid(1.5 * (values[row * 2] as number) - 0.7 * (values[row * 2 + 1] as number) - 1) ? 1 : 0,
    );
    const model = logistic({ table: { names: ['x', 'y'], rowCount: 20_000, values }, labels });
    const slope = (feature: number) => (model.weight[feature] as number) / (model.scale[feature] as number);
    expect(slope(0)).toBeCloseTo(1.5, 0);
    expect(slope(1)).toBeCloseTo(-0.7, 0);
    expect(sigmoid(logisticMargin(model, Float32Array.of(0, 0)))).toBeCloseTo(sigmoid(-1), 1);
  });

  it('stays finite when all labels are the same or a feature never varies', () => {
    const table = { names: ['x'], rowCount: 50, values: new Float32Array(50).fill(3) };
    const model = logistic({ table, labels: new Float32Array(50).fill(1) });
    expect(Number.isFinite(logisticMargin(model, Float32Array.of(3)))).toBe(true);
  });
});

describe('an ensemble', () => {
  it('ranks no worse than its best member, by more than chance', () => {
    const areas = [members.boosted].map((trees) =>
      rocArea(
        Float64Array.from({ length: 10_000 }, (_, row) =>
          probabilityOf(
            { members: { ...members, boosted: trees }, weights: [1, 0, 0], bias: 0 },
            test.table.values,
            row * 8,
          ),
        ),
        test.labels,
      ),
    );
    expect(rocArea(probabilities, test.labels)).toBeGreaterThan(Math.max(...areas) - 0.005);
  });

  it('says 30 % where 30 % come true', () => {
    const bins = calibrationBins(probabilities, test.labels);
    expect(expectedCalibrationError(bins)).toBeLessThan(0.03);
    expect(brierSkill(probabilities, test.labels)).toBeGreaterThan(0.15);
  });

  it('says what comes true of few rows that are in trouble, beside many calm ones that each stand for hundreds', () => {
    const rng = createRng(31);
    const [calm, troubled] = [4_000, 2_000];
    // Log odds as they are: calm rows lie at -8, the others anywhere from -4 to 4.
    const values = Float32Array.from({ length: calm + troubled }, (_, row) => (row < calm ? -8 : 8 * rng.next() - 4));
    const labels = values.map((margin) => (rng.next() < sigmoid(margin) ? 1 : 0));
    const weights = values.map((_, row) => (row < calm ? 320 : 1));
    const silent = (base: number) => ({ ...members.boosted, featureCount: 1, base, roots: new Int32Array(0) });
    const one = Float64Array.of(1);
    const own: Members = {
      boosted: silent(0),
      forest: silent(0.5),
      logistic: { mean: Float64Array.of(0), scale: one, weight: one, bias: 0, clip: Infinity },
    };
    const { weights: found } = stack(own, { names: ['x'], rowCount: calm + troubled, values }, labels, weights);
    expect(found[2]).toBeGreaterThan(0.85);
    expect(found[2]).toBeLessThan(1.15);
  });

  it('answers the same in onnxruntime as in TypeScript, within 1e-5 on 10,000 rows, missing values included', async () => {
    const session = await openOnnx(ensembleFile({ soon: ensemble }, test.table.names, { format: 'test' }));
    const { soon } = await session.run(test.table.values, 10_000, 8);
    await session.close();
    const off = probabilities.map((own, row) => Math.abs(own - ((soon as Float32Array)[row] as number)));
    expect(Math.max(...off)).toBeLessThan(1e-5);
    expect(test.table.values.some(Number.isNaN)).toBe(true);
  });

  it('answers the same without members that weigh nothing, row by row, in blocks and in onnxruntime', async () => {
    const [boosted, forested] = ensemble.weights as [number, number];
    const cases = { both: [boosted, forested, 0], trees: [1, 0, 0], linear: [0, 0, 1], none: [0, 0, 0] };
    const ensembles = Object.entries(cases).map(([name, weights]) => [name, { ...ensemble, weights }] as const);
    const file = ensembleFile(Object.fromEntries(ensembles), test.table.names, { format: 'test' });
    const session = await openOnnx(file);
    const answers = await session.run(test.table.values, 10_000, 8);
    await session.close();
    for (const [name, own] of ensembles) {
      const inBlocks = probabilitiesOf(own, test.table.values, 10_000, 8);
      const off = inBlocks.map((one, row) => Math.abs(one - ((answers[name] as Float32Array)[row] as number)));
      const apart = inBlocks.map((one, row) => Math.abs(one - probabilityOf(own, test.table.values, row * 8)));
      expect(Math.max(...off), name).toBeLessThan(1e-5);
      expect(Math.max(...apart), name).toBeLessThan(1e-12);
    }
    const all = ensembleFile({ soon: ensemble }, test.table.names, {});
    const without = ensembleFile({ soon: { ...ensemble, weights: cases.trees } }, test.table.names, {});
    expect(without.length).toBeLessThan(all.length);
  });
});
