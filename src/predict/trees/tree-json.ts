import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import { PackedSchema, pack, unpack } from '../packed.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

/** Trees as JSON, their arrays packed. */
export const TreesJsonSchema = Type.Object({
  featureCount: Type.Integer({ minimum: 1, maximum: 32_767 }),
  base: Type.Number(),
  roots: PackedSchema,
  feature: PackedSchema,
  threshold: PackedSchema,
  missingLeft: PackedSchema,
  left: PackedSchema,
  right: PackedSchema,
  value: PackedSchema,
  gain: PackedSchema,
});
export type TreesJson = Static<typeof TreesJsonSchema>;
const treesJson = compileSchema(TreesJsonSchema, 'MODEL');

export function treesToJson(trees: TreeEnsemble): TreesJson {
  const { featureCount, base, roots, feature, threshold, missingLeft, left, right, value, gain } = trees;
  const arrays = { roots, feature, threshold, missingLeft, left, right, value, gain };
  return { featureCount, base, ...(mapped(arrays, pack) as Record<keyof typeof arrays, string>) };
}

/** @throws DetourError MODEL where the arrays do not make trees that every row can walk to a leaf */
export function treesFromJson(json: unknown): TreeEnsemble {
  const { featureCount, base, ...texts } = treesJson.parse(json);
  const trees: TreeEnsemble = {
    ...{ featureCount, base },
    roots: unpack(Int32Array, texts.roots, 'trees.roots'),
    feature: unpack(Int16Array, texts.feature, 'trees.feature'),
    threshold: unpack(Float32Array, texts.threshold, 'trees.threshold'),
    missingLeft: unpack(Uint8Array, texts.missingLeft, 'trees.missingLeft'),
    left: unpack(Int32Array, texts.left, 'trees.left'),
    right: unpack(Int32Array, texts.right, 'trees.right'),
    value: unpack(Float32Array, texts.value, 'trees.value'),
    gain: unpack(Float64Array, texts.gain, 'trees.gain'),
  };
  requireTrees(trees);
  return trees;
}

/** Children come after their parents: then every walk ends, within the arrays. */
function requireTrees({
  featureCount,
  roots,
  feature,
  threshold,
  missingLeft,
  left,
  right,
  value,
  gain,
}: TreeEnsemble) {
  const count = feature.length;
  const lengths = [threshold, missingLeft, left, right, value].every(({ length }) => length === count);
  const isRoot = (root: number) => root >= 0 && root < count;
  const isNode = (split: number, node: number) =>
    split === -1 || (split >= 0 && split < featureCount && after(node, left[node]) && after(node, right[node]));
  const after = (node: number, child: number | undefined) => child !== undefined && child > node && child < count;
  if (!lengths || gain.length !== featureCount || !roots.every(isRoot) || !feature.every(isNode)) {
    throw new DetourError('MODEL', 'trees: the arrays do not make trees', { field: 'trees' });
  }
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
