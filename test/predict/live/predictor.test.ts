import { afterEach, describe, expect, it } from 'vitest';
import { DetourError } from '../../../src/core/errors.ts';
import { probabilityOf } from '../../../src/predict/ensemble.ts';
import type { Engine } from '../../../src/predict/live/engine.ts';
import { Predictor, type PredictorOptions, type ServedModel } from '../../../src/predict/live/predictor.ts';
import { ensemblesOf } from '../../../src/predict/live/served-risk.ts';
import { tellerOf } from '../../../src/predict/live/told-risk.ts';
import { ensembleFile } from '../../../src/predict/onnx/ensemble-file.ts';
import { openOnnx, type RiskSession } from '../../../src/predict/onnx/session.ts';
import { smallDataset, smallModel } from './risk-model.ts';

const model = smallModel();
const { table } = smallDataset(3, 9);
const row = table.values.subarray(0, table.names.length);
const expected = model.horizons.map(({ ensemble }) => probabilityOf(ensemble, row));

function served(id: string): ServedModel {
  return {
    ...{ id, featureNames: model.features, ensembles: ensemblesOf(model) },
    tell: tellerOf(model),
    readOnnx: () => ensembleFile(ensemblesOf(model), model.features, {}),
  };
}

const started: Predictor[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});

function predictorOf(changes: Partial<PredictorOptions>) {
  const engines: Engine[] = [];
  const predictor = new Predictor({
    ...{ presentId: () => 'risk-1', present: () => served('risk-1'), nowMs: () => 0 },
    onEngine: (_id, engine) => engines.push(engine),
    ...changes,
  });
  started.push(predictor);
  return { predictor, engines };
}

function expectExpected(chances: Float32Array): void {
  expect(chances).toHaveLength(expected.length);
  expected.forEach((chance, horizon) => {
    expect(chances[horizon]).toBeCloseTo(chance, 5);
  });
}

describe('a predictor', () => {
  it('answers by the trees, and says why, where onnxruntime-node cannot be loaded', async () => {
    const load = () => Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file'));
    const { predictor, engines } = predictorOf({ openSession: (file) => openOnnx(file, load) });
    const open = await predictor.model();
    expect(open.engine).toBe('typescript');
    expect(engines).toHaveLength(1);
    expect(engines[0]?.reason).toBe('onnxruntime-node is not installed, or cannot be loaded here');
    expectExpected(await open.ask(row));
    expect((await open.askAll(table.values, 3))[0]?.[0]).toBeCloseTo(expected[0] as number, 5);
  });

  it('tries a model that cannot be used again after a while, not with every question', async () => {
    let [nowMs, reads, isDamaged] = [0, 0, true];
    const present = () => {
      reads += 1;
      if (isDamaged) throw new DetourError('MODEL', 'model risk-1 cannot be used');
      return served('risk-1');
    };
    const { predictor } = predictorOf({ present, nowMs: () => nowMs });
    const ask = () => predictor.model().then(({ id }) => id);
    for (nowMs = 0; nowMs < 29_000; nowMs += 1_000) await expect(ask()).rejects.toThrow('cannot be used');
    expect(reads).toBe(1);
    isDamaged = false;
    nowMs = 60_000;
    expect(await ask()).toBe('risk-1');
    nowMs = 600_000;
    expect(await ask()).toBe('risk-1');
    expect(reads).toBe(2);
  });

  it('takes the present model back from the one that stands in as soon as it can be used', async () => {
    let [nowMs, id] = [0, 'risk-0'];
    const { predictor, engines } = predictorOf({ present: () => served(id), nowMs: () => nowMs });
    expect((await predictor.model()).id).toBe('risk-0');
    [nowMs, id] = [10_000, 'risk-1'];
    expect((await predictor.model()).id).toBe('risk-0');
    nowMs = 60_000;
    expect((await predictor.model()).id).toBe('risk-1');
    expect(engines).toHaveLength(2);
  });

  it('answers what is under way, and what comes late, when another model takes over', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isClosed = false;
    let asked = 0;
    const openSession = async (file: Uint8Array): Promise<RiskSession> => {
      const session = await openOnnx(file);
      return {
        run: async (...about) => {
          if (isClosed) throw new Error('the session is closed');
          asked += 1;
          // The first is the probe of whoever opens it.
          if (asked > 1) await held;
          return session.run(...about);
        },
        close: async () => {
          isClosed = true;
          await session.close();
        },
      };
    };
    const { predictor, engines } = predictorOf({ openSession });
    const before = await predictor.model();
    const answer = before.askAll(row, 1);
    const closing = engines[0]?.close();
    expect(isClosed).toBe(false);
    const late = before.askAll(row, 1);
    expectExpected(Float32Array.from(await late, (column) => column[0] as number));
    release();
    expectExpected(Float32Array.from(await answer, (column) => column[0] as number));
    await closing;
    expect(isClosed).toBe(true);
  });
});
