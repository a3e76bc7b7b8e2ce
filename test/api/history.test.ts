import { describe, expect, it } from 'vitest';
import type { BaselineQuery, HistoryReader, RangeAnswer, RangeQuery } from '../../src/history/history.ts';
import { createEmptyHistory } from '../history/empty-history.ts';
import { createHarness, START_MS } from './harness.ts';

const MINUTE_MS = 60_000;

/** Two buckets of each series, the second one a gap; and what was asked. */
async function scene() {
  const asked: RangeQuery[] = [];
  const usual: BaselineQuery[] = [];
  const figures = { count: [2, 0], min: [1, null], max: [3, null], mean: [2, null], last: [3, null], p95: [3, null] };
  const history: HistoryReader = {
    ...createEmptyHistory(),
    range: async (query): Promise<RangeAnswer> => {
      asked.push(query);
      const series = (query.ids ?? []).map((id) => ({
        id,
        metric: query.kind === 'arc' ? 'loadBps' : 'score',
        ...figures,
      }));
      return { fromMs: query.fromMs, stepMs: query.stepMs, buckets: 2, resolution: '1m', series };
    },
    baseline: async (query) => {
      usual.push(query);
      return { fromMs: 0, toMs: query.toMs, hours: [] };
    },
  };
  const { app } = await createHarness({ history });
  const get = async (path: string) => (await app.inject({ url: `/api/v1${path}` })).json();
  return { get, asked, usual, figures };
}

describe('history of a link', () => {
  it('has the link and both directions apart, gaps as null, and no forecast before one is made', async () => {
    const { get, figures } = await scene();
    const from = new Date(START_MS).toISOString();
    expect(await get(`/links/AB/history?from=${from}&to=${START_MS + 2 * MINUTE_MS}&step=1m`)).toEqual({
      linkId: 'AB',
      fromMs: START_MS,
      stepMs: MINUTE_MS,
      resolution: '1m',
      atMs: [START_MS, START_MS + MINUTE_MS],
      link: { score: figures },
      arcs: { az: { loadBps: figures }, za: { loadBps: figures } },
      forecast: { az: null, za: null },
    });
  });

  it('asks for the last day in steps a chart can show where nothing is said', async () => {
    const { get, asked } = await scene();
    await get('/links/AB/history?metrics=loadBps,score');
    const day = { fromMs: START_MS - 86_400_000, toMs: START_MS, stepMs: 300_000, metrics: ['loadBps', 'score'] };
    expect(asked).toEqual([
      { ...day, kind: 'link', ids: ['AB'] },
      { ...day, kind: 'arc', ids: ['AB:az', 'AB:za'] },
    ]);
  });

  it.each([
    ['step=1m', 60_000],
    ['step=90', 90_000],
    ['step=2h', 7_200_000],
    ['step=1d', 86_400_000],
  ])('reads %s', async (query, stepMs) => {
    const { get, asked } = await scene();
    await get(`/devices/A/history?${query}`);
    expect(asked[0]).toMatchObject({ kind: 'device', ids: ['A'], stepMs });
  });

  it.each([
    ['from=yesterday', 'from'],
    ['from=2026-13-45', 'from'],
    [`from=${START_MS}&to=${START_MS}`, 'from'],
    ['step=0', 'step'],
    ['step=1w', 'step'],
    ['metrics=load_bps', 'metrics'],
    ['until=1', 'until'],
  ])('refuses %s by its name', async (query, field) => {
    const { get } = await scene();
    const problem = await get(`/links/AB/history?${query}`);
    expect(problem).toMatchObject({ status: 400, code: 'DETOUR_ERR_INVALID_INPUT' });
    expect(problem.errors[0].field).toContain(field);
  });

  it('knows no links and devices that are not there', async () => {
    const { get } = await scene();
    for (const path of ['/links/XY/history', '/devices/XY/history', '/links/XY/baseline?metric=score']) {
      expect(await get(path)).toMatchObject({ status: 404 });
    }
  });
});

describe('baselines', () => {
  it('are of the link, of one direction, or of a device, over 7, 30 or 180 days', async () => {
    const { get, usual } = await scene();
    await get('/links/AB/baseline?metric=score');
    await get('/links/AB/baseline?metric=loadBps&direction=za&days=180');
    await get('/devices/A/baseline?metric=cpuRatio&days=30');
    expect(usual).toEqual([
      { kind: 'link', id: 'AB', metric: 'score', days: 7, toMs: START_MS },
      { kind: 'arc', id: 'AB:za', metric: 'loadBps', days: 180, toMs: START_MS },
      { kind: 'device', id: 'A', metric: 'cpuRatio', days: 30, toMs: START_MS },
    ]);
    expect(await get('/links/AB/baseline?metric=score&days=8')).toMatchObject({ status: 400 });
  });
});
