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

  it.each(['1e999', '-1e999', '1e39', '"12"', 'true', '[]', '{}'])('names the feature that is %s', async (text) => {
    const { app } = await harness();
    const [first] = RISK_FEATURE_NAMES as [string];
    const payload = JSON.stringify({ features: { ...rowOf(0), [first]: 'HERE' } }).replace('"HERE"', text);
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload, headers });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field)).toEqual([
      `features.${first}`,
    ]);
    await app.close();
  });

  it.each(['NaN', 'Infinity', '01', '1.'])('refuses %s, which JSON does not know', async (text) => {
    const { app } = await harness();
    const payload = `{"features":{"${RISK_FEATURE_NAMES[0]}":${text}}}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict', payload, headers });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT' });
    await app.close();
  });

  it('answers the same whatever the order of the features, and however they are written', async () => {
    const { app } = await harness();
    const ask = async (payload: string) => {
      const headers = { 'content-type': 'application/json' };
      return (await app.inject({ method: 'POST', url: '/api/v1/predict', payload, headers })).json<Answer>().risks;
    };
    const usual = await ask(JSON.stringify({ features: rowOf(1) }));
    const turned = { features: Object.fromEntries(Object.entries(rowOf(1)).toReversed()) };
    expect(await ask(JSON.stringify(turned))).toEqual(usual);
    expect(await ask(JSON.stringify(turned, null, 2))).toEqual(usual);
    expect(await ask(JSON.stringify({ features: rowOf(1) }))).toEqual(usual);
    await app.close();
  });

  it('takes bodies up to the limit, and batches up to a larger one', async () => {
    const { app } = await harness();
    const ask = (url: string, payload: string) =>
      app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } });
    const padded = (body: object, octets: number) => JSON.stringify(body).padEnd(octets);
    const [one, many] = [{ features: rowOf(0) }, { rows: [rowOf(0)] }];
    expect((await ask('/api/v1/predict', padded(one, 64 * 1024))).statusCode).toBe(200);
    expect((await ask('/api/v1/predict', padded(one, 64 * 1024 + 1))).statusCode).toBe(413);
    expect((await ask('/api/v1/predict/batch', padded(many, 16 << 20))).statusCode).toBe(200);
    expect((await ask('/api/v1/predict/batch', padded(many, (16 << 20) + 1))).statusCode).toBe(413);
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
    await app.close();
  });
});

describe('a batch of as many rows as are allowed', () => {
  const ask = async (count: number) => {
    const { app } = await harness();
    const payload = { rows: Array.from({ length: count }, (_, row) => rowOf(row % 40)) };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/predict/batch', payload });
    await app.close();
    return answer;
  };

  it('is answered row by row', async () => {
    const { rows: answers } = (await ask(1_000)).json<{ rows: Answer[] }>();
    expect(answers).toHaveLength(1_000);
    for (const row of [0, 511, 512, 999]) {
      expect(answers[row]?.risks.at(-1)?.probability).toBeCloseTo(expected(model, row % 40).at(-1) as number, 5);
    }
  });

  it('is refused with one more, and with none', async () => {
    for (const count of [1_001, 0]) {
      const answer = await ask(count);
      expect(answer.statusCode).toBe(400);
      expect(answer.json<{ errors: { field: string }[] }>().errors[0]?.field).toBe('rows');
    }
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
