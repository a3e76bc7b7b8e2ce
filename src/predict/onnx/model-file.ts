import { concat, type Encoded, float, floats, integer, integers, message, octets, octetsOf, text } from './protobuf.ts';

/** Field numbers and type codes below: onnx.proto3, IR version 8. */
const IR_VERSION = 8;
const OPSET = 15;
const ML_OPSET = 3;
const ML_DOMAIN = 'ai.onnx.ml';
const FLOAT = 1;

export type AttributeValue =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly text: string }
  | { readonly floats: Iterable<number> }
  | { readonly integers: Iterable<number> }
  | { readonly texts: readonly string[] };

export interface OnnxNode {
  readonly operator: string;
  /** Of the classic machine-learning operators (`ai.onnx.ml`), not of the standard ones. */
  readonly isMl?: boolean;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxGraph {
  readonly name: string;
  /** Two-dimensional floats: any number of rows with so many columns. */
  readonly inputs: readonly { readonly name: string; readonly columns: number }[];
  readonly outputs: readonly { readonly name: string; readonly columns: number }[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The octets of an ONNX file with opset 15 and ai.onnx.ml 3. */
export function onnxFile(graph: OnnxGraph): Uint8Array {
  return concat([
    integer(1, IR_VERSION),
    text(2, 'detour'),
    message(7, [
      ...graph.nodes.map((node) => message(1, nodeParts(node))),
      text(2, graph.name),
      ...graph.constants.map((tensor) => message(5, tensorParts(tensor))),
      ...graph.inputs.map((value) => message(11, valueParts(value))),
      ...graph.outputs.map((value) => message(12, valueParts(value))),
    ]),
    message(8, [text(1, ''), integer(2, OPSET)]),
    message(8, [text(1, ML_DOMAIN), integer(2, ML_OPSET)]),
    ...Object.entries(graph.metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
}

function nodeParts({ operator, isMl = false, inputs, outputs, attributes = {} }: OnnxNode): Encoded[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs.join('+')),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeParts(value)])),
    ...(isMl ? [text(7, ML_DOMAIN)] : []),
  ];
}

function attributeParts(value: AttributeValue): Encoded[] {
  if ('float' in value) return [float(2, value.float), integer(20, 1)];
  if ('integer' in value) return [integer(3, value.integer), integer(20, 2)];
  if ('text' in value) return [text(4, value.text), integer(20, 3)];
  if ('floats' in value) return [floats(7, value.floats), integer(20, 6)];
  if ('integers' in value) return [integers(8, value.integers), integer(20, 7)];
  return [...value.texts.map((each) => text(9, each)), integer(20, 8)];
}

function tensorParts({ name, shape, values }: OnnxTensor): Encoded[] {
  return [integers(1, shape), integer(2, FLOAT), text(8, name), octets(9, octetsOf(values))];
}

function valueParts({ name, columns }: { readonly name: string; readonly columns: number }): Encoded[] {
  const shape = [message(1, [text(2, 'rows')]), message(1, [integer(1, columns)])];
  return [text(1, name), message(2, [message(1, [integer(1, FLOAT), message(2, shape)])])];
}
