import { expect, it } from 'vitest';
import { LIMITS } from '../../src/store/keys.ts';
import type { Forecast, Prediction } from '../../src/store/predictions.ts';
import { type StoreFactory, withStore } from './fixture.ts';

export const prediction = (linkId: string, probability: number | null = 0.3): Prediction => ({
  linkId,
  modelId: 'risk-1',
  atMs: 1000,
  dataAgeMs: 5,
  risks: probability === null ? [] : [{ horizonMs: 1_800_000, probability }],
  probability,
  level: probability === null ? null : 'low',
  leadMs: null,
  factors: [],
  recommendation: null,
  unknown: probability === null ? 'no figures of this link' : null,
});

export const forecast = (kind: 'arc' | 'device', id: string, p50 = 0.5): Forecast => ({
  ...{ kind, id, madeAtMs: 2000, atMs: 1000, full: null },
  series: [
    {
      ...{ metric: 'utilisation', method: 'persistence', modelId: null, reason: 'one hour of history' },
      points: [{ atMs: 3600, horizonMs: 3_600_000, p10: p50 - 0.1, p50, p90: p50 + 0.1 }],
    },
  ],
});

export function predictions(create: StoreFactory): void {
  const fixture = withStore(create);

  it('keeps the newest predictions, those of links that are gone left out', async () => {
    const { predictions: kept } = fixture().store;
    expect(await kept.predictions()).toEqual(new Map());
    expect(await kept.prediction('l1')).toBeNull();
    await kept.writePredictions([prediction('l1'), prediction('l2', null)]);
    await kept.writePredictions([prediction('l2', 0.7)]);
    expect([...(await kept.predictions()).values()]).toEqual([prediction('l2', 0.7)]);
    expect(await kept.prediction('l1')).toBeNull();
    expect(await kept.prediction('l2')).toEqual(prediction('l2', 0.7));
    await kept.writePredictions([]);
    expect((await kept.predictions()).size).toBe(0);
  });

  it('keeps forecasts by what they are about, kind by kind', async () => {
    const { predictions: kept } = fixture().store;
    await kept.writeForecasts([forecast('arc', 'l1:az'), forecast('device', 'r1')]);
    await kept.writeForecasts([forecast('arc', 'l2:az', 0.9)]);
    expect(await kept.forecast('arc', 'l1:az')).toBeNull();
    expect(await kept.forecast('arc', 'l2:az')).toEqual(forecast('arc', 'l2:az', 0.9));
    expect(await kept.forecast('device', 'r1')).toEqual(forecast('device', 'r1'));
    expect(await kept.forecast('arc', 'r1')).toBeNull();
  });

  it('keeps claims until they are settled, oldest first, each kind for itself', async () => {
    const { predictions: kept } = fixture().store;
    for (const atMs of [3000, 1000, 2000]) await kept.claim('risk', { atMs, body: { said: atMs } });
    await kept.claim('forecast', { atMs: 1500, body: [1] });
    await kept.claim('risk', { atMs: 2000, body: { said: 'again' } });
    expect(await kept.claims('risk', 2000)).toEqual([
      { atMs: 1000, body: { said: 1000 } },
      { atMs: 2000, body: { said: 'again' } },
    ]);
    await kept.settle('risk', 2000);
    expect((await kept.claims('risk', 9e12)).map(({ atMs }) => atMs)).toEqual([3000]);
    expect(await kept.claims('forecast', 9e12)).toEqual([{ atMs: 1500, body: [1] }]);
  });

  it('lets the oldest claims go when there are too many', async () => {
    const { predictions: kept } = fixture().store;
    for (let atMs = 1; atMs <= LIMITS.claimsMax + 2; atMs += 1) await kept.claim('risk', { atMs, body: atMs });
    const moments = (await kept.claims('risk', 9e12)).map(({ atMs }) => atMs);
    expect(moments).toHaveLength(LIMITS.claimsMax);
    expect(moments[0]).toBe(3);
  });

  it('keeps the alarms that stand', async () => {
    const { predictions: kept } = fixture().store;
    expect(await kept.alarms()).toEqual([]);
    const alarm = { linkId: 'l1', raisedAtMs: 5, level: 'high', probability: 0.7 } as const;
    await kept.writeAlarms([alarm, { ...alarm, linkId: 'l2' }]);
    await kept.writeAlarms([alarm]);
    expect(await kept.alarms()).toEqual([alarm]);
  });

  it('keeps reports by name', async () => {
    const { predictions: kept } = fixture().store;
    expect(await kept.report('quality')).toBeNull();
    await kept.writeReport('quality', { judged: 1 });
    await kept.writeReport('drift', null);
    await kept.writeReport('quality', { judged: 2 });
    expect(await kept.report('quality')).toEqual({ judged: 2 });
    expect(await kept.report('drift')).toBeNull();
  });
}
