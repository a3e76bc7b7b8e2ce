import { MODEL_FILE, ONNX_FILE, type StoredModel } from '../registry/registry.ts';
import { RISK_HORIZONS } from '../risk/labels.ts';
import type { RiskModel } from '../risk/model.ts';
import { parseRiskModel } from '../risk/model-file.ts';
import type { ServedModel } from './predictor.ts';
import { tellerOf } from './told-risk.ts';

/** The risk model in a folder of the registry. @throws DetourError MODEL where it is damaged */
export function readRiskModel({ read }: StoredModel): RiskModel {
  return parseRiskModel(new TextDecoder().decode(read(MODEL_FILE)));
}

/** The same as it is served to callers. @throws DetourError MODEL where it is damaged */
export function servedRisk(stored: StoredModel): ServedModel {
  const model = readRiskModel(stored);
  return {
    id: stored.card.id,
    featureNames: model.features,
    ensembles: ensemblesOf(model),
    tell: tellerOf(model),
    readOnnx: () => stored.read(ONNX_FILE),
  };
}

/** By the names of the horizons, as the ONNX file names its outputs. */
export function ensemblesOf({ horizons }: RiskModel): ServedModel['ensembles'] {
  return Object.fromEntries(RISK_HORIZONS.map(({ name }, at) => [name, horizons[at]?.ensemble as never]));
}
