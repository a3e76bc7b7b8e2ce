import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { riskLevelOf } from '../../src/core/risk.ts';
import { compileSchema } from '../../src/core/schema.ts';
import { Predictor } from '../../src/predict/live/predictor.ts';
import { servedRisk } from '../../src/predict/live/served-risk.ts';
import { tellerOf } from '../../src/predict/live/told-risk.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import { leadTimeMs, predictRisks } from '../../src/predict/risk/model.ts';
import { PredictionSchema } from '../../src/store/predictions.ts';
import { saveModel, smallDataset, smallModel } from '../predict/live/risk-model.ts';
import { createHarness, type Harness, START_MS } from './harness.ts';

const model = smallModel();
const place = mkdtempSync(join(tmpdir(), 'detour-told-'));
const models = new ModelRegistry({ folder: place, shippedFolder: '/nonexistent' });
const predictor = new Predictor({
  presentId: () => models.pointers('risk').present,
  present: () => servedRisk(models.open('risk', models.pointers('risk').present ?? '')),
  onEngine: () => undefined,
  nowMs: () => performance.now(),
  lookEveryMs: 0,
});
let harness: Harness;

beforeAll(async () => {
  saveModel(models, 'risk-1', model);
  models.promote('risk', 'risk-1');
  harness = await createHarness({ models, predictor });
});
afterAll(async () => {
  await harness.app.close();
  await predictor.stop();
  rmSync(place, { recursive: true, force: true });
});

const { table } = smallDataset(40, 9);
const width = table.names.length;
const chances = predictRisks(model, table);
function rowOf(row: number): Record<string, number | null> {
  const values = table.values.subarray(row * width, (row + 1) * width);
  return Object.fromEntries(
    table.names.map((name, at) => [name, Number.isNaN(values[at]) ? null : (values[at] as number)]),
  );
}
const all = Array.from({ length: table.rowCount }, (_, row) => rowOf(row));

interface Factor {
  readonly feature: string;
  readonly weight: number;
  readonly text: string;
}
interface Told {
  readonly risks: { readonly probability: number }[];
  readonly probability: number;
  readonly level: string;
  readonly leadMs: number | null;
  readonly factors?: Factor[];
  readonly recommendation?: { readonly action: string; readonly text: string };
  readonly atMs: number | null;
  readonly dataAgeMs: number | null;
  readonly dataAgeUnknown: string | null;
}

async function post(path: string, payload: object) {
  const answer = await harness.app.inject({ method: 'POST', url: `/api/v1${path}`, payload });
  return { status: answer.statusCode, body: answer.json() };
}
const one = async (payload: object): Promise<Told> => (await post('/predict', payload)).body;
const many = async (payload: object): Promise<Told[]> => (await post('/predict/batch', payload)).body.rows;

const { risks, probability, level, leadMs, factors, recommendation } = PredictionSchema.properties;
const sameAsOfLinks = compileSchema(
  Type.Object({ risks, probability, level, leadMs, factors, recommendation }),
  'INVALID_INPUT',
);

function expectTold(told: Told, row: number): void {
  const own = chances.map((each) => each[row] as number);
  const expected = tellerOf(model)(own, table.values, row * width);
  expect(sameAsOfLinks.problems(told)).toEqual([]);
  // Chances of onnxruntime differ in the sixth digit, so that texts may.
  expect(told.probability).toBeCloseTo(expected.probability, 5);
  expect(told.probability).toBe(told.risks.at(-1)?.probability);
  expect(told.level).toBe(riskLevelOf(told.probability));
  expect(told.leadMs).toBe(leadTimeMs(told.risks.map((each) => each.probability)));
  expect(told.factors).toEqual(expected.factors);
  expect(told.recommendation?.action).toBe(expected.recommendation.action);
}

