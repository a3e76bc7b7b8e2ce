import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { MEMBER_NAMES } from '../ensemble.ts';
import type { LogisticModel } from '../logistic.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
import { RISK_HORIZONS } from './labels.ts';
import type { HorizonRisk, RiskModel } from './model.ts';

const FORMAT = 'detour-risk/1';
/** Arrays of numbers as base64 of their little-endian octets: a quarter of the size of digits. */
const Packed = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: 20_000_000 });

const TreesSchema = Type.Object({
  base: Type.Number(),
  roots: Packed,
  feature: Packed,
  threshold: Packed,
  missingLeft: Packed,
  left: Packed,
  right: Packed,
  value: Packed,
  gain: Packed,
  mean: Packed,
});
const LogisticSchema = Type.Object({
  mean: Packed,
  scale: Packed,
  weight: Packed,
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

type Numbers = Int32Array | Int16Array | Uint8Array | Float32Array | Float64Array;

const pack = (values: Numbers): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** Octets copied to where every type may begin. */
function octetsOf(text: string, unit: number, field: string): ArrayBuffer {
  const octets = Uint8Array.from(Buffer.from(text, 'base64'));
  if (octets.length % unit !== 0) throw damaged(`${field}: ${octets.length} octets are no whole numbers`);
  return octets.buffer;
}

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
  const { base, roots, feature, threshold, missingLeft, left, right, value, gain } = trees;
  return {
    base,
    roots: pack(roots),
    feature: pack(feature),
    threshold: pack(threshold),
    missingLeft: pack(missingLeft),
    left: pack(left),
    right: pack(right),
    value: pack(value),
    gain: pack(gain),
    mean: pack(mean),
  };
}

function unpackTrees(file: Static<typeof TreesSchema>, width: number): { trees: TreeEnsemble; mean: Float32Array } {
  const trees: TreeEnsemble = {
    featureCount: width,
    base: file.base,
    roots: new Int32Array(octetsOf(file.roots, 4, 'roots')),
    feature: new Int16Array(octetsOf(file.feature, 2, 'feature')),
    threshold: new Float32Array(octetsOf(file.threshold, 4, 'threshold')),
    missingLeft: new Uint8Array(octetsOf(file.missingLeft, 1, 'missingLeft')),
    left: new Int32Array(octetsOf(file.left, 4, 'left')),
    right: new Int32Array(octetsOf(file.right, 4, 'right')),
    value: new Float32Array(octetsOf(file.value, 4, 'value')),
    gain: new Float64Array(octetsOf(file.gain, 8, 'gain')),
  };
  const mean = new Float32Array(octetsOf(file.mean, 4, 'mean'));
  requireSound(trees, mean.length);
  return { trees, mean };
}

/** Every node is whole, and every walk ends: children stand behind their parents. */
function requireSound(trees: TreeEnsemble, means: number): void {
  const count = trees.feature.length;
  const lengths = [trees.threshold, trees.missingLeft, trees.left, trees.right, trees.value].map(
    ({ length }) => length,
  );
  if ([...lengths, means].some((length) => length !== count)) throw damaged('its trees are not whole');
  if (trees.gain.length !== trees.featureCount) throw damaged('it was trained on other features');
  if (trees.roots.some((root) => root < 0 || root >= count)) throw damaged('a tree begins outside of the model');
  for (let node = 0; node < count; node += 1) {
    const feature = trees.feature[node] as number;
    if (feature < 0) continue;
    const children = [trees.left[node] as number, trees.right[node] as number];
    if (feature >= trees.featureCount || children.some((child) => child <= node || child >= count)) {
      throw damaged(`node ${node} leads nowhere`);
    }
  }
}

function packLogistic({ mean, scale, weight, bias, clip }: LogisticModel): Static<typeof LogisticSchema> {
  return { mean: pack(mean), scale: pack(scale), weight: pack(weight), bias, clip };
}

function unpackLogistic(file: Static<typeof LogisticSchema>, width: number): LogisticModel {
  const read = (name: 'mean' | 'scale' | 'weight') => {
    const values = new Float64Array(octetsOf(file[name], 8, name));
    if (values.length !== width) throw damaged(`logistic.${name}: ${values.length} values for ${width} features`);
    return values;
  };
  return { mean: read('mean'), scale: read('scale'), weight: read('weight'), bias: file.bias, clip: file.clip };
}
