import { appendFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ForecastRound } from '../../src/foresight/forecast-round.ts';
import { JudgeRound } from '../../src/foresight/judge-round.ts';
import { ModelLoader } from '../../src/foresight/model-loader.ts';
import { RiskRound } from '../../src/foresight/risk-round.ts';
import { emptyLedger, enterRisks } from '../../src/predict/live/ledger.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import { saveModel, smallModel } from '../predict/live/risk-model.ts';
import { BEGIN_MS, foresightScene, HOUR_MS, historyOf, KNOWN, MINUTE_MS, type Past, usual } from './scene.ts';

const model = smallModel();
const linkCount = 6;

async function riskScene(past?: Past) {
  const scene = await foresightScene(past);
  const loader = new ModelLoader(scene.deps);
  return { ...scene, loader, risk: new RiskRound(scene.deps, loader) };
}

describe('a round of risks', () => {
  it('says something of every link, with reasons, and keeps it for judgement', async () => {
    const { store, registry, risk } = await riskScene();
    saveModel(registry, 'risk-1', model);
    registry.promote('risk', 'risk-1');
    expect(await risk.round()).toEqual({ predicted: linkCount, unknown: 0 });
    const found = await store.predictions.prediction('AB');
    expect(found).toMatchObject({ linkId: 'AB', modelId: 'risk-1', unknown: null, dataAgeMs: 0, atMs: BEGIN_MS });
    expect(found?.risks.map(({ horizonMs }) => horizonMs / MINUTE_MS)).toEqual([30, 60, 360]);
    const chances = found?.risks.map(({ probability }) => probability) ?? [];
    expect(chances).toEqual(chances.toSorted((x, y) => x - y));
    expect(found?.recommendation?.text).toBeTruthy();
    const [claim] = await store.predictions.claims('risk-6h', BEGIN_MS);
    expect(claim).toMatchObject({ atMs: BEGIN_MS - MINUTE_MS, body: { models: [{ modelId: 'risk-1' }] } });
  });

  it('has nothing to say, and says why, of links that are silent, and where there is no model', async () => {
    const none = await riskScene();
    expect(await none.risk.round()).toEqual({ predicted: 0, unknown: linkCount });
    expect((await none.store.predictions.prediction('AB'))?.unknown).toBe('there is no risk model');
    const silent = await riskScene((kind, id, ...rest) => (id.startsWith('AB:') ? null : usual(kind, id, ...rest)));
    saveModel(silent.registry, 'risk-1', model);
    silent.registry.promote('risk', 'risk-1');
    expect(await silent.risk.round()).toEqual({ predicted: linkCount - 1, unknown: 1 });
    expect(await silent.store.predictions.prediction('AB')).toMatchObject({
      ...{ probability: null, modelId: null, unknown: 'no traffic figures for 10 min' },
    });
    silent.clock.advance(HOUR_MS);
    await silent.risk.round();
    expect((await silent.store.predictions.prediction('BC'))?.unknown).toMatch(/nothing was heard for 60 min/);
  });

  it('lets the model that ships answer where the present one is damaged, and tells so', async () => {
    const { store, registry, risk, told, folder, shippedFolder, clock, heard } = await riskScene();
    saveModel(new ModelRegistry({ folder: shippedFolder }), 'risk-0', model);
    saveModel(registry, 'risk-1', model);
    registry.promote('risk', 'risk-1');
    appendFileSync(join(folder, 'risk', 'risk-1', 'model.json'), ' ');
    await risk.round();
    expect((await store.predictions.prediction('AB'))?.modelId).toBe('risk-0');
    expect(told).toEqual([
      expect.stringMatching(/risk-1 cannot be used.*is damaged.*risk-0, which ships, answers instead/),
    ]);
    appendFileSync(join(shippedFolder, 'risk', 'risk-0', 'model.json'), ' ');
    clock.advance(MINUTE_MS);
    await heard();
    expect(await risk.round()).toEqual({ predicted: 0, unknown: linkCount });
    expect(told.at(-1)).toMatch(/there are no predictions until a model can be used/);
  });

  it.each([
    ['is missing', (file: string) => rmSync(file), /model.json cannot be read/],
    ['was cut off', (file: string) => truncateSync(file, 1_000), /is damaged/],
  ])(
    'goes on without predictions, with the reason, where the file %s, and again once it is mended',
    async (...about) => {
      const [, spoil, words] = about;
      const { store, registry, risk, told, folder, clock, heard } = await riskScene();
      saveModel(registry, 'risk-1', model);
      registry.promote('risk', 'risk-1');
      spoil(join(folder, 'risk', 'risk-1', 'model.json'));
      expect(await risk.round()).toEqual({ predicted: 0, unknown: linkCount });
      expect(told).toEqual([expect.stringMatching(words)]);
      expect((await store.predictions.prediction('AB'))?.unknown).toMatch(words);
      rmSync(join(folder, 'risk', 'risk-1'), { recursive: true });
      saveModel(registry, 'risk-1', model);
      clock.advance(MINUTE_MS);
      await heard();
      expect(await risk.round()).toEqual({ predicted: linkCount, unknown: 0 });
      expect(told.at(-1)).toBe('risk model risk-1 answers again');
    },
  );

  it('does not use a model of other features: wrong answers are worse than none', async () => {
    const { store, registry, risk } = await riskScene();
    const { features } = model;
    saveModel(registry, 'risk-1', { ...model, features: [...features.slice(1), 'somethingElse'] });
    registry.promote('risk', 'risk-1');
    await risk.round();
    expect((await store.predictions.prediction('AB'))?.unknown).toMatch(/other features/);
  });

  it('fills a new thread again, models included', async () => {
    const { registry, risk, clock, heard, restartThread } = await riskScene();
    saveModel(registry, 'risk-1', model);
    registry.promote('risk', 'risk-1');
    await risk.round();
    restartThread();
    clock.advance(MINUTE_MS);
    await heard();
    expect(await risk.round()).toEqual({ predicted: linkCount, unknown: 0 });
  });
});

