import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Measure } from '../harness.ts';
import { type RunningAgents, startAgents } from './agents.ts';
import { cpuSeconds } from './peers.ts';
import { lower, sourceOf } from './rounds.ts';

const SIZES = [1, 10, 100, 1_000, 10_000];
const AGENTS_PER_PROCESS = 2_500;
/** Few devices are polled more often: there would be little to see in as many seconds. */
const intervalMsFor = (devices: number): number => (devices < 1_000 ? 1_000 : devices < 10_000 ? 5_000 : 10_000);

/**
 * By number of devices: memory of the poller, how late its polls began, what failed, and how much of a core the poller
 * and the processes of the agents took. Where polls fail or are late while neither takes what it could, the machine is
 * the limit; `collect` frees what nobody holds, before and after.
 */
export async function* growth(signal: AbortSignal): AsyncGenerator<Measure> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heldAt = new Map<number, number>();
  for (const devices of SIZES) {
    if (signal.aborted) return;
    const { heldBytes, measures } = await withManyAgents(devices, (agents) => grown(devices, agents, collect));
    heldAt.set(devices, heldBytes);
    yield* measures;
  }
  const bytes = ((heldAt.get(10_000) ?? Number.NaN) - (heldAt.get(100) ?? Number.NaN)) / 9_900;
  yield lower('memory-a-device', bytes / 1024, 'KB', { must: 50 });
}

async function grown(
  devices: number,
  agents: readonly RunningAgents[],
  collect: () => void,
): Promise<{ heldBytes: number; measures: Measure[] }> {
  const intervalMs = intervalMsFor(devices);
  collect();
  const heldBefore = held();
  const source = sourceOf(
    agents.flatMap(({ ports }) => ports),
    intervalMs,
    () => undefined,
  );
  await source.start();
  // The first rounds look for the interfaces; what is measured begins behind them.
  await pause(2.5 * intervalMs);
  const first = source.stats();
  const meter = await startMeter(agents);
  await pause(1.2 * intervalMs);
  const shares = await meter();
  collect();
  const heldBytes = held() - heldBefore;
  const { lagMs, failures, skipped, polls } = source.stats();
  await source.stop();
  const about = (metric: string): string => `${metric}-${devices}-devices`;
  return {
    heldBytes,
    measures: [
      lower(about('memory'), heldBytes / 1024, 'KB'),
      lower(about('lag'), lagMs, 'ms'),
      lower(about('polls'), polls - first.polls, 'polls'),
      lower(about('failed'), failures - first.failures, 'polls', { must: 0 }),
      lower(about('failed-at-first'), first.failures, 'polls', { must: 0 }),
      lower(about('left-out'), skipped - first.skipped, 'polls', { must: 0 }),
      lower(about('left-out-at-first'), first.skipped, 'polls'),
      lower(about('cpu'), shares.poller * 100, '% of a core'),
      lower(about('cpu-of-agents'), shares.agents * 100, '% of a core'),
    ],
  };
}

/** Begins to count CPU; what it returns says the shares of a core that were taken since. */
async function startMeter(
  agents: readonly RunningAgents[],
): Promise<() => Promise<{ poller: number; agents: number }>> {
  const agentSeconds = async (): Promise<number> => {
    const each = await Promise.all(agents.map((one) => cpuSeconds(one)));
    return each.reduce((sum, seconds) => sum + seconds, 0);
  };
  const before = await agentSeconds();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  return async () => {
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - startMs) / 1000;
    return { poller: (user + system) / 1e6 / seconds, agents: ((await agentSeconds()) - before) / seconds };
  };
}

/** Agents in several processes, so that one of them is not what is measured. */
async function withManyAgents<T>(devices: number, run: (agents: readonly RunningAgents[]) => Promise<T>): Promise<T> {
  const shares = Math.ceil(devices / AGENTS_PER_PROCESS);
  const running = await Promise.all(
    Array.from({ length: shares }, () => startAgents({ agents: Math.ceil(devices / shares) })),
  );
  try {
    return await run(running);
  } finally {
    await Promise.all(running.map((each) => each.stop()));
  }
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
