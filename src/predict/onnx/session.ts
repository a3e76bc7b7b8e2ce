import { DetourError } from '../../core/errors.ts';
import { INPUT } from './ensemble-file.ts';

/** Answers rows of features with one column of figures for each output of a model. */
export interface RiskSession {
  /** `rows` x `featureCount` values, row by row; answers each output's figures, one a row. */
  run(values: Float32Array, rowCount: number, featureCount: number): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

/** Opens the octets of an ONNX file. */
export type OpenSession = (file: Uint8Array) => Promise<RiskSession>;

/** Loads onnxruntime, which is an optional package: a machine may have none, or one that it cannot load. */
export type LoadRuntime = () => Promise<typeof import('onnxruntime-node')>;
const loadRuntime: LoadRuntime = () => import('onnxruntime-node');

/**
 * Opens an ONNX file in onnxruntime. One thread: the models are small, and more threads cost more than they bring.
 *
 * @throws DetourError DETOUR_ERR_MODEL when onnxruntime-node cannot be loaded or refuses the file
 */
export async function openOnnx(file: Uint8Array, load = loadRuntime): Promise<RiskSession> {
  const runtime = await load().catch((cause: unknown) => {
    throw new DetourError('MODEL', 'onnxruntime-node is not installed, or cannot be loaded here', { cause });
  });
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ['cpu'] };
  const session = await runtime.InferenceSession.create(file, options).catch((cause: unknown) => {
    throw new DetourError('MODEL', 'onnxruntime does not take the model file', { cause });
  });
  return {
    run: async (values, rowCount, featureCount) => {
      const input = new runtime.Tensor('float32', values, [rowCount, featureCount]);
      const answer = await session.run({ [INPUT]: input });
      return Object.fromEntries(Object.entries(answer).map(([name, { data }]) => [name, data as Float32Array]));
    },
    close: () => session.release(),
  };
}
