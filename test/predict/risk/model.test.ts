import { describe, expect, it } from 'vitest';
import { riskLevelOf } from '../../../src/core/risk.ts';
import { createRng } from '../../../src/core/rng.ts';
import { probabilityOf } from '../../../src/predict/ensemble.ts';
import { contributionsOf } from '../../../src/predict/risk/attribution.ts';
import { RiskCollector } from '../../../src/predict/risk/collector.ts';
import { DatasetBuilder, joinDatasets, type RiskDataset } from '../../../src/predict/risk/dataset.ts';
import { recommend, remedyOf, topFactors } from '../../../src/predict/risk/explain.ts';
import { leadTimeMs, ordered, predictRisks, type RiskModel } from '../../../src/predict/risk/model.ts';
import { parseRiskModel, riskModelText } from '../../../src/predict/risk/model-file.ts';
import { overFeatures } from '../../../src/predict/risk/over-features.ts';
import { type RiskReport, riskReport } from '../../../src/predict/risk/report.ts';
import { RISK_TRAIN_DEFAULTS, trainRisk } from '../../../src/predict/risk/train.ts';
import { MODEL, TrialRun } from '../../../src/predict/risk/trial.ts';
import { logit } from '../../../src/predict/trees/losses.ts';
import { smallDataset } from '../live/risk-model.ts';
import { MINUTE, ringNetwork, START_MS, type WorldOptions, worldBlocks } from './world.ts';

const network = ringNetwork(10);
const STEP_MINUTES = 30;
const OPTIONS = {
  ...RISK_TRAIN_DEFAULTS,
  boost: { ...RISK_TRAIN_DEFAULTS.boost, treeCount: 20, maxDepth: 3, learningRate: 0.1 },
  forest: { ...RISK_TRAIN_DEFAULTS.forest, treeCount: 5 },
};
const ANNOUNCED = { days: 6, mtbfHours: 12, announced: 0.7 };
const NULL_WORLD = { ...ANNOUNCED, days: 12, mtbfHours: 8, announced: 0 };

function walk(options: WorldOptions, visit: ConstructorParameters<typeof RiskCollector>[1]) {
  const range = { network, fromMs: START_MS, toMs: START_MS + options.days * 1440 * MINUTE };
  const collector = new RiskCollector({ ...range, stepMinutes: STEP_MINUTES, warmUpMinutes: 120 }, visit);
  for (const block of worldBlocks(network, options)) collector.add(block);
  return collector.finish();
}

function datasetOf(options: WorldOptions): RiskDataset {
  const builder = new DatasetBuilder({ keepOneIn: 3 }, createRng(1));
  walk(options, (moment) => builder.add(moment, 0));
  return builder.dataset();
}

/** How a model does in a world with other dice. */
function tried(model: RiskModel, options: WorldOptions): RiskReport {
  const run = new TrialRun(model, STEP_MINUTES);
  const labeller = walk(options, (moment) => run.see(moment));
  return riskReport([run.finish(labeller)], createRng(2));
}

const own = (report: RiskReport) => report.scorers.find(({ name }) => name === MODEL) as RiskReport['scorers'][number];
const prevalence = (report: RiskReport) => report.horizons.at(-1)?.prevalence as number;

const dataset = datasetOf({ seed: 1, ...ANNOUNCED });
const model = trainRisk(dataset, OPTIONS);
const report = tried(model, { seed: 2, ...ANNOUNCED });

