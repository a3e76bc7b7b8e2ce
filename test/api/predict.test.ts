import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/predict/live/engine.ts';
import { Predictor } from '../../src/predict/live/predictor.ts';
import { servedRisk } from '../../src/predict/live/served-risk.ts';
import { sha256 } from '../../src/predict/registry/files.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import { RISK_FEATURE_NAMES } from '../../src/predict/risk/features.ts';
import { predictRisks, type RiskModel } from '../../src/predict/risk/model.ts';
import { saveModel, smallDataset, smallModel } from '../predict/live/risk-model.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createHarness, type Harness } from './harness.ts';

const model = smallModel();
const predictors: Predictor[] = [];

afterAll(async () => {
  await Promise.all(predictors.map((each) => each.stop()));
});

function predictorOf(models: ModelRegistry, engines: Engine[] = []): Predictor {
  const predictor = new Predictor({
    presentId: () => models.pointers('risk').present,
    present: () => servedRisk(models.open('risk', models.pointers('risk').present ?? '')),
    onEngine: (_id, engine) => engines.push(engine),
    nowMs: () => performance.now(),
    lookEveryMs: 0,
  });
  predictors.push(predictor);
  return predictor;
}

/** A registry whose present model is `model`. */
function present(): ModelRegistry {
  const registry = new ModelRegistry({ folder: join(tempDir(), 'models'), shippedFolder: '/nonexistent' });
  saveModel(registry, 'risk-1', model);
  registry.promote('risk', 'risk-1');
  return registry;
}

const harness = (models = present(), engines: Engine[] = []): Promise<Harness> =>
  createHarness({ models, predictor: predictorOf(models, engines) });

const rows = smallDataset(40, 9).table;
/** A row as callers send it. */
function rowOf(row: number): Record<string, number | null> {
  const width = rows.names.length;
  return Object.fromEntries(
    rows.names.map((name, at) => {
      const value = rows.values[row * width + at] as number;
      return [name, Number.isNaN(value) ? null : value];
    }),
  );
}
const expected = (of: RiskModel, row: number) => predictRisks(of, rows).map((chances) => chances[row] as number);

interface Answer {
  readonly modelId: string;
  readonly engine: string;
  readonly risks: { readonly horizonMs: number; readonly probability: number }[];
}

describe('POST /predict', () => {
  it('answers what the model says, whoever computes it', async () => {
    const { app } = await harness();
    const sent = Array.from({ length: 40 }, (_, row) =>
      app.inject({ method: 'POST', url: '/api/v1/predict', payload: { features: rowOf(row) } }),
    );
    for (const [row, answer] of (await Promise.all(sent)).entries()) {
      expect(answer.statusCode).toBe(200);
      const { modelId, risks } = answer.json<Answer>();
      expect(modelId).toBe('risk-1');
      expect(risks.map(({ horizonMs }) => horizonMs)).toEqual([1_800_000, 3_600_000, 21_600_000]);
      expected(model, row).forEach((chance, horizon) => {
        expect(risks[horizon]?.probability).toBeCloseTo(chance, 5);
      });
    }
    await app.close();
  });

  it('names every feature that is missing, unknown or wrong', async () => {
    const { app } = await harness();
    const [first, second] = RISK_FEATURE_NAMES as [string, string];
    const { [first]: _left, ...features } = rowOf(0);
    const payload = { features: { ...features, [second]: '12', nonsense: 1 } };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload });
    expect(answer.statusCode).toBe(400);
    const { code, errors } = answer.json<{ code: string; errors: { field: string; message: string }[] }>();
    expect(code).toBe('DETOUR_ERR_INVALID_INPUT');
    expect(errors.map(({ field, message }) => `${field} ${message}`).sort()).toEqual(
      [
        'features.nonsense is not a feature of the model',
        `features.${first} is missing`,
        `features.${second} must be a number, or null where it is not known`,
      ].sort(),
    );
    await app.close();
  });

  it.each([
    ['nothing', {}, 'features'],
    ['a list', { features: [1, 2] }, 'features'],
    ['more than features', { features: {}, rows: [] }, 'rows'],
    [
      'a number beyond reason',
      { features: { ...rowOf(0), [RISK_FEATURE_NAMES[0] as string]: 1e300 } },
      `features.${RISK_FEATURE_NAMES[0]}`,
    ],
  ])('refuses %s', async (_what, payload, field) => {
    const { app } = await harness();
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { field: string }[] }>().errors.map((each) => each.field)).toContain(field);
    await app.close();
  });
});

