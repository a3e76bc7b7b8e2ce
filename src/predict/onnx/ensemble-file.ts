import { type Ensemble, FOREST_FLOOR } from '../ensemble.ts';
import type { LogisticModel } from '../logistic.ts';
import { type OnnxGraph, type OnnxNode, type OnnxTensor, onnxFile } from './model-file.ts';
import { treeNode } from './tree-node.ts';

export const INPUT = 'features';

/**
 * Ensembles over the same features as one ONNX file: input `features`, one row each; for every ensemble an output of
 * its name with one column, the probability.
 */
export function ensembleFile(
  ensembles: Readonly<Record<string, Ensemble>>,
  featureNames: readonly string[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const parts = Object.entries(ensembles).map(([name, ensemble]) => ensemblePart(name, ensemble));
  const graph: OnnxGraph = {
    name: 'detour-risk',
    inputs: [{ name: INPUT, columns: featureNames.length }],
    outputs: Object.keys(ensembles).map((name) => ({ name, columns: 1 })),
    nodes: parts.flatMap(({ nodes }) => nodes),
    constants: parts.flatMap(({ constants }) => constants),
    metadata: { ...metadata, features: JSON.stringify(featureNames) },
  };
  return onnxFile(graph);
}

interface Part {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

function ensemblePart(name: string, { members, weights, bias }: Ensemble): Part {
  const inner = (what: string) => `${name}/${what}`;
  const linear = logisticPart(members.logistic, inner('logistic'));
  const margins = [inner('boosted'), inner('forest-log-odds'), inner('logistic')];
  return {
    nodes: [
      treeNode(members.boosted, INPUT, inner('boosted')),
      treeNode(members.forest, INPUT, inner('forest')),
      ...logOdds(inner('forest'), inner('forest-log-odds')),
      ...linear.nodes,
      { operator: 'Concat', inputs: margins, outputs: [inner('margins')], attributes: { axis: { integer: 1 } } },
      { operator: 'Gemm', inputs: [inner('margins'), inner('weights'), inner('bias')], outputs: [inner('margin')] },
      { operator: 'Sigmoid', inputs: [inner('margin')], outputs: [name] },
    ],
    constants: [
      ...linear.constants,
      { name: inner('weights'), shape: [weights.length, 1], values: Float32Array.from(weights) },
      { name: inner('bias'), shape: [1], values: Float32Array.of(bias) },
      { name: inner('forest/floor'), shape: [], values: Float32Array.of(FOREST_FLOOR) },
      { name: inner('forest/ceiling'), shape: [], values: Float32Array.of(1 - FOREST_FLOOR) },
      { name: inner('forest/one'), shape: [], values: Float32Array.of(1) },
    ],
  };
}

function logOdds(from: string, to: string): OnnxNode[] {
  return [
    { operator: 'Clip', inputs: [from, `${from}/floor`, `${from}/ceiling`], outputs: [`${from}/kept`] },
    { operator: 'Sub', inputs: [`${from}/one`, `${from}/kept`], outputs: [`${from}/rest`] },
    { operator: 'Div', inputs: [`${from}/kept`, `${from}/rest`], outputs: [`${from}/odds`] },
    { operator: 'Log', inputs: [`${from}/odds`], outputs: [to] },
  ];
}

function logisticPart({ mean, scale, weight, bias, clip }: LogisticModel, name: string): Part {
  const scales = Array.from(scale, (own) => 1 / own);
  return {
    nodes: [
      {
        operator: 'Imputer',
        isMl: true,
        inputs: [INPUT],
        outputs: [`${name}/known`],
        attributes: { imputed_value_floats: { floats: mean }, replaced_value_float: { float: Number.NaN } },
      },
      {
        operator: 'Scaler',
        isMl: true,
        inputs: [`${name}/known`],
        outputs: [`${name}/scaled`],
        attributes: { offset: { floats: mean }, scale: { floats: scales } },
      },
      {
        operator: 'Clip',
        inputs: [`${name}/scaled`, `${name}/low`, `${name}/high`],
        outputs: [`${name}/clipped`],
      },
      { operator: 'Gemm', inputs: [`${name}/clipped`, `${name}/weight`, `${name}/bias`], outputs: [name] },
    ],
    constants: [
      { name: `${name}/weight`, shape: [weight.length, 1], values: Float32Array.from(weight) },
      { name: `${name}/bias`, shape: [1], values: Float32Array.of(bias) },
      { name: `${name}/low`, shape: [], values: Float32Array.of(-clip) },
      { name: `${name}/high`, shape: [], values: Float32Array.of(clip) },
    ],
  };
}
