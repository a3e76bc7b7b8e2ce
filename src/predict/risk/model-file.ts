import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { MEMBER_NAMES } from '../ensemble.ts';
import type { LogisticModel } from '../logistic.ts';
import { PackedSchema, pack, unpack } from '../packed.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
import { TreesJsonSchema, treesFromJson, treesToJson } from '../trees/tree-json.ts';
import { RISK_HORIZONS } from './labels.ts';
import type { HorizonRisk, RiskModel } from './model.ts';

const FORMAT = 'detour-risk/2';
const TreesSchema = Type.Object({ ...TreesJsonSchema.properties, mean: PackedSchema });
const LogisticSchema = Type.Object({
  mean: PackedSchema,
  scale: PackedSchema,
  weight: PackedSchema,
  bias: Type.Number(),
  clip: Type.Number(),
});
const HorizonSchema = Type.Object({
  name: Type.String(),
  weights: Type.Array(Type.Number(), { minItems: MEMBER_NAMES.length, maxItems: MEMBER_NAMES.length }),
  bias: Type.Number(),
  boosted: TreesSchema,
  forest: TreesSchema,
  logistic: LogisticSchema,
});
const RiskFileSchema = Type.Object({
  format: Type.Literal(FORMAT),
  features: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
  horizons: Type.Array(HorizonSchema, { minItems: RISK_HORIZONS.length, maxItems: RISK_HORIZONS.length }),
});
const riskFile = compileSchema(RiskFileSchema, 'MODEL');

const damaged = (why: string) =>
  new DetourError('MODEL', `the risk model cannot be used: ${why}`, { hint: 'train a new one, or roll back' });

/** The model as JSON text. */
export function riskModelText({ features, horizons }: RiskModel): string {
  const file: Static<typeof RiskFileSchema> = {
    format: FORMAT,
    features: [...features],
    horizons: horizons.map(({ ensemble, boosted, forest }, at) => ({
      name: RISK_HORIZONS[at]?.name as string,
      weights: [...ensemble.weights],
      bias: ensemble.bias,
      boosted: packTrees(ensemble.members.boosted, boosted.mean),
      forest: packTrees(ensemble.members.forest, forest.mean),
      logistic: packLogistic(ensemble.members.logistic),
    })),
  };
  return JSON.stringify(file);
}

/** @throws DetourError MODEL where the text is not a risk model, or not a whole one */
export function parseRiskModel(text: string): RiskModel {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new DetourError('MODEL', 'the risk model cannot be used: it is not JSON', { cause });
  }
  const { features, horizons } = riskFile.parse(read);
  return { features, horizons: horizons.map((each, at) => unpackHorizon(each, at, features.length)) };
}

function unpackHorizon(file: Static<typeof HorizonSchema>, at: number, width: number): HorizonRisk {
  if (file.name !== RISK_HORIZONS[at]?.name) throw damaged(`horizons[${at}].name: got ${file.name}`);
  const [boosted, forest] = [unpackTrees(file.boosted, width), unpackTrees(file.forest, width)];
  return {
    ensemble: {
      members: { boosted: boosted.trees, forest: forest.trees, logistic: unpackLogistic(file.logistic, width) },
      weights: file.weights,
      bias: file.bias,
    },
    boosted,
    forest,
  };
}

function packTrees(trees: TreeEnsemble, mean: Float32Array): Static<typeof TreesSchema> {
  return { ...treesToJson(trees), mean: pack(mean) };
}

function unpackTrees(file: Static<typeof TreesSchema>, width: number): { trees: TreeEnsemble; mean: Float32Array } {
  const trees = treesFromJson(file);
  if (trees.featureCount !== width) throw damaged('its trees were grown on other features');
  const mean = unpack(Float32Array, file.mean, 'mean');
  if (mean.length !== trees.feature.length) throw damaged('its trees are not whole');
  return { trees, mean };
}

function packLogistic({ mean, scale, weight, bias, clip }: LogisticModel): Static<typeof LogisticSchema> {
  return { mean: pack(mean), scale: pack(scale), weight: pack(weight), bias, clip };
}

function unpackLogistic(file: Static<typeof LogisticSchema>, width: number): LogisticModel {
  const read = (name: 'mean' | 'scale' | 'weight') => {
    const values = unpack(Float64Array, file[name], `logistic.${name}`);
    if (values.length !== width) throw damaged(`logistic.${name}: ${values.length} values for ${width} features`);
    return values;
  };
  return { mean: read('mean'), scale: read('scale'), weight: read('weight'), bias: file.bias, clip: file.clip };
}
