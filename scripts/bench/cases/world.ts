import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/core/paths.ts';
import type { OfflineDay } from '../../../src/telemetry/simulator/offline/day.ts';
import { runOffline } from '../../../src/telemetry/simulator/offline/run.ts';
import { loadScenario } from '../../../src/telemetry/simulator/scenario.ts';
import { loadNetwork } from '../../../topology/files.ts';
import { aligned, type Bench, type Measure, measure } from '../harness.ts';
import { average, loadFigures, logSteps, quantile, roundTripFigures } from '../world/figures.ts';
import { type RealSeries, realSeries } from '../world/real.ts';
import { collectSimulated, type SimulatedSeries } from '../world/simulated.ts';

const SERIES_FOLDER = join(PACKAGE_ROOT, '..', 'shared', 'data', 'series');
const START_MS = Date.UTC(2026, 0, 5);
const [DAYS, MANY_DAYS] = [14, 28];
/** Mean longitude of the network is 93 degrees west: local time for its days. */
const LOCAL_MS = -6.2 * 3_600_000;
const [UNHEALTHY, MINUTE_MS] = [2, 60_000];

/** How fast days are simulated offline, and how the calibrated world compares with what was asked for and with real series. */
export const bench: Bench = {
  name: 'world',
  summary: 'seconds a simulated day of backbone-100 takes offline; the calibrated world beside real series',
  async *run({ full, flags }) {
    const { network } = await loadNetwork('backbone-100');
    const scenario = await loadScenario('calibrated');
    const days = full ? MANY_DAYS : DAYS;
    const cost: number[] = [];
    const unexplained = { minutes: 0, all: 0 };
    const options = { network, demands: null, scenario, seed: 1, startMs: START_MS, days };
    const simulated = collectSimulated(watched(runOffline(options), cost, unexplained), LOCAL_MS);
    const lower = { bench: 'world', better: 'lower' } as const;
    yield measure({
      ...lower,
      metric: 'day-of-backbone-100',
      value: quantile(cost, 0.5),
      unit: 's of CPU',
      must: 20,
      aim: 3,
    });
    yield measure({
      ...lower,
      metric: 'unhealthy-without-a-failure',
      value: unexplained.minutes / unexplained.all,
      unit: 'of link minutes',
    });
    const comparison = compare(simulated, await realSeries(flags.data ?? SERIES_FOLDER));
    process.stderr.write(
      `${aligned([['figure', 'asked for', 'simulated', 'real series', 'how many'], ...comparison.map(rowOf)])}\n`,
    );
    yield* comparison.flatMap(measuresOf);
  },
};

/** Takes the time of each day, and counts what is unhealthy although nothing has failed. */
function* watched(
  days: Iterable<OfflineDay>,
  cost: number[],
  unexplained: { minutes: number; all: number },
): Iterable<OfflineDay> {
  let since = process.cpuUsage();
  const truth: OfflineDay['truth'][number][] = [];
  for (const day of days) {
    const { user, system } = process.cpuUsage(since);
    cost.push((user + system) / 1e6);
    truth.push(...day.truth.filter(({ isFailure }) => isFailure));
    for (const { metric, id, values, atMs } of day.series) {
      if (metric !== 'state') continue;
      const own = truth.flatMap(({ links, onsetMs, endMs }) => {
        const at = links.indexOf(id);
        return at < 0 ? [] : [[onsetMs - MINUTE_MS, endMs[at] as number] as const];
      });
      unexplained.all += values.length;
      values.forEach((state, at) => {
        const ms = atMs[at] as number;
        if (state >= UNHEALTHY && !own.some(([from, to]) => ms >= from && ms < to)) unexplained.minutes += 1;
      });
    }
    yield day;
    since = process.cpuUsage();
  }
}

interface Compared {
  readonly metric: string;
  readonly unit: string;
  readonly asked: number;
  readonly simulated: number;
  /** NaN where the folder has no such series. */
  readonly real: number;
  readonly count: string;
}

function compare(simulated: SimulatedSeries, real: RealSeries): Compared[] {
  const [own, theirs] = [simulated, real].map(figuresOf) as [Figures, Figures];
  const row = (metric: string, unit: string, asked: number, pick: (from: Figures) => number, kind: Kind): Compared => ({
    ...{ metric, unit, asked, simulated: pick(own), real: pick(theirs) },
    count: `${simulated[kind].length} / ${real[kind].length}`,
  });
  const shift = (share: number) => (from: Figures) => quantile(from.shiftsMs, share);
  return [
    row('load-trough-to-peak', '', 0.6, ({ trough }) => trough, 'loads'),
    row('load-weekend-ratio', '', 0.7, ({ weekend }) => weekend, 'loads'),
    row('load-log-residual-sd', '', 0.18, ({ residualSd }) => residualSd, 'loads'),
    row('load-residual-correlation-5min', '', 0.94, ({ residualCorrelation }) => residualCorrelation, 'loads'),
    row('rtt-jitter', 'ms', 0.13, ({ jitterMs }) => jitterMs, 'roundTrips'),
    row('rtt-shifts-a-day', '', 0.7, ({ shiftsPerDay }) => shiftsPerDay, 'roundTrips'),
    row('rtt-shift-p10', 'ms', 2, shift(0.1), 'roundTrips'),
    row('rtt-shift-p50', 'ms', 9, shift(0.5), 'roundTrips'),
    row('rtt-shift-p90', 'ms', 39, shift(0.9), 'roundTrips'),
    row('bit-error-log10-step-p50', '', 0.013, ({ steps }) => quantile(steps, 0.5), 'bitErrors'),
    row('bit-error-log10-step-p99', '', 0.16, ({ steps }) => quantile(steps, 0.99), 'bitErrors'),
  ];
}

type Kind = keyof RealSeries;
type Figures = ReturnType<typeof figuresOf>;

/** Medians over the series; sizes and steps of all of them together. */
function figuresOf({ loads, roundTrips, bitErrors }: RealSeries) {
  const rhythms = loads.flatMap((each) => loadFigures(each) ?? []);
  const trips = roundTrips.map(roundTripFigures);
  const median = (values: readonly number[]) => quantile(values, 0.5);
  return {
    trough: median(rhythms.map(({ troughRatio }) => troughRatio)),
    weekend: median(rhythms.map(({ weekendRatio }) => weekendRatio)),
    residualSd: median(rhythms.map(({ residualSd }) => residualSd)),
    residualCorrelation: median(rhythms.map(({ residualCorrelation }) => residualCorrelation)),
    jitterMs: median(trips.map(({ jitterMs }) => jitterMs)),
    shiftsPerDay: average(trips.map(({ shiftsPerDay }) => shiftsPerDay)),
    shiftsMs: trips.flatMap(({ shiftsMs }) => shiftsMs),
    steps: bitErrors.flatMap(logSteps),
  };
}

function rowOf({ metric, unit, asked, simulated, real, count }: Compared): string[] {
  const text = (value: number) => (Number.isFinite(value) ? `${Number(value.toPrecision(3))} ${unit}`.trim() : 'none');
  return [metric, text(asked), text(simulated), text(real), count];
}

function measuresOf({ metric, unit, asked, simulated, real }: Compared): Measure[] {
  const about = { bench: 'world', unit, better: 'lower' } as const;
  const own = measure({ ...about, metric, value: simulated });
  const off = measure({ ...about, unit: 'x', metric: `${metric}-against-asked`, value: simulated / asked });
  return Number.isFinite(real) ? [own, off, measure({ ...about, metric: `${metric}-real`, value: real })] : [own, off];
}
