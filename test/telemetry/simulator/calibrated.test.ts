import { describe, expect, it } from 'vitest';
import { average, loadFigures, logSteps, quantile, roundTripFigures } from '../../../scripts/bench/world/figures.ts';
import { collectSimulated } from '../../../scripts/bench/world/simulated.ts';
import { createRng } from '../../../src/core/rng.ts';
import { failureSchedule } from '../../../src/telemetry/simulator/ailments.ts';
import { endOf, type Failure } from '../../../src/telemetry/simulator/failures/failure.ts';
import { mediumOf } from '../../../src/telemetry/simulator/instruments/optics.ts';
import { runOffline } from '../../../src/telemetry/simulator/offline/run.ts';
import { tableOfLinks } from '../../../src/telemetry/simulator/plant.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { compileGraph } from '../../../src/twin/compiled.ts';
import { buildGraph } from '../../../src/twin/graph.ts';
import { loadNetwork } from '../../../topology/files.ts';

const YEAR = 365 * 86_400;

async function drawYears(scenarioName: string, years: number, seed = 1) {
  const { network } = await loadNetwork('backbone-100');
  const scenario = await loadScenario(scenarioName);
  const graph = compileGraph(buildGraph(network));
  const links = tableOfLinks(network, graph);
  const media = network.links.map((link) => mediumOf(link, scenario.optics));
  const hours = new Float64Array(graph.nodeCount);
  const schedule = failureSchedule(graph, links, scenario, media, createRng(seed), hours);
  if (!schedule) throw new Error(`${scenarioName} has no failures`);
  const drawn = schedule.drawUntil(years * YEAR).filter(({ onsetAt }) => onsetAt >= 0 && onsetAt < years * YEAR);
  return { drawn, linkCount: network.links.length, hours: years * 365 * 24 };
}

const unplanned = (drawn: readonly Failure[]) => drawn.filter(({ planned, isFailure }) => isFailure && !planned);
const near = (value: number, expected: number, tolerance: number) =>
  expect(Math.abs(value / expected - 1), `${value} is not within ${tolerance} of ${expected}`).toBeLessThan(tolerance);
const deciles = (values: readonly number[]) => [0.1, 0.5, 0.9].map((share) => quantile(values, share));

/** Lengths of the outages of each link, hours. */
function outagesByLink(failures: readonly Failure[], linkCount: number): number[][] {
  const outages = Array.from({ length: linkCount }, (): number[] => []);
  for (const { links, endsAt, onsetAt } of failures) {
    links.forEach((link, at) => {
      outages[link]?.push(((endsAt[at] as number) - onsetAt) / 3600);
    });
  }
  return outages;
}

describe('the failures of the calibrated world', async () => {
  const { drawn, linkCount, hours } = await drawYears('calibrated', 60);
  const failures = unplanned(drawn);
  const outages = outagesByLink(failures, linkCount);

  it('come as seldom, and as differently often, as asked for', () => {
    const mtbf = deciles(outages.map((own) => hours / own.length));
    [475, 1876, 7420].forEach((expected, at) => {
      near(mtbf[at] as number, expected, 0.12);
    });
  });

  it('take as long to repair as asked for', () => {
    const repair = deciles(outages.map(average));
    [1.8, 12.3, 83].forEach((expected, at) => {
      near(repair[at] as number, expected, 0.2);
    });
    const short = outages.flat().filter((each) => each < 1);
    expect(short.length / outages.flat().length).toBeGreaterThan(0.5);
    expect(short.filter((each) => each < 1 / 6).length / short.length).toBeGreaterThan(0.75);
    const cuts = failures.filter(({ kind }) => kind === 'fibre-cut');
    expect(
      quantile(
        cuts.map((cut) => (endOf(cut) - cut.onsetAt) / 3600),
        0.5,
      ),
    ).toBeGreaterThan(9);
  });

  it('are planned, and shared by several links, as often as asked for', () => {
    const all = drawn.filter(({ isFailure }) => isFailure);
    near((all.length - failures.length) / all.length, 0.2, 0.05);
    near(failures.filter(({ links }) => links.length > 1).length / failures.length, 0.3, 0.05);
  });

  it('announce themselves in a third of all cases, 5 min to 24 h before', () => {
    const announced = failures.flatMap(({ precursor, onsetAt }) => (precursor ? [onsetAt - precursor.startsAt] : []));
    const share = announced.length / failures.length;
    expect(share).toBeGreaterThan(0.31);
    expect(share).toBeLessThan(0.35);
    expect(Math.min(...announced)).toBeGreaterThanOrEqual(300 - 1e-6);
    expect(Math.max(...announced)).toBeLessThanOrEqual(86_400 + 1e-6);
    // Log-uniform: half of them lie below the geometric mean of the ends.
    near(quantile(announced, 0.5), Math.sqrt(300 * 86_400), 0.1);
    near(quantile(announced, 0.25), 300 ** 0.75 * 86_400 ** 0.25, 0.1);
  });

  it('are as many as the precursors that come to nothing', () => {
    const announced = failures.filter(({ precursor }) => precursor !== null);
    near(drawn.filter(({ isFailure }) => !isFailure).length / announced.length, 1, 0.08);
  });

  it('have all kinds', () => {
    const kinds = new Set(drawn.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      ['black-hole', 'corruption', 'equipment', 'fibre-cut', 'flapping', 'maintenance', 'optical-decay', 'outage']
        .concat('overheating', 'overload')
        .sort(),
    );
  });
});

