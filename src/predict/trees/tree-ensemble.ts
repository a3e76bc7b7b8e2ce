import type { FeatureTable } from '../feature-table.ts';

/**
 * Binary trees in flat arrays, one entry a node. A row goes left where its feature is at most the threshold, or
 * where it is missing and `missingLeft` is 1. Leaves have feature -1. The margin of a row is `base` plus the sum
 * of the leaves it ends in.
 */
export interface TreeEnsemble {
  readonly featureCount: number;
  readonly base: number;
  readonly roots: Int32Array;
  readonly feature: Int16Array;
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Of leaves; 0 elsewhere. */
  readonly value: Float32Array;
  /** What splits on each feature lowered the loss by in training, times 2. */
  readonly gain: Float64Array;
}

/** The leaf in which the row that begins at `at` of `values` ends, below `node`. */
export function leafOf(trees: TreeEnsemble, node: number, values: Float32Array, at: number): number {
  const { feature, threshold, missingLeft, left, right } = trees;
  let here = node;
  for (;;) {
    const split = feature[here] as number;
    if (split < 0) return here;
    const value = values[at + split] as number;
    const goesLeft = Number.isNaN(value) ? missingLeft[here] === 1 : value <= (threshold[here] as number);
    here = (goesLeft ? left[here] : right[here]) as number;
  }
}

/** Margin of the row that begins at `at` of `values`. */
export function marginOf(trees: TreeEnsemble, values: Float32Array, at = 0): number {
  let sum = trees.base;
  for (const root of trees.roots) sum += trees.value[leafOf(trees, root, values, at)] as number;
  return sum;
}

/** Margins of all rows of a table. */
export function marginsOf(trees: TreeEnsemble, table: FeatureTable): Float64Array {
  const width = table.names.length;
  return Float64Array.from({ length: table.rowCount }, (_, row) => marginOf(trees, table.values, row * width));
}

/** How much each feature helped in training, as shares of the total. */
export function importanceOf({ gain }: TreeEnsemble): Float64Array {
  const total = gain.reduce((sum, own) => sum + own, 0);
  return gain.map((own) => (total > 0 ? own / total : 0));
}

/** All trees of these as one, above one base. */
export function joinTrees(parts: readonly TreeEnsemble[], base: number, featureCount: number): TreeEnsemble {
  const firsts = offsetsOf(parts);
  const gain = new Float64Array(featureCount);
  for (const part of parts)
    part.gain.forEach((own, feature) => {
      gain[feature] = (gain[feature] as number) + own;
    });
  const moved = (pick: (part: TreeEnsemble) => Int32Array) =>
    Int32Array.from(parts.flatMap((part, at) => Array.from(pick(part), (node) => shifted(node, firsts[at] as number))));
  return {
    featureCount,
    base,
    roots: moved((part) => part.roots),
    feature: Int16Array.from(parts.flatMap((part) => Array.from(part.feature))),
    threshold: Float32Array.from(parts.flatMap((part) => Array.from(part.threshold))),
    missingLeft: Uint8Array.from(parts.flatMap((part) => Array.from(part.missingLeft))),
    left: moved((part) => part.left),
    right: moved((part) => part.right),
    value: Float32Array.from(parts.flatMap((part) => Array.from(part.value))),
    gain,
  };
}

function offsetsOf(parts: readonly TreeEnsemble[]): readonly number[] {
  let first = 0;
  return parts.map((part) => {
    const own = first;
    first += part.feature.length;
    return own;
  });
}

function shifted(node: number, by: number): number {
  return node < 0 ? node : node + by;
}