describe('a risk model', { timeout: 120_000 }, () => {
  it('foresees what announces itself, ahead of every rule, and says how likely it is', () => {
    const scorer = own(report);
    expect(report.failures).toBeGreaterThan(50);
    expect(scorer.interval.low).toBeGreaterThan(1.25 * prevalence(report));
    for (const rule of report.scorers.filter(({ name }) => name !== MODEL && name !== 'logistic regression')) {
      expect(scorer.averagePrecision, rule.name).toBeGreaterThan(rule.averagePrecision);
    }
    expect(report.horizons[1]?.calibrationError).toBeLessThan(0.04);
    expect(report.horizons[0]?.brierSkill).toBeGreaterThan(0.05);
  });

  it('is the same for the same data and seed, and another one for another seed', () => {
    const few = { ...OPTIONS, boost: { ...OPTIONS.boost, treeCount: 3 }, forest: { ...OPTIONS.forest, treeCount: 2 } };
    const text = (seed: number) => riskModelText(trainRisk(dataset, { ...few, seed }));
    const first = text(1);
    expect(text(1)).toBe(first);
    expect(text(2)).not.toBe(first);
  });

  it('says the same when it was written and read', () => {
    const copy = parseRiskModel(riskModelText(model));
    expect(predictRisks(copy, dataset.table)).toEqual(predictRisks(model, dataset.table));
    const [one, other] = [model, copy].map(({ horizons }) =>
      contributionsOf(horizons[2] as never, dataset.table.values),
    );
    expect(other).toEqual(one);
  });

  it('is refused when it is damaged, with a reason', () => {
    const text = riskModelText(model);
    const file = JSON.parse(text) as { horizons: { boosted: Record<string, string> }[]; features: string[] };
    const broken = (change: (copy: typeof file) => void) => {
      const copy = structuredClone(file);
      change(copy);
      return JSON.stringify(copy);
    };
    const trees = (copy: typeof file) => copy.horizons[2]?.boosted as Record<string, string>;
    const cases = [
      text.slice(0, -20),
      '{}',
      broken((copy) => copy.horizons.pop()),
      broken((copy) => copy.features.push('more')),
      broken((copy) => Object.assign(trees(copy), { left: trees(copy).right, right: trees(copy).roots })),
      broken((copy) => Object.assign(trees(copy), { threshold: 'AAAAAA==' })),
      broken((copy) =>
        Object.assign(trees(copy), {
          left: Buffer.alloc(Buffer.from(trees(copy).left as string, 'base64').length).toString('base64'),
        }),
      ),
    ];
    for (const each of cases)
      expect(() => parseRiskModel(each)).toThrowError(expect.objectContaining({ code: 'DETOUR_ERR_MODEL' }));
  });

  it('learns nothing but when to stop from the worlds that are for that', () => {
    const { boost, forest } = OPTIONS;
    const few = {
      ...{ ...OPTIONS, calibrationWorlds: [1], stoppingWorlds: [2] },
      boost: { ...boost, treeCount: 8, patience: 2, minLeafWeight: 2 },
      forest: { ...forest, treeCount: 2 },
    };
    const learnt = (flip: boolean) => {
      const parts = [11, 12, 13].map((seed, world) => {
        const part = smallDataset(400, seed);
        const within = part.within.map((own) => own.map((label) => (flip && world === 2 ? 1 - label : label)));
        return { ...part, within, world: part.world.map(() => world) };
      });
      const last = trainRisk(joinDatasets(parts), few).horizons.at(-1) as RiskModel['horizons'][number];
      return last.ensemble.members;
    };
    const [told, misled] = [learnt(false), learnt(true)];
    expect(misled.logistic).toEqual(told.logistic);
    expect(misled.forest).toEqual(told.forest);
    expect(misled.boosted.roots.length).toBeLessThan(told.boosted.roots.length);
  });

  it('refuses to learn from too little', () => {
    const calm = datasetOf({ seed: 4, days: 2, mtbfHours: 1e6, announced: 0 });
    expect(() => trainRisk(calm, OPTIONS)).toThrowError(/too few failures to learn from/);
  });

  it('says the same over more features in another order, and nothing where one of its own is missing', () => {
    const { names, values, rowCount } = dataset.table;
    const wider = ['news', ...names.slice(5), 'more', ...names.slice(0, 5)];
    const places = wider.map((name) => names.indexOf(name));
    const moved = Float32Array.from({ length: rowCount * wider.length }, (_, at) => {
      const place = places[at % wider.length] as number;
      return place < 0 ? 7 : (values[Math.floor(at / wider.length) * names.length + place] as number);
    });
    const over = overFeatures(model, wider) as RiskModel;
    const table = { names: wider, rowCount, values: moved };
    expect(predictRisks(over, table)).toEqual(predictRisks(model, dataset.table));
    const [own, others] = [model, over].map(({ horizons }) => horizons[2] as RiskModel['horizons'][number]);
    const told = contributionsOf(own as never, values, names.length);
    const contributions = contributionsOf(others as never, moved, wider.length);
    contributions.forEach((each, at) => {
      expect(each).toBeCloseTo(places[at] === -1 ? 0 : (told[places[at] as number] as number), 9);
    });
    expect(overFeatures(model, names.slice(1))).toBeNull();
  });

  it('explains its log odds: contributions add up to the distance from the average row', () => {
    const width = dataset.table.names.length;
    const horizon = model.horizons[2] as RiskModel['horizons'][number];
    const differences = Array.from({ length: 200 }, (_, row) => {
      const margin = logit(probabilityOf(horizon.ensemble, dataset.table.values, row * width));
      return margin - contributionsOf(horizon, dataset.table.values, row * width).reduce((sum, each) => sum + each, 0);
    });
    for (const each of differences) expect(each).toBeCloseTo(differences[0] as number, 3);
  });

  it('names errors first where errors announce it, and what to look at', () => {
    const chances = predictRisks(model, dataset.table)[2] as Float64Array;
    const riskiest = chances.indexOf(Math.max(...chances));
    const factors = topFactors(model.horizons[2] as never, dataset.table.values, riskiest * dataset.table.names.length);
    expect(factors[0]?.group).toBe('errors');
    expect(factors[0]?.text).toMatch(/errors .*: \d\.\de-\d|decades/);
    expect(remedyOf(factors)).toBe('check-optics');
  });
});