describe('a round of judgement', () => {
  it('counts what failed and what did not, by the state that came, once', async () => {
    const failsAtMs = BEGIN_MS + 20 * MINUTE_MS;
    const past: Past = (kind, id, metric, atMs) =>
      id === 'BC' && atMs >= failsAtMs && (metric === 'state' || metric === 'statusPoints')
        ? metric === 'state'
          ? 3
          : 100
        : usual(kind, id, metric, atMs);
    const { store, registry, risk, loader, deps, clock, heard } = await riskScene(past);
    saveModel(registry, 'risk-1', model);
    registry.promote('risk', 'risk-1');
    const judge = new JudgeRound(deps, loader, async () => undefined);
    await risk.round();
    expect(await judge.round()).toEqual({ risks: 0, forecasts: 0 });
    for (let minute = 0; minute < 40; minute += 20) {
      clock.advance(20 * MINUTE_MS);
      await heard();
      await risk.round();
    }
    expect((await judge.round()).risks).toBe(linkCount);
    expect((await judge.round()).risks).toBe(0);
    const quality = (await store.predictions.report('quality')) as { horizons: { judged: number; cameTrue: number }[] };
    expect(quality.horizons[0]).toMatchObject({ horizonMs: 30 * MINUTE_MS, judged: linkCount, cameTrue: 1 });
  });
});

