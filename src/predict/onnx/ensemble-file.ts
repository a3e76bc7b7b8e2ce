import { type Ensemble, FOREST_FLOOR } from '../ensemble.ts';
import type { LogisticModel } from '../logistic.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
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

/** Nodes that give the log odds of one member, under the name that its margin has. */
interface MemberPart extends Part {
  readonly margin: string;
}

function ensemblePart(name: string, { members, weights, bias }: Ensemble): Part {
  const inner = (what: string) => `${name}/${what}`;
  const all: readonly MemberPart[] = [
    { margin: inner('boosted'), nodes: [treeNode(members.boosted, INPUT, inner('boosted'))], constants: [] },
    forestPart(members.forest, inner('forest')),
    { margin: inner('logistic'), ...logisticPart(members.logistic, inner('logistic')) },
  ];
  // A member that weighs nothing is left out; an ensemble of nothing but such members still needs one to count rows by.
  const isUsed = all.map((_, member) => weights[member] !== 0 || weights.every((weight) => weight === 0));
  const used = all.filter((_, member) => isUsed[member]);
  const own = weights.filter((_, member) => isUsed[member]);
  return {
    nodes: [
      ...used.flatMap(({ nodes }) => nodes),
      {
        operator: 'Concat',
        inputs: used.map(({ margin }) => margin),
        outputs: [inner('margins')],
        attributes: { axis: { integer: 1 } },
      },
      { operator: 'Gemm', inputs: [inner('margins'), inner('weights'), inner('bias')], outputs: [inner('margin')] },
      { operator: 'Sigmoid', inputs: [inner('margin')], outputs: [name] },
    ],
    constants: [
      ...used.flatMap(({ constants }) => constants),
      { name: inner('weights'), shape: [own.length, 1], values: Float32Array.from(own) },
      { name: inner('bias'), shape: [1], values: Float32Array.of(bias) },
    ],
  };
}

function forestPart(forest: TreeEnsemble, name: string): MemberPart {
  const margin = `${name}-log-odds`;
  const scalar = (what: string, value: number) => ({
    name: `${name}/${what}`,
    shape: [],
    values: Float32Array.of(value),
  });
  return {
    margin,
    nodes: [treeNode(forest, INPUT, name), ...logOdds(name, margin)],
    constants: [scalar('floor', FOREST_FLOOR), scalar('ceiling', 1 - FOREST_FLOOR), scalar('one', 1)],
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
