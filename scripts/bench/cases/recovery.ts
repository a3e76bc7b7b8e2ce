import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CYCLE_POINTS } from '../../../src/reroute/cycle-deps.ts';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { startService } from '../service.ts';

const MUST_SECONDS = 15;
const EVERY_MS = 100;
const GIVE_UP_MS = 120_000;

/** Seconds from the start after a kill -9 in the middle of a cycle until the next plan is finished. */
export const bench: Bench = {
  name: 'recovery',
  summary: 'time to the next plan after a kill -9 in a cycle: at every other point, with --full at each',
  async *run({ full, signal }) {
    const points = full ? CYCLE_POINTS : CYCLE_POINTS.filter((_, at) => at % 2 === 0);
    const seconds: number[] = [];
    for (const point of points) {
      const took = await recover(point, signal);
      seconds.push(took);
      yield figure(`after-crash-${point}`, took);
    }
    yield figure('median', percentile(seconds, 0.5));
  },
};

function figure(metric: string, value: number): Measure {
  return measure({ bench: 'recovery', metric, value, unit: 's', better: 'lower', must: MUST_SECONDS });
}

async function recover(point: string, signal: AbortSignal): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'detour-bench-'));
  try {
    await crash(dataDir, point);
    const startedMs = Date.now();
    const service = await startService(['--data-dir', dataDir]);
    try {
      return ((await nextPlan(service.url, startedMs, signal)) - startedMs) / 1000;
    } finally {
      await service.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Runs a service until it kills itself at this point of its first cycle, which may be before it listens. */
async function crash(dataDir: string, point: string): Promise<void> {
  const started = await startService(['--data-dir', dataDir], { DETOUR_TEST_CRASH_AT: point }).catch(() => null);
  await started?.ended;
}

async function nextPlan(url: string, sinceMs: number, signal: AbortSignal): Promise<number> {
  while (Date.now() - sinceMs < GIVE_UP_MS) {
    const response = await fetch(`${url}/api/v1/plans/latest`, { signal });
    if (response.ok) {
      const { atMs, finishedAtMs } = (await response.json()) as { atMs: number; finishedAtMs: number | null };
      if (atMs > sinceMs && finishedAtMs !== null) return finishedAtMs;
    } else await response.body?.cancel();
    await pause(EVERY_MS, undefined, { signal });
  }
  throw new Error(`no plan within ${GIVE_UP_MS / 1000} s after the start`);
}
