import { messageOf } from '../../core/errors.ts';
import { type Ensemble, probabilitiesOf, probabilityOf } from '../ensemble.ts';
import { type OpenSession, openOnnx, type RiskSession } from '../onnx/session.ts';
import type { RunRows } from './coalescer.ts';

/** Who computes: onnxruntime, or the trees in TypeScript where that is not to be had. */
export type EngineName = 'onnx' | 'typescript';

export interface Engine {
  readonly name: EngineName;
  /** Why it is not onnxruntime; null where it is. */
  readonly reason: string | null;
  /** Probabilities by output, in the order of the ensembles. */
  readonly run: RunRows;
  close(): Promise<void>;
}

export type Ensembles = Readonly<Record<string, Ensemble>>;

/** The ensembles walked in this thread. */
export function treeEngine(ensembles: Ensembles, featureCount: number, reason: string | null): Engine {
  const models = Object.values(ensembles);
  return {
    name: 'typescript',
    reason,
    run: async (values, rowCount) =>
      models.map((model) => Float32Array.from(probabilitiesOf(model, values, rowCount, featureCount))),
    close: async () => undefined,
  };
}

/**
 * The ensembles in onnxruntime where it is installed and takes the file, else in TypeScript, which gives the same
 * figures within 1e-5. One row is asked first: a file that loads and answers something else must not be used.
 */
export async function openEngine(
  ensembles: Ensembles,
  featureCount: number,
  readOnnx: () => Uint8Array,
  openSession: OpenSession = openOnnx,
): Promise<Engine> {
  let session: RiskSession | null = null;
  try {
    session = await openSession(readOnnx());
    const run = sessionRun(session, Object.keys(ensembles), featureCount);
    await requireAgreement(run, ensembles, featureCount);
    return sessionEngine(session, run, treeEngine(ensembles, featureCount, null));
  } catch (error) {
    await session?.close().catch(() => undefined);
    return treeEngine(ensembles, featureCount, messageOf(error));
  }
}

/** Ends the session when nobody waits for it any more; what is asked later is answered by the trees. */
function sessionEngine(session: RiskSession, run: RunRows, trees: Engine): Engine {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await Promise.allSettled(underWay);
    await session.close();
  };
  return {
    ...{ name: 'onnx', reason: null },
    run: (values, rowCount) => {
      if (closing !== null) return trees.run(values, rowCount);
      const answer = run(values, rowCount);
      const isOver = (): void => void underWay.delete(answer);
      underWay.add(answer);
      answer.then(isOver, isOver);
      return answer;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function sessionRun(session: RiskSession, outputs: readonly string[], featureCount: number): RunRows {
  return async (values, rowCount) => {
    const answer = await session.run(values, rowCount, featureCount);
    return outputs.map((name) => {
      const figures = answer[name];
      if (figures === undefined) throw new Error(`the model file has no output ${name}`);
      return figures;
    });
  };
}

const PROBE_ROWS = 16;
const TOLERANCE = 1e-4;

async function requireAgreement(run: RunRows, ensembles: Ensembles, featureCount: number): Promise<void> {
  // Any rows will do, as long as they end in different leaves; every seventh value is missing.
  const values = Float32Array.from({ length: PROBE_ROWS * featureCount }, (_, at) =>
    at % 7 === 3 ? Number.NaN : Math.sin(at * 12.9898) * 10 ** ((at % 5) - 2),
  );
  const found = await run(values, PROBE_ROWS);
  Object.values(ensembles).forEach((model, output) => {
    for (let row = 0; row < PROBE_ROWS; row += 1) {
      const expected = probabilityOf(model, values, row * featureCount);
      const gap = Math.abs(expected - (found[output]?.[row] ?? Number.NaN));
      if (!(gap <= TOLERANCE)) throw new Error('the ONNX file answers other than the model it stands for');
    }
  });
}
