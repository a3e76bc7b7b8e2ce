import { type Static, Type } from 'typebox';
import { messageOf } from '../core/errors.ts';
import { nullable } from '../core/schema.ts';
import { shareReads } from '../core/share-reads.ts';
import type { ApiDeps } from './deps.ts';

const METRICS = ['cpuRatio', 'memoryRatio', 'temperatureCelsius', 'activeSessions'] as const;
type Metric = (typeof METRICS)[number];

/** Readings that are older say nothing of now. */
const WINDOW_MS = 10 * 60_000;
/** The history is asked at most so often, however many ask: readings come every ten seconds at the soonest. */
const HOLD_MS = 10_000;

const Figure = (description: string) => nullable(Type.Number({ description }));

/** What a router told of itself last. */
export const DeviceReadingsSchema = Type.Object({
  cpuRatio: Figure('0..1, of its busiest processor'),
  memoryRatio: Figure('0..1, of its main memory'),
  temperatureCelsius: Figure('of its hottest sensor'),
  activeSessions: Figure('subscribers that are connected'),
  atMs: nullable(Type.Number({ description: 'begin of the minutes that the newest of them is from' })),
  unknown: Type.Record(Type.String(), Type.String(), { description: 'why a figure is null, by its name' }),
});
export type DeviceReadings = Static<typeof DeviceReadingsSchema>;

/** Readings of every device that told any, or why nothing can be known. */
export interface ReadingsNow {
  readonly byDevice: ReadonlyMap<
    string,
    Readonly<Partial<Record<Metric, { readonly value: number; readonly atMs: number }>>>
  >;
  readonly problem: string | null;
}

/** A reader of the newest readings of all devices, from the history. Never rejects: what cannot be read is unknown. */
export function deviceReadingsReader({
  history,
  clock,
}: Pick<ApiDeps, 'history' | 'clock'>): () => Promise<ReadingsNow> {
  let held: { readonly atMs: number; readonly now: ReadingsNow } | null = null;
  const read = shareReads(async () => {
    const atMs = clock.nowMs();
    held = { atMs, now: await readNow(history, atMs) };
    return held.now;
  });
  return async () => {
    const ageMs = held === null ? Infinity : clock.nowMs() - held.atMs;
    return held !== null && ageMs >= 0 && ageMs < HOLD_MS ? held.now : read();
  };
}

async function readNow(history: ApiDeps['history'], nowMs: number): Promise<ReadingsNow> {
  const span = { fromMs: nowMs - WINDOW_MS, toMs: nowMs, stepMs: WINDOW_MS / 2 };
  try {
    const answer = await history.range({ kind: 'device', ids: null, metrics: [...METRICS], ...span });
    const byDevice = new Map<string, Partial<Record<Metric, { value: number; atMs: number }>>>();
    for (const { id, metric, last } of answer.series) {
      const at = last.findLastIndex((value) => value !== null);
      if (at < 0) continue;
      const known = byDevice.get(id) ?? {};
      byDevice.set(id, known);
      known[metric as Metric] = { value: last[at] as number, atMs: answer.fromMs + at * answer.stepMs };
    }
    return { byDevice, problem: null };
  } catch (error) {
    return { byDevice: new Map(), problem: `the history cannot be read: ${messageOf(error)}` };
  }
}

/** The readings of one device as the API shows them. */
export function readingsOf({ byDevice, problem }: ReadingsNow, deviceId: string): DeviceReadings {
  const own = byDevice.get(deviceId) ?? {};
  const reason = problem ?? `it told none within ${WINDOW_MS / 60_000} min`;
  const missing = METRICS.filter((metric) => own[metric] === undefined);
  const times = METRICS.flatMap((metric) => own[metric]?.atMs ?? []);
  const figureOf = (metric: Metric) => own[metric]?.value ?? null;
  return {
    cpuRatio: figureOf('cpuRatio'),
    memoryRatio: figureOf('memoryRatio'),
    temperatureCelsius: figureOf('temperatureCelsius'),
    activeSessions: figureOf('activeSessions'),
    atMs: times.length === 0 ? null : Math.max(...times),
    unknown: Object.fromEntries(missing.map((metric) => [metric, reason])),
  };
}
