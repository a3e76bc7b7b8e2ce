import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Measure, measure, percentile } from '../harness.ts';
import { startService } from '../service.ts';

const MIB = 1024 * 1024;
const EVERY_MS = 1000;
const MUST_MIB = 400;
const MUST_MIB_PER_MINUTE = 1;

/** Minutes after the start between which is measured. */
interface Window {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const QUICK: Window = { fromMinute: 2, toMinute: 4.5 };
const FULL: Window = { fromMinute: 5, toMinute: 10 };

/**
 * Resident memory of the service with its simulated network, Redis left out. The musts hold for minutes 5 to 10
 * (`--full`); the quick run looks at minutes 2 to 4.5, when the heap may still be growing to its working size.
 */
export const bench: Bench = {
  name: 'memory',
  summary: 'resident memory of the service: minutes 2 to 4.5, with --full minutes 5 to 10',
  async *run({ full, signal }) {
    const window = full ? FULL : QUICK;
    const dataDir = await mkdtemp(join(tmpdir(), 'detour-bench-'));
    const service = await startService(['--data-dir', dataDir]);
    try {
      yield* figures(await observe(service.url, window, signal), window);
    } finally {
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

interface Reading {
  readonly minute: number;
  readonly residentMib: number;
}

async function observe(url: string, { fromMinute, toMinute }: Window, signal: AbortSignal): Promise<Reading[]> {
  const startedMs = performance.now();
  const minutes = () => (performance.now() - startedMs) / 60_000;
  await pause(fromMinute * 60_000, undefined, { signal });
  const readings: Reading[] = [];
  while (minutes() < toMinute) {
    const response = await fetch(`${url}/metrics`, { signal });
    const found = /^process_resident_memory_bytes (\S+)$/m.exec(await response.text());
    if (!found) throw new Error('the service does not tell its memory');
    readings.push({ minute: minutes(), residentMib: Number(found[1]) / MIB });
    await pause(EVERY_MS, undefined, { signal });
  }
  return readings;
}

function figures(readings: readonly Reading[], { fromMinute, toMinute }: Window): Measure[] {
  const about = `minutes-${fromMinute}-to-${toMinute}`;
  const resident = readings.map((reading) => reading.residentMib);
  const base = { bench: 'memory', better: 'lower' as const };
  return [
    measure({ ...base, metric: `rss-max-${about}`, value: Math.max(...resident), unit: 'MiB', must: MUST_MIB }),
    measure({ ...base, metric: `rss-median-${about}`, value: percentile(resident, 0.5), unit: 'MiB' }),
    measure({ ...base, metric: `slope-${about}`, value: slope(readings), unit: 'MiB/min', must: MUST_MIB_PER_MINUTE }),
  ];
}

/** Theil-Sen estimator (median of the slopes between all pairs): one garbage collection does not tilt it. */
function slope(readings: readonly Reading[]): number {
  const slopes: number[] = [];
  readings.forEach((later, index) => {
    for (const earlier of readings.slice(0, index)) {
      slopes.push((later.residentMib - earlier.residentMib) / (later.minute - earlier.minute));
    }
  });
  return percentile(slopes, 0.5);
}
