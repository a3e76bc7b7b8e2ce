import { join } from 'node:path';
import { ManualClock } from '../../src/core/clock.ts';
import type { ForesightDeps, RunEngine } from '../../src/foresight/deps.ts';
import type { HistoryReader, RangeQuery, SeriesRange } from '../../src/history/history.ts';
import { PredictionEngine } from '../../src/predict/live/prediction-engine.ts';
import { ModelRegistry } from '../../src/predict/registry/registry.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { linkState, NETWORK, writeStates } from '../api/harness.ts';
import { tempDir } from '../support/temp-dir.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** A full hour, so that steps and minutes begin together. */
export const BEGIN_MS = Math.floor(1_700_000_000_000 / HOUR_MS) * HOUR_MS;

/** What a series was at a moment; null where nothing is known. */
export type Past = (kind: string, id: string, metric: string, atMs: number) => number | null;

/** History by a function, as the reader would give it. */
export function historyOf(
  past: Past,
  known: Readonly<Record<string, readonly string[]>>,
): Pick<HistoryReader, 'range'> {
  return {
    range: async ({ kind, ids, metrics, fromMs, toMs, stepMs }: RangeQuery) => {
      const begin = Math.floor(fromMs / stepMs) * stepMs;
      const buckets = Math.max(0, Math.ceil((toMs - begin) / stepMs));
      const names = (known[kind] ?? []).filter((metric) => metrics === null || metrics.includes(metric));
      const series = (ids ?? []).flatMap((id) =>
        names.map((metric): SeriesRange => {
          const values = Array.from({ length: buckets }, (_, at) => past(kind, id, metric, begin + at * stepMs));
          const count = values.map((value) => (value === null ? 0 : 1));
          return { id, metric, count, min: values, max: values, mean: values, last: values, p95: values };
        }),
      );
      return { fromMs: begin, stepMs, buckets, resolution: '1m' as const, series };
    },
  };
}

export const KNOWN = {
  link: ['state', 'statusPoints'],
  arc: ['utilisation', 'lossRatio', 'latencyMs'],
  device: ['cpuRatio'],
};

export const usual: Past = (_kind, id, metric, atMs) => {
  if (metric === 'state' || metric === 'statusPoints' || metric === 'lossRatio') return 0;
  const swing = Math.sin((2 * Math.PI * atMs) / (24 * HOUR_MS));
  if (metric === 'latencyMs') return 5;
  return 0.3 + 0.1 * swing + 0.01 * ((id.charCodeAt(0) + atMs / MINUTE_MS) % 3);
};

/** Everything that rounds work with, in this thread. */
export async function foresightScene(past: Past = usual, nowMs = BEGIN_MS) {
  const clock = new ManualClock(nowMs);
  const store = createMemoryStore({ networkName: 'square', partitions: 1, clock });
  const root = tempDir();
  const folders = { folder: join(root, 'models'), shippedFolder: join(root, 'shipped') };
  const registry = new ModelRegistry(folders);
  const told: string[] = [];
  let engine = new PredictionEngine(NETWORK.network, 'first');
  const run: RunEngine = async (task) => engine.run(task);
  const deps: ForesightDeps = {
    ...{ network: NETWORK, store, registry, clock, run },
    history: historyOf(past, KNOWN),
    tell: async ({ message }) => void told.push(message),
  };
  const heard = async () => {
    const states = NETWORK.network.links.map(({ id }) => ({
      ...linkState(id, 'healthy', 100),
      ...{ atMs: clock.nowMs(), receivedAtMs: clock.nowMs() },
      ends: {
        a: { adminStatus: 'up', operStatus: 'up', atMs: clock.nowMs(), receivedAtMs: clock.nowMs() } as const,
        z: { adminStatus: 'up', operStatus: 'up', atMs: clock.nowMs(), receivedAtMs: clock.nowMs() } as const,
      },
    }));
    await writeStates(store, states);
  };
  await heard();
  const restartThread = () => {
    engine = new PredictionEngine(NETWORK.network, 'second');
  };
  return { clock, store, registry, deps, told, heard, restartThread, ...folders };
}
