import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RiskLevel, riskLevelOf } from '../../src/core/risk.ts';
import { CALIBRATION_FILE, ModelRegistry } from '../../src/predict/registry/registry.ts';
import type { Forecast, Prediction } from '../../src/store/predictions.ts';
import { cardOf } from '../predict/live/risk-model.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createHarness, linkState, START_MS, writeStates } from './harness.ts';

const MINUTE_MS = 60_000;

function predicted(linkId: string, probability: number | null, changes: Partial<Prediction> = {}): Prediction {
  const level: RiskLevel | null = probability === null ? null : riskLevelOf(probability);
  return {
    ...{ linkId, modelId: 'risk-1', atMs: START_MS, dataAgeMs: 900, probability, level, leadMs: null },
    risks: probability === null ? [] : [{ horizonMs: 30 * MINUTE_MS, probability: probability / 2 }],
    factors: [{ feature: 'loss', value: 0.1, weight: 2, text: 'loss of 10 %' }],
    recommendation: { action: 'watch', text: 'watch it' },
    unknown: probability === null ? 'the link is down already' : null,
    ...changes,
  };
}

async function scene() {
  const harness = await createHarness();
  await writeStates(
    harness.store,
    ['AB', 'AB2', 'BC'].map((id) => linkState(id, 'healthy', 100)),
  );
  await harness.store.predictions.writePredictions([
    predicted('AB', 0.3),
    predicted('AB2', 0.85),
    predicted('BC', null),
    predicted('AD', 0.5, { leadMs: 30 * MINUTE_MS }),
  ]);
  const get = async (path: string) => (await harness.app.inject(`/api/v1${path}`)).json();
  return { ...harness, get };
}

const idsOf = ({ items }: { items: { linkId: string }[] }) => items.map(({ linkId }) => linkId);

describe('GET /predictions', () => {
  it('has every link, the likeliest first, those of which nothing is known last', async () => {
    const { get } = await scene();
    const all = await get('/predictions');
    expect(idsOf(all).slice(0, 3)).toEqual(['AB2', 'AD', 'AB']);
    expect(idsOf(all)).toHaveLength(6);
    expect(all.items[0]).toMatchObject({
      ...{ linkId: 'AB2', a: 'A', z: 'B', state: 'healthy', level: 'critical', probability: 0.85 },
      ...{ modelId: 'risk-1', dataAgeMs: 900, ageMs: 0, unknown: null },
      factors: [{ text: 'loss of 10 %' }],
      recommendation: { action: 'watch' },
    });
    expect(all.items.find(({ linkId }: Prediction) => linkId === 'DC')).toMatchObject({
      ...{ probability: null, unknown: expect.stringContaining('no prediction was made yet') },
    });
  });

  it.each([
    ['level=critical,medium', ['AB2', 'AD']],
    ['minProbability=0.5', ['AB2', 'AD']],
    ['node=B', ['AB2', 'AB', 'BC']],
    ['q=ab', ['AB2', 'AB']],
    ['sort=lead&q=ad', ['AD']],
    ['limit=2', ['AB2', 'AD']],
  ])('is narrowed by %s', async (query, expected) => {
    const { get } = await scene();
    expect(idsOf(await get(`/predictions?${query}`))).toEqual(expected);
  });

  it('says nothing of now from what is too old', async () => {
    const { get, clock } = await scene();
    clock.advance(6 * MINUTE_MS);
    const old = await get('/links/AB2/prediction');
    expect(old).toMatchObject({ probability: null, level: null, risks: [], factors: [], recommendation: null });
    expect(old.unknown).toMatch(/6 min old: none was made since/);
    expect((await get('/predictions?minProbability=0')).items).toEqual([]);
  });

  it('is a table for those who want one', async () => {
    const { app } = await scene();
    const { body } = await app.inject({ url: '/api/v1/predictions', headers: { accept: 'text/csv' } });
    expect(body.split('\r\n')[1]).toBe(
      `AB2,A,B,healthy,critical,0.85,0.425,,watch,loss of 10 %,risk-1,${START_MS},0,900,`,
    );
  });
});

describe('forecasts of a link and of a router', () => {
  const forecast = (kind: Forecast['kind'], id: string): Forecast => ({
    ...{ kind, id, madeAtMs: START_MS, atMs: START_MS, full: null },
    series: [{ metric: 'latencyMs', method: 'persistence', modelId: null, reason: 'history is short', points: [] }],
  });

  it('stand for each direction, and are null with a reason before there are any', async () => {
    const { get, store } = await scene();
    expect(await get('/links/AB/forecast')).toMatchObject({
      arcs: { az: null, za: null },
      unknown: expect.stringContaining('no forecast was made yet'),
    });
    await store.predictions.writeForecasts([forecast('arc', 'AB:za'), forecast('device', 'A')]);
    const both = await get('/links/AB/forecast');
    expect(both).toMatchObject({ arcs: { az: null, za: { id: 'AB:za' } }, unknown: null });
    expect(await get('/devices/A/forecast')).toMatchObject({ forecast: { id: 'A' }, unknown: null });
    expect((await get('/links/AB/history')).forecast.za.series[0].method).toBe('persistence');
    for (const path of ['/links/XX/forecast', '/links/XX/prediction', '/devices/XX/forecast'])
      expect((await get(path)).status).toBe(404);
  });
});

describe('GET /models', () => {
  it('has cards with their roles, one card by its id, and the calibration plot', async () => {
    const models = new ModelRegistry({ folder: join(tempDir(), 'models'), shippedFolder: '/nonexistent' });
    const octets = (text: string) => new TextEncoder().encode(text);
    const plot = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    models.save(cardOf('risk-1'), { [CALIBRATION_FILE]: octets(plot) });
    models.save(cardOf('risk-2', { trainedAtMs: 1_800_000_000_000 }), {});
    models.promote('risk', 'risk-1');
    models.shadow('risk', 'risk-2');
    const { app } = await createHarness({ models });
    const list = (await app.inject('/api/v1/models?kind=risk')).json();
    expect(list.items.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      ['risk-2', 'shadow'],
      ['risk-1', 'present'],
    ]);
    expect(list.problems).toEqual([]);
    expect((await app.inject('/api/v1/models/risk-1')).json()).toMatchObject({ id: 'risk-1', role: 'present' });
    const picture = await app.inject('/api/v1/models/risk-1/calibration.svg');
    expect([picture.headers['content-type'], picture.body]).toEqual(['image/svg+xml', plot]);
    for (const path of ['/models/risk-9', '/models/risk-2/calibration.svg', '/models/..%2f..%2fetc'])
      expect((await app.inject(`/api/v1${path}`)).statusCode).toBe(404);
    expect((await app.inject('/api/v1/models?kind=weather')).statusCode).toBe(400);
  });
});
