import type { FeatureTable } from '../feature-table.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';

/** What rows that reach each node get from below it on average. */
export interface AttributedTrees {
  readonly mean: Float32Array;
}

/** Walks these rows through the trees; a row counts as often as its weight says. */
export function attributed(trees: TreeEnsemble, table: FeatureTable, weights: Float32Array): AttributedTrees {
  const { feature, value } = trees;
  const [sum, total] = [new Float64Array(feature.length), new Float64Array(feature.length)];
  const path: number[] = [];
  for (let row = 0; row < table.rowCount; row += 1) {
    const weight = weights[row] as number;
    for (const root of trees.roots) {
      walk(trees, root, table.values, row * table.names.length, path);
      const leaf = value[path.at(-1) as number] as number;
      for (const node of path) {
        sum[node] = (sum[node] as number) + weight * leaf;
        total[node] = (total[node] as number) + weight;
      }
    }
  }
  // A node that no row reaches says what its leaf says, or nothing.
  return {
    mean: Float32Array.from(sum, (own, node) =>
      (total[node] as number) > 0 ? own / (total[node] as number) : (value[node] as number),
    ),
  };
}

/** The nodes from a root to the leaf in which the row that begins at `at` ends. */
function walk(trees: TreeEnsemble, root: number, values: Float32Array, at: number, path: number[]): void {
  path.length = 0;
  let node = root;
  path.push(node);
  while ((trees.feature[node] as number) >= 0) {
    const own = values[at + (trees.feature[node] as number)] as number;
    const goesLeft = Number.isNaN(own) ? trees.missingLeft[node] === 1 : own <= (trees.threshold[node] as number);
    node = (goesLeft ? trees.left[node] : trees.right[node]) as number;
    path.push(node);
  }
}
