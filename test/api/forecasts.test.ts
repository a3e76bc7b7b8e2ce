import { describe, expect, it } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import type { HistoryReader, RangeAnswer } from '../../src/history/history.ts';
import { PEAKS_REPORT, peaksOf } from '../../src/predict/live/forecast-peaks.ts';
import { createEmptyHistory } from '../history/empty-history.ts';
import { createHarness, NETWORK, START_MS } from './harness.ts';

const HOUR_MS = 3_600_000;

/** Forecasts of utilisation: medians by hour. */
function loadOf(id: string, medians: readonly number[]) {
  const points = medians.map((p50, hour) => ({
    ...{ atMs: START_MS + (hour + 1) * HOUR_MS, horizonMs: (hour + 1) * HOUR_MS, p10: 0, p50, p90: 1 },
  }));
  return { id, metric: 'utilisation', forecast: { method: 'model' as const, reason: null, points } };
}

describe('GET /forecasts/peaks', () => {
  it('has the highest median of both directions of each link, and leaves out links without a forecast', async () => {
    const { app, store } = await createHarness();
    const forecasts = [
      loadOf('AB:az', [0.2, 0.9, 0.3]),
      loadOf('AB:za', [0.1, 0.1, 0.8]),
      loadOf('BC:za', [1.2, 0.1]),
      { ...loadOf('AD:az', [0.9]), metric: 'latencyMs' },
      loadOf('DC:az', []),
    ];
    await store.predictions.writeReport(PEAKS_REPORT, peaksOf(NETWORK.network.links, forecasts, START_MS));
    expect((await app.inject('/api/v1/forecasts/peaks')).json()).toEqual({
      madeAtMs: START_MS,
      peaks: [
        { linkId: 'AB', utilisation: 0.9, atMs: START_MS + 2 * HOUR_MS },
        { linkId: 'BC', utilisation: 1.2, atMs: START_MS + HOUR_MS },
      ],
      unknown: null,
    });
    await app.close();
  });

  it('is empty, and says why, before there are any, when they are too old, and when they cannot be read', async () => {
    const { app, store, clock } = await createHarness();
    const get = async () => (await app.inject('/api/v1/forecasts/peaks')).json();
    const nothingYet = { madeAtMs: 0, peaks: [], unknown: expect.stringContaining('no forecast was made yet') };
    expect(await get()).toEqual(nothingYet);
    const made = peaksOf(NETWORK.network.links, [loadOf('AB:az', [0.5])], START_MS);
    await store.predictions.writeReport(PEAKS_REPORT, made);
    expect((await get()).peaks).toHaveLength(1);
    clock.advance(31 * 60_000);
    expect(await get()).toEqual({ madeAtMs: START_MS, peaks: [], unknown: expect.stringContaining('too old') });
    await store.predictions.writeReport(PEAKS_REPORT, { madeAtMs: 'yesterday' });
    expect(await get()).toEqual(nothingYet);
    await app.close();
  });
});

describe('readings of devices', () => {
  const figures = (last: (number | null)[]) => ({ count: [1, 1], min: last, max: last, mean: last, last, p95: last });

  /** Two readings of each figure of router A, five minutes apart; `asked` counts the questions to the history. */
  async function scene(problem: DetourError | null = null) {
    let asked = 0;
    const history: HistoryReader = {
      ...createEmptyHistory(),
      range: async ({ kind, fromMs, stepMs }): Promise<RangeAnswer> => {
        expect(kind).toBe('device');
        asked += 1;
        if (problem !== null) throw problem;
        const series = [
          { id: 'A', metric: 'cpuRatio', ...figures([0.2, 0.4]) },
          { id: 'A', metric: 'temperatureCelsius', ...figures([41, null]) },
          { id: 'B', metric: 'memoryRatio', ...figures([null, null]) },
        ];
        return { fromMs, stepMs, buckets: 2, resolution: '1m', series };
      },
    };
    const { app, clock } = await createHarness({ history });
    const readings = async (id: string) => (await app.inject(`/api/v1/devices/${id}`)).json().readings;
    return { app, clock, readings, asked: () => asked };
  }

  it('are the last ones known, each null with a reason where it was not told', async () => {
    const { app, readings } = await scene();
    expect(await readings('A')).toEqual({
      ...{ cpuRatio: 0.4, temperatureCelsius: 41, memoryRatio: null, activeSessions: null },
      atMs: START_MS - 5 * 60_000,
      unknown: { memoryRatio: 'it told none within 10 min', activeSessions: 'it told none within 10 min' },
    });
    const nothing = await readings('B');
    expect(nothing).toMatchObject({ memoryRatio: null, atMs: null });
    expect(Object.keys(nothing.unknown)).toHaveLength(4);
    await app.close();
  });

  it('are asked for at most every ten seconds, for the list and for each device alike', async () => {
    const { app, clock, readings, asked } = await scene();
    await Promise.all(['A', 'B', 'C'].map(readings));
    const list = (await app.inject('/api/v1/devices')).json().items as { id: string; readings: object }[];
    expect(list.find(({ id }) => id === 'A')?.readings).toMatchObject({ cpuRatio: 0.4 });
    // Those who came together share one question; who came before it was answered may have had another.
    const before = asked();
    expect(before).toBeLessThanOrEqual(2);
    clock.advance(9_000);
    await readings('A');
    expect(asked()).toBe(before);
    clock.advance(2_000);
    await readings('A');
    expect(asked()).toBe(before + 1);
    await app.close();
  });

  it('are unknown, and say why, where the history cannot be read', async () => {
    const { app, readings } = await scene(new DetourError('NOT_READY', 'the history role does not answer'));
    expect((await readings('A')).unknown.cpuRatio).toBe('the history cannot be read: the history role does not answer');
    await app.close();
  });
});
