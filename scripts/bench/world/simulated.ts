import type { RegularSeries } from '../../../src/predict/forecast/series.ts';
import type { FailureTruth, OfflineDay } from '../../../src/telemetry/simulator/offline/day.ts';

const MINUTE_MS = 60_000;

/** What a comparison needs of an offline run, at the steps of the real series; the rest is let go day by day. */
export interface SimulatedSeries {
  /** Loads at 5 min, means. */
  readonly loads: readonly RegularSeries[];
  /** Round trips at 4 min: both directions of a link together. */
  readonly roundTrips: readonly RegularSeries[];
  /** Pre-FEC bit error ratios, hourly means. */
  readonly bitErrors: readonly RegularSeries[];
  readonly truth: readonly FailureTruth[];
}

/** How many links, evenly over the network, loads and round trips are taken of. */
const LINKS = 40;
/** What carries only probes has no rhythm. */
const LEAST_LOAD_BPS = 5e7;

/**
 * @param offsetMs added to the times of loads: with it they are local, as the days of real series are
 */
export function collectSimulated(days: Iterable<OfflineDay>, offsetMs: number): SimulatedSeries {
  const series = new Map<string, { step: number; values: number[]; startMs: number }>();
  const truth: FailureTruth[] = [];
  for (const day of days) {
    truth.push(...day.truth);
    take(day, series);
  }
  const of = (what: string) =>
    [...series].flatMap(([key, { step, values, startMs }]) => {
      const [kind, id] = key.split(' ') as [string, string];
      const stepMs = step * MINUTE_MS;
      return kind === what ? [{ id, startMs: startMs + offsetMs, stepMs, values: Float64Array.from(values) }] : [];
    });
  const loads = of('load').filter(({ values }) => meanOf(values, 0, values.length) > LEAST_LOAD_BPS);
  return { loads, roundTrips: of('rtt'), bitErrors: of('ber'), truth };
}

function take(day: OfflineDay, into: Map<string, { step: number; values: number[]; startMs: number }>): void {
  const latency = new Map<string, Float32Array>();
  const add = (key: string, step: number, values: ArrayLike<number>): void => {
    const known = into.get(key) ?? { step, values: [], startMs: day.fromMs };
    for (let at = 0; at < values.length; at += step) known.values.push(meanOf(values, at, step));
    into.set(key, known);
  };
  const arcs = new Set(day.series.filter(({ metric }) => metric === 'loadBps').map(({ id }) => id));
  const every = Math.max(1, Math.floor(arcs.size / 2 / LINKS));
  const chosen = new Set([...arcs].filter((_id, at) => Math.floor(at / 2) % every === 0));
  for (const { id, metric, values } of day.series) {
    if (metric === 'loadBps' && chosen.has(id)) add(`load ${id}`, 5, values);
    if (metric === 'latencyMs' && chosen.has(id)) latency.set(id, values);
    if (metric === 'preFecBitErrorRatio') add(`ber ${id}`, 60, values);
  }
  for (const [id, az] of latency) {
    const za = latency.get(id.replace(/:az$/, ':za'));
    if (!id.endsWith(':az') || za === undefined) continue;
    // A probe sees one moment, not the mean of four minutes.
    const trips = az.map((ms, at) => (at % 4 === 0 ? ms + (za[at] as number) : Number.NaN));
    add(`rtt ${id}`, 4, trips);
  }
}

/** Mean of the known ones. */
function meanOf(values: ArrayLike<number>, from: number, count: number): number {
  let [sum, known] = [0, 0];
  for (let at = from; at < from + count; at += 1) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? Number.NaN : sum / known;
}
