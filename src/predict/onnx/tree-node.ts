import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
import type { OnnxNode } from './model-file.ts';

/** Trees as one TreeEnsembleRegressor (ai.onnx.ml 3): `input` rows of features, `output` one margin a row. */
export function treeNode(trees: TreeEnsemble, input: string, output: string): OnnxNode {
  const places = placesOf(trees);
  const { feature, threshold, missingLeft, left, right, value } = trees;
  const nodes = places.map(({ node }) => node);
  const leaves = places.filter(({ node }) => feature[node] === -1);
  // Children are named by their number within the tree; leaves have none.
  const local = (child: Int32Array) => places.map(({ node, first }) => Math.max(0, (child[node] as number) - first));
  return {
    operator: 'TreeEnsembleRegressor',
    isMl: true,
    inputs: [input],
    outputs: [output],
    attributes: {
      n_targets: { integer: 1 },
      aggregate_function: { text: 'SUM' },
      post_transform: { text: 'NONE' },
      base_values: { floats: [trees.base] },
      nodes_treeids: { integers: places.map(({ tree }) => tree) },
      nodes_nodeids: { integers: places.map(({ node, first }) => node - first) },
      nodes_featureids: { integers: nodes.map((node) => Math.max(0, feature[node] as number)) },
      nodes_values: { floats: nodes.map((node) => threshold[node] as number) },
      nodes_modes: { texts: nodes.map((node) => (feature[node] === -1 ? 'LEAF' : 'BRANCH_LEQ')) },
      nodes_truenodeids: { integers: local(left) },
      nodes_falsenodeids: { integers: local(right) },
      nodes_missing_value_tracks_true: { integers: nodes.map((node) => missingLeft[node] as number) },
      target_treeids: { integers: leaves.map(({ tree }) => tree) },
      target_nodeids: { integers: leaves.map(({ node, first }) => node - first) },
      target_ids: { integers: leaves.map(() => 0) },
      target_weights: { floats: leaves.map(({ node }) => value[node] as number) },
    },
  };
}

interface Place {
  readonly node: number;
  readonly tree: number;
  /** The tree's first node. */
  readonly first: number;
}

function placesOf({ roots, feature }: TreeEnsemble): Place[] {
  return Array.from(roots).flatMap((first, tree) => {
    const end = roots[tree + 1] ?? feature.length;
    return Array.from({ length: end - first }, (_, at) => ({ node: first + at, tree, first }));
  });
}