describe('POST /predict/batch', () => {
  it('answers every row in order, and names the place of what is wrong', async () => {
    const { app } = await harness();
    const all = Array.from({ length: 40 }, (_, row) => rowOf(row));
    const good = await app.inject({ method: 'POST', url: '/api/v1/predict/batch', payload: { rows: all } });
    const answers = good.json<{ rows: Answer[] }>().rows;
    answers.forEach(({ risks }, row) => {
      expect(risks.at(-1)?.probability).toBeCloseTo(expected(model, row).at(-1) as number, 5);
    });
    expect(answers).toHaveLength(40);
    const bad = await app.inject({ method: 'POST', url: '/api/v1/predict/batch', payload: { rows: [all[0], 7, {}] } });
    expect(bad.statusCode).toBe(400);
    const fields = bad.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field);
    expect(fields[0]).toBe('rows[1]');
    expect(fields).toContain(`rows[2].${RISK_FEATURE_NAMES[0]}`);
    const tooMany = { rows: Array.from({ length: 1001 }, () => null) };
    expect((await app.inject({ method: 'POST', url: '/api/v1/predict/batch', payload: tooMany })).statusCode).toBe(400);
    await app.close();
  });
});

describe('a model that cannot be used', () => {
  it('is answered by the trees where the ONNX file is damaged, with the same figures', async () => {
    const place = join(tempDir(), 'models');
    const damaged = new ModelRegistry({ folder: place, shippedFolder: '/nonexistent' });
    saveModel(damaged, 'risk-1', model);
    damaged.promote('risk', 'risk-1');
    writeFileSync(join(place, 'risk', 'risk-1', 'model.onnx'), 'no graph');
    const engines: Engine[] = [];
    const { app } = await harness(damaged, engines);
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload: { features: rowOf(3) } });
    expect(answer.json<Answer>().engine).toBe('typescript');
    expect(engines[0]?.reason).toMatch(/model.onnx is not the file that was trained/);
    expect(answer.json<Answer>().risks.at(-1)?.probability).toBeCloseTo(expected(model, 3).at(-1) as number, 6);
    await app.close();
  });

  it('is not answered by the ONNX file of another model, though its hash is right', async () => {
    const place = join(tempDir(), 'models');
    const mixed = new ModelRegistry({ folder: place, shippedFolder: '/nonexistent' });
    saveModel(mixed, 'risk-1', model);
    saveModel(mixed, 'risk-2', smallModel(2));
    mixed.promote('risk', 'risk-1');
    const other = readFileSync(join(place, 'risk', 'risk-2', 'model.onnx'));
    const path = join(place, 'risk', 'risk-1');
    writeFileSync(join(path, 'model.onnx'), other);
    const card = readFileSync(join(path, 'card.json'), 'utf8');
    const own = (JSON.parse(card) as { files: Record<string, string> }).files['model.onnx'] as string;
    writeFileSync(join(path, 'card.json'), card.replace(own, sha256(other)));
    const engines: Engine[] = [];
    const { app } = await harness(mixed, engines);
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload: { features: rowOf(3) } });
    expect(answer.json<Answer>().engine).toBe('typescript');
    expect(answer.json<Answer>().risks.at(-1)?.probability).toBeCloseTo(expected(model, 3).at(-1) as number, 6);
    await app.close();
  });

  it('is a 503 that says what to do, while everything else is answered', async () => {
    const { app } = await createHarness();
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload: { features: {} } });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      code: 'DETOUR_ERR_MODEL',
      hint: expect.stringContaining('detour train') as string,
    });
    expect((await app.inject('/api/v1/links')).statusCode).toBe(200);
    expect((await app.inject('/api/v1/models')).json()).toMatchObject({
      problems: [{ kind: 'risk', problem: 'there is no risk model' }, { kind: 'forecast' }],
    });
    await app.close();
  });
});