describe('the null world', async () => {
  const { drawn, linkCount, hours } = await drawYears('null', 20);

  it('has one failure at a time, unannounced, of links that are all alike', () => {
    expect(
      drawn.every(
        ({ links, precursor, planned, isFailure }) => links.length === 1 && !precursor && !planned && isFailure,
      ),
    ).toBe(true);
    const counts = outagesByLink(drawn, linkCount).map((own) => own.length);
    near(average(counts), hours / 1000, 0.03);
    // Poisson: the variance of the counts is their mean.
    const mean = average(counts);
    near(average(counts.map((count) => (count - mean) ** 2)), mean, 0.5);
  });

  it('forgets: how long the last failure was ago says nothing', () => {
    const onsets = new Map<number, number[]>();
    for (const { links, onsetAt } of drawn)
      for (const link of links) onsets.set(link, [...(onsets.get(link) ?? []), onsetAt]);
    const gaps = [...onsets.values()].flatMap((own) =>
      own.slice(1).map((at, before) => (at - (own[before] as number)) / 3600),
    );
    // Of an exponential distribution: mean and sd are the same.
    const mean = average(gaps);
    near(Math.sqrt(average(gaps.map((gap) => (gap - mean) ** 2))), mean, 0.05);
  });
});

describe('the schedule', () => {
  it('is the same however far and in which steps it is read', async () => {
    const [whole, part] = await Promise.all([drawYears('calibrated', 2), drawYears('calibrated', 1)]);
    expect(whole.drawn.filter(({ onsetAt }) => onsetAt < 0.9 * YEAR)).toEqual(
      part.drawn.filter(({ onsetAt }) => onsetAt < 0.9 * YEAR),
    );
    const other = await drawYears('calibrated', 1, 2);
    expect(other.drawn[0]).not.toEqual(part.drawn[0]);
  });
});

describe('the series of the calibrated world', async () => {
  const { network } = await loadNetwork('abilene');
  // Fast enough to be coherent.
  const links = network.links.map((link) => ({ ...link, capacityBps: { az: 1e11, za: 1e11 } }));
  const options = { network: { ...network, links }, demands: null, scenario: await loadScenario('calibrated') };
  const days = [...runOffline({ ...options, seed: 3, startMs: Date.UTC(2026, 0, 5), days: 21 })];
  const simulated = collectSimulated(days, -6.2 * 3_600_000);
  const median = (values: readonly number[]) => quantile(values, 0.5);

  it('have the rhythm and the residual of real loads', () => {
    const figures = simulated.loads.flatMap((each) => loadFigures(each) ?? []);
    expect(figures.length).toBeGreaterThan(20);
    near(median(figures.map(({ troughRatio }) => troughRatio)), 0.6, 0.12);
    near(median(figures.map(({ weekendRatio }) => weekendRatio)), 0.7, 0.08);
    near(median(figures.map(({ residualSd }) => residualSd)), 0.18, 0.35);
    near(median(figures.map(({ residualCorrelation }) => residualCorrelation)), 0.94, 0.02);
  });

  it('have the jitter and the changes of way of real round trips', () => {
    const figures = simulated.roundTrips.map(roundTripFigures);
    near(median(figures.map(({ jitterMs }) => jitterMs)), 0.13, 0.15);
    near(average(figures.map(({ shiftsPerDay }) => shiftsPerDay)), 0.7, 0.25);
    near(median(figures.flatMap(({ shiftsMs }) => shiftsMs)), 9, 0.3);
  });

  it('have bit errors that drift as real ones do, and stay below the limit while a link is up', () => {
    const steps = simulated.bitErrors.flatMap(logSteps);
    near(quantile(steps, 0.5), 0.013, 0.35);
    near(quantile(steps, 0.99), 0.16, 0.5);
    const highest = Math.max(...simulated.bitErrors.flatMap(({ values }) => [...values].filter((value) => value > 0)));
    expect(highest).toBeLessThanOrEqual(10 ** -1.7 * 1.0001);
  });

  it('are the same for the same seed, however many days are asked for', () => {
    const [first] = [...runOffline({ ...options, seed: 3, startMs: Date.UTC(2026, 0, 5), days: 1 })];
    const same = days[0]?.series.every(
      ({ metric, id, values }, at) =>
        first?.series[at]?.metric === metric &&
        first.series[at].id === id &&
        Buffer.compare(Buffer.from(values.slice().buffer), Buffer.from(first.series[at].values.slice().buffer)) === 0,
    );
    expect(same).toBe(true);
    expect(first?.truth).toEqual(days[0]?.truth);
  });

  it('show what the truth says, and nothing of it before it begins', () => {
    const failures = days.flatMap(({ truth }) => truth).filter(({ isFailure, onsetMs }) => isFailure && onsetMs > 0);
    const state = new Map<string, number>();
    for (const day of days) {
      for (const { metric, id, atMs, values } of day.series) {
        if (metric !== 'state') continue;
        for (const [at, ms] of atMs.entries()) state.set(`${id} ${ms}`, values[at] as number);
      }
    }
    const minuteOf = (ms: number) => Math.floor(ms / 60_000) * 60_000;
    const shown = failures.flatMap(({ links: own, onsetMs }) =>
      own.map((id) => state.get(`${id} ${minuteOf(onsetMs)}`)),
    );
    const known = shown.filter((level) => level !== undefined);
    expect(known.length).toBeGreaterThan(5);
    expect(Math.min(...known)).toBeGreaterThanOrEqual(2);
  });
});