describe('chances that do not come true as often as they say', () => {
  const DAY_MS = 24 * HOUR_MS;

  /** Links failed seven times as often as was said, on every day from a week ago until two days from now. */
  function wrongLedger() {
    const ledger = emptyLedger();
    const count = 6_000;
    for (let day = -9; day <= 2; day += 1) {
      enterRisks(ledger, {
        ...{ atMs: BEGIN_MS + day * DAY_MS, modelId: 'risk-1', horizonMs: 6 * HOUR_MS },
        probabilities: new Float64Array(count).fill(0.03),
        truths: Float64Array.from({ length: count }, (_, at) => (at < 0.2 * count ? 1 : 0)),
      });
    }
    return ledger;
  }

  it('start a training, told of once, at most once a day however often they are seen', async () => {
    const { store, registry, loader, deps, clock } = await riskScene();
    saveModel(registry, 'risk-1', model);
    registry.promote('risk', 'risk-1');
    await store.predictions.writeReport('ledger', wrongLedger());
    let trainings = 0;
    const onDrift = async () => {
      trainings += 1;
    };
    const rounds = async (judge: JudgeRound, count: number) => {
      for (let round = 0; round < count; round += 1) {
        await judge.round();
        clock.advance(5 * MINUTE_MS);
      }
    };
    await rounds(new JudgeRound(deps, loader, onDrift), 12);
    // Another process, or the same one started again, does not train a second time.
    await rounds(new JudgeRound(deps, loader, onDrift), 12);
    expect(trainings).toBe(1);
    const told = (await store.events.latest(100)).filter(({ type }) => type === 'drift');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/model risk-1 .* new models are trained/),
    ]);
    clock.advance(23 * HOUR_MS);
    await rounds(new JudgeRound(deps, loader, onDrift), 2);
    expect(trainings).toBe(2);
  });
});

describe('a round of forecasts', () => {
  it('gives each of the next six hours, by a rule that is named where the model cannot be used', async () => {
    const { store, deps } = await foresightScene();
    const round = new ForecastRound(deps, new ModelLoader(deps));
    const { series, byModel } = await round.round();
    expect(series).toBe(2 * linkCount * 2 + 6);
    expect(byModel).toBe(0);
    const found = await store.predictions.forecast('arc', 'AB:az');
    const load = found?.series.find(({ metric }) => metric === 'utilisation');
    expect(load).toMatchObject({ method: 'daily', modelId: null, reason: 'there is no forecast model' });
    const end = found?.atMs as number;
    expect(load?.points.map(({ atMs }) => (atMs - end) / HOUR_MS)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { atMs, p10, p50, p90 } of load?.points ?? []) {
      expect(p10).toBeLessThanOrEqual(p50);
      expect(p50).toBeLessThanOrEqual(p90);
      expect(Math.abs(p50 - (usual('arc', 'AB:az', 'utilisation', atMs) ?? 0))).toBeLessThan(0.03);
    }
    expect(found?.full).toMatchObject({ day: null, reason: expect.stringContaining('peaks do not grow') as string });
    expect((await store.predictions.forecast('device', 'A'))?.series.map(({ metric }) => metric)).toEqual(['cpuRatio']);
  });

  it('reads no weeks of nothing where history begins today', async () => {
    const beginMs = BEGIN_MS - 5 * HOUR_MS;
    const { deps } = await foresightScene((kind, id, metric, atMs) =>
      atMs < beginMs ? null : usual(kind, id, metric, atMs),
    );
    const asked: number[] = [];
    // A day is known where any of it is.
    const days = historyOf((_kind, _id, _metric, atMs) => (atMs + 24 * HOUR_MS > beginMs ? 1 : null), KNOWN);
    const history: typeof deps.history = {
      range: (query) => {
        if (query.stepMs === 10 * MINUTE_MS) asked.push(query.fromMs);
        return query.stepMs === 24 * HOUR_MS ? days.range(query) : deps.history.range(query);
      },
    };
    const round = new ForecastRound({ ...deps, history }, new ModelLoader(deps));
    expect((await round.round()).series).toBeGreaterThan(0);
    expect(Math.min(...asked)).toBeGreaterThan(beginMs - 24 * HOUR_MS);
    expect(Math.min(...asked)).toBeLessThanOrEqual(beginMs);
  });

  it('names the rule and the reason where history is short, and says nothing before an hour', async () => {
    const since =
      (hours: number): Past =>
      (kind, id, metric, atMs) =>
        atMs < BEGIN_MS - hours * HOUR_MS ? null : usual(kind, id, metric, atMs);
    const short = await foresightScene(since(5));
    await new ForecastRound(short.deps, new ModelLoader(short.deps)).round();
    const load = (await short.store.predictions.forecast('arc', 'AB:az'))?.series[0];
    expect(load?.method).toBe('persistence');
    const new_ = await foresightScene(since(0.5));
    expect(await new ForecastRound(new_.deps, new ModelLoader(new_.deps)).round()).toEqual({ series: 0, byModel: 0 });
  });
});