// Seconds of work; a busy machine may take its time.
describe('leaks', { timeout: 120_000 }, () => {
  it('a model that learnt shuffled labels knows no more than the prevalence', () => {
    const rng = createRng(5);
    const order = Array.from(dataset.weights.keys());
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = rng.below(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    const shuffle = (values: Float32Array) => Float32Array.from(order, (row) => values[row] as number);
    const shuffled = { ...dataset, within: dataset.within.map(shuffle), weights: shuffle(dataset.weights) };
    const { interval } = own(tried(trainRisk(shuffled, OPTIONS), { seed: 2, ...ANNOUNCED }));
    expect(interval.low).toBeLessThan(1.15 * prevalence(report));
  });

  it('a world without precursors shows no skill', () => {
    const blind = tried(trainRisk(datasetOf({ seed: 7, ...NULL_WORLD }), OPTIONS), { seed: 8, ...NULL_WORLD });
    const { interval } = own(blind);
    expect(interval.low).toBeLessThan(prevalence(blind));
    expect(blind.horizons.at(-1)?.brierSkill).toBeLessThan(0.02);
  });
});

describe('what a risk is called', () => {
  it('follows the chance of the longest horizon', () => {
    const names = [0.2, 0.21, 0.4, 0.41, 0.6, 0.61, 0.8, 0.81].map(riskLevelOf);
    expect(names).toEqual(['minimal', 'low', 'low', 'medium', 'medium', 'high', 'high', 'critical']);
  });

  it('never falls with the horizon', () => {
    const chances = ordered([Float64Array.of(0.3, 0.1), Float64Array.of(0.2, 0.2), Float64Array.of(0.5, 0.1)]);
    expect(chances.map((each) => [...each])).toEqual([
      [0.3, 0.1],
      [0.3, 0.2],
      [0.5, 0.2],
    ]); // prettier-ignore
  });

  it('tells by when half of the chance has come', () => {
    expect(leadTimeMs([0.3, 0.4, 0.5])).toBe(25 * MINUTE);
    expect(leadTimeMs([0, 0, 0.6])).toBe(210 * MINUTE);
    expect(leadTimeMs([0, 0.05, 0.1])).toBeNull();
  });

  it('recommends by level and by what weighs most', () => {
    const factor = (group: 'optics' | 'device' | 'load' | 'past', weight: number) => ({
      ...{ feature: group, group, value: 1, unit: '', weight, text: group },
    });
    expect(recommend(0.9, [factor('optics', 2)])).toBe('drain');
    expect(recommend(0.5, [factor('optics', 2), factor('device', 1)])).toBe('check-optics');
    expect(recommend(0.5, [factor('load', 2)])).toBe('add-capacity');
    expect(recommend(0.3, [factor('past', 2), factor('device', 1)])).toBe('watch');
    expect(recommend(0.1, [factor('optics', 2)])).toBe('none');
  });
});