describe('an answer to one row', () => {
  it('says what the prediction of a link says, by the same words', async () => {
    const told = await Promise.all(all.map((features) => one({ features })));
    told.forEach(expectTold);
    expect(new Set(told.map((each) => each.recommendation?.action)).size).toBeGreaterThan(1);
    expect(told.some(({ leadMs: lead }) => lead !== null)).toBe(true);
    expect(told.flatMap((each) => each.factors ?? []).length).toBeGreaterThan(all.length);
  });

  it('goes without reasons where nobody wants them', async () => {
    const { factors: own, recommendation: advice, ...rest } = await one({ features: rowOf(3) });
    expect(own).toBeDefined();
    expect(advice).toBeDefined();
    expect(await one({ features: rowOf(3), explain: false })).toEqual(rest);
  });

  it('is the same however the body is written', async () => {
    const usual = await one({ features: rowOf(1), atMs: START_MS - 5_000 });
    expect(await one({ atMs: START_MS - 5_000, features: rowOf(1) })).toEqual(usual);
    const turned = Object.fromEntries(Object.entries(rowOf(1)).toReversed());
    expect(await one({ features: turned, atMs: START_MS - 5_000, explain: true })).toEqual(usual);
    // Which order is expected was learnt from that one.
    expect(await one({ features: rowOf(1), atMs: START_MS - 5_000 })).toEqual(usual);
  });

  it('has the age of the row where the caller says when it was made, else the reason why not', async () => {
    const age = async (more: object) => {
      const { atMs, dataAgeMs, dataAgeUnknown } = await one({ features: rowOf(0), ...more });
      return [atMs, dataAgeMs, dataAgeUnknown];
    };
    const reason = 'the request does not say when the row was made';
    expect(await age({})).toEqual([null, null, reason]);
    expect(await age({ atMs: null })).toEqual([null, null, reason]);
    expect(await age({ atMs: START_MS - 90_000.5 })).toEqual([START_MS - 90_000.5, 90_000.5, null]);
    // A clock may be a little ahead of ours.
    expect(await age({ atMs: START_MS + 5_000 })).toEqual([START_MS + 5_000, 0, null]);
  });

  it.each([
    ['a time of the future', { atMs: START_MS + 5_001 }, 422, 'DETOUR_ERR_CLOCK_SKEW', 'atMs'],
    ['a time as text', { atMs: '2026-01-01' }, 400, 'DETOUR_ERR_INVALID_INPUT', 'atMs'],
    ['a time before 1970', { atMs: -1 }, 400, 'DETOUR_ERR_INVALID_INPUT', 'atMs'],
    ['a list of times', { atMs: [1] }, 400, 'DETOUR_ERR_INVALID_INPUT', 'atMs'],
    ['a wish as text', { explain: 'yes' }, 400, 'DETOUR_ERR_INVALID_INPUT', 'explain'],
    ['what it does not know', { why: true }, 400, 'DETOUR_ERR_INVALID_INPUT', 'why'],
  ])('refuses %s by its name, behind the features as before them', async (_what, more, status, code, field) => {
    for (const payload of [
      { features: rowOf(0), ...more },
      { ...more, features: rowOf(0) },
    ]) {
      const answer = await post('/predict', payload);
      expect(answer.status).toBe(status);
      expect(answer.body.code).toBe(code);
      expect(answer.body.errors.map((each: { field: string }) => each.field)).toContain(field);
    }
  });
});

describe('answers to many rows', () => {
  it('carry reasons when asked to, those of each row alone', async () => {
    const told = await many({ rows: all, explain: true });
    told.forEach(expectTold);
    const single = await one({ features: rowOf(7) });
    expect(told[7]?.factors).toEqual(single.factors);
  });

  it('carry level and lead time without being asked, and no reasons', async () => {
    const explained = await many({ rows: all, explain: true });
    const brief = await many({ rows: all });
    expect(brief).toEqual(explained.map(({ factors: _why, recommendation: _advice, ...rest }) => rest));
    expect(await many({ explain: false, rows: all })).toEqual(brief);
  });

  it('have one time for all rows, or a list of them', async () => {
    const rows = all.slice(0, 3);
    expect((await many({ rows, atMs: START_MS - 10 })).map(({ dataAgeMs }) => dataAgeMs)).toEqual([10, 10, 10]);
    const listed = await many({ rows, atMs: [START_MS, null, START_MS - 7] });
    expect(listed.map(({ dataAgeMs }) => dataAgeMs)).toEqual([0, null, 7]);
    expect(listed[1]?.dataAgeUnknown).toMatch(/does not say/);
    const short = await post('/predict/batch', { rows, atMs: [START_MS] });
    expect(short.status).toBe(400);
    expect(short.body.errors[0]).toMatchObject({ field: 'atMs', message: expect.stringContaining('3 rows') as string });
    const late = await post('/predict/batch', { rows, atMs: [START_MS, START_MS + 60_000, null] });
    expect([late.status, late.body.errors[0].field]).toEqual([422, 'atMs[1]']);
    for (const atMs of ['now', {}, [true], new Array(1_001).fill(null)]) {
      expect((await post('/predict/batch', { rows, atMs })).status).toBe(400);
    }
  });
});

// The last one: it changes which model is present.
describe('another model', () => {
  it('is explained over its own features, in its own order, while the one before is gone from the disk', async () => {
    const order = table.names.map((_, at) => (at * 5 + 3) % width);
    expect(new Set(order).size).toBe(width);
    const turned = {
      names: order.map((at) => table.names[at] as string),
      rowCount: 1,
      values: new Float32Array(width),
    };
    const other = { ...smallModel(2), features: turned.names };
    saveModel(models, 'risk-2', other);
    const asked = all.map((features) => post('/predict', { features }));
    models.promote('risk', 'risk-2');
    writeFileSync(join(place, 'risk', 'risk-1', 'model.json'), 'damaged');
    writeFileSync(join(place, 'risk', 'risk-1', 'model.onnx'), 'damaged');
    for (const { status, body } of await Promise.all(asked)) {
      expect(status).toBe(200);
      expect(['risk-1', 'risk-2']).toContain(body.modelId);
    }
    const { body } = await post('/predict', { features: rowOf(5) });
    expect(body.modelId).toBe('risk-2');
    order.forEach((from, at) => {
      turned.values[at] = table.values[5 * width + from] as number;
    });
    const own = predictRisks(other, turned).map((each) => each[0] as number);
    const expected = tellerOf(other)(own, turned.values, 0);
    expect(body.factors).toEqual(expected.factors);
    for (const { feature, value } of body.factors) expect(value ?? null).toBe(rowOf(5)[feature] ?? null);
  });
});
