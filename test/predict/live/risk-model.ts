import { createRng } from '../../../src/core/rng.ts';
import { ensemblesOf } from '../../../src/predict/live/served-risk.ts';
import { ensembleFile } from '../../../src/predict/onnx/ensemble-file.ts';
import type { ModelCard } from '../../../src/predict/registry/card.ts';
import { MODEL_FILE, type ModelRegistry, ONNX_FILE } from '../../../src/predict/registry/registry.ts';
import type { RiskDataset } from '../../../src/predict/risk/dataset.ts';
import { RISK_FEATURE_NAMES } from '../../../src/predict/risk/features.ts';
import { RISK_HORIZONS } from '../../../src/predict/risk/labels.ts';
import type { RiskModel } from '../../../src/predict/risk/model.ts';
import { riskModelText } from '../../../src/predict/risk/model-file.ts';
import { RISK_TRAIN_DEFAULTS, trainRisk } from '../../../src/predict/risk/train.ts';

/** Rows whose first feature decides, the more so the longer the horizon. */
export function smallDataset(rowCount = 900, seed = 5): RiskDataset {
  const rng = createRng(seed);
  const width = RISK_FEATURE_NAMES.length;
  const values = Float32Array.from({ length: rowCount * width }, () => (rng.next() < 0.1 ? Number.NaN : rng.normal()));
  const within = RISK_HORIZONS.map((_, horizon) =>
    Float32Array.from({ length: rowCount }, (_each, row) =>
      (values[row * width] as number) > 1 - horizon * 0.4 ? 1 : 0,
    ),
  );
  const table = { names: RISK_FEATURE_NAMES, rowCount, values };
  const atMs = Float64Array.from({ length: rowCount }, (_, row) => row * 600_000);
  return { table, within, weights: new Float32Array(rowCount).fill(1), atMs, world: new Int32Array(rowCount) };
}

export function smallModel(seed = 1): RiskModel {
  const { boost, forest } = RISK_TRAIN_DEFAULTS;
  return trainRisk(smallDataset(), {
    ...RISK_TRAIN_DEFAULTS,
    seed,
    boost: { ...boost, treeCount: 5, minLeafWeight: 2 },
    forest: { ...forest, treeCount: 3, minLeafWeight: 5 },
  });
}

export function cardOf(id: string, changes: Partial<ModelCard> = {}): Omit<ModelCard, 'files'> {
  return {
    format: 'detour-model/1',
    ...{ id, kind: 'risk', summary: 'made for a test', trainedAtMs: 1_700_000_000_000 },
    data: { source: 'a test', trainFromMs: 0, trainToMs: 1, testFromMs: null, testToMs: null, rows: 1, positives: 1 },
    features: [...RISK_FEATURE_NAMES],
    outputs: RISK_HORIZONS.map(({ name }) => name),
    scores: [{ name: 'model', metrics: { averagePrecision: 0.5 } }],
    yardstick: { metric: 'averagePrecision', better: 'higher' },
    ...{ gitCommit: null, seed: 1, command: 'a test' },
    ...changes,
  };
}

/** Writes a small risk model into a registry, with its ONNX file. */
export function saveModel(registry: ModelRegistry, id: string, model = smallModel()): RiskModel {
  const octets = (text: string) => new TextEncoder().encode(text);
  registry.save(cardOf(id), {
    [MODEL_FILE]: octets(riskModelText(model)),
    [ONNX_FILE]: ensembleFile(ensemblesOf(model), model.features, {}),
  });
  return model;
}
