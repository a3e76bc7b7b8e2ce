import { type Static, Type } from 'typebox';
import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$' });

/** Trees as JSON: arrays as base64 of their little-endian octets, which is exact, and a third of decimal digits. */
export const TreesJsonSchema = Type.Object({
  featureCount: Type.Integer({ minimum: 1, maximum: 32_767 }),
  base: Type.Number(),
  roots: Base64,
  feature: Base64,
  threshold: Base64,
  missingLeft: Base64,
  left: Base64,
  right: Base64,
  value: Base64,
  gain: Base64,
});
export type TreesJson = Static<typeof TreesJsonSchema>;
const treesJson = compileSchema(TreesJsonSchema, 'MODEL');

type Numbers = Int32Array | Int16Array | Float32Array | Uint8Array | Float64Array;

export function treesToJson(trees: TreeEnsemble): TreesJson {
  const { featureCount, base, roots, feature, threshold, missingLeft, left, right, value, gain } = trees;
  const arrays = { roots, feature, threshold, missingLeft, left, right, value, gain };
  return { featureCount, base, ...(mapped(arrays, toBase64) as Record<keyof typeof arrays, string>) };
}

/** @throws DetourError MODEL where the arrays do not make trees that every row can walk to a leaf */
export function treesFromJson(json: unknown): TreeEnsemble {
  const { featureCount, base, ...texts } = treesJson.parse(json);
  const trees: TreeEnsemble = {
    ...{ featureCount, base },
    roots: new Int32Array(octets(texts.roots, 4)),
    feature: new Int16Array(octets(texts.feature, 2)),
    threshold: new Float32Array(octets(texts.threshold, 4)),
    missingLeft: new Uint8Array(octets(texts.missingLeft, 1)),
    left: new Int32Array(octets(texts.left, 4)),
    right: new Int32Array(octets(texts.right, 4)),
    value: new Float32Array(octets(texts.value, 4)),
    gain: new Float64Array(octets(texts.gain, 8)),
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

function toBase64(array: Numbers): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function octets(text: string, size: number): ArrayBuffer {
  const buffer = Buffer.from(text, 'base64');
  if (buffer.length % size !== 0) {
    throw new DetourError('MODEL', `trees: ${buffer.length} octets are no whole number of values`, { field: 'trees' });
  }
  // A copy of its own: pooled buffers are not aligned.
  return new Uint8Array(buffer).buffer;
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
