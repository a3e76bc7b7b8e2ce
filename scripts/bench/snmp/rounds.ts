import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SnmpSource } from '../../../src/telemetry/snmp/source.ts';
import { type Measure, measure, percentile } from '../harness.ts';
import { community, type RunningAgents, ringOf, withAgents } from './agents.ts';
import { pollersOf } from './pollers.ts';

const ROUTERS = 100;

interface Observed {
  readonly byDevice: ReadonlyMap<string, number[]>;
  readonly cpuShare: number;
  readonly source: SnmpSource;
  /** Polls in vain after the first rounds. */
  readonly failures: number;
}

/** Lets the service's source poll the agents for a while and keeps how long each poll took. */
async function observe(agents: RunningAgents, intervalMs: number, forMs: number, end = true): Promise<Observed> {
  const byDevice = new Map<string, number[]>();
  const source = new SnmpSource({
    network: ringOf(agents.ports),
    sink: { push: () => Promise.resolve() },
    pollIntervalMs: intervalMs,
    resolveCredentials: () => Promise.resolve(community),
    events: {
      onPollEnd: (deviceId, elapsedMs) => {
        const known = byDevice.get(deviceId);
        if (known) known.push(elapsedMs);
        else byDevice.set(deviceId, [elapsedMs]);
      },
    },
  });
  await source.start();
  // The first round looks for the interfaces; what is measured begins behind it.
  await pause(2 * intervalMs);
  byDevice.clear();
  const before = source.stats().failures;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await pause(forMs);
  const { user, system } = process.cpuUsage(cpu);
  const cpuShare = (user + system) / 1000 / (performance.now() - startMs);
  const failures = source.stats().failures - before;
  if (end) await source.stop();
  return { byDevice, cpuShare, source, failures };
}

function p99(observed: Observed, leaveOut: ReadonlySet<string> = new Set()): number {
  const all = [...observed.byDevice].flatMap(([deviceId, elapsed]) => (leaveOut.has(deviceId) ? [] : elapsed));
  return percentile(all, 0.99);
}

/** 100 routers with two interfaces each, every second, as the service polls them. */
export async function everySecond(): Promise<Measure[]> {
  return withAgents({ agents: ROUTERS }, async (agents) => {
    const observed = await observe(agents, 1_000, 20_000);
    const { polls, failures, skipped } = observed.source.stats();
    return [
      lower('every-second-p99', p99(observed), 'ms', { must: 100, aim: 50 }),
      lower('every-second-cpu', observed.cpuShare * 100, '% of a core', { must: 8, aim: 3 }),
      lower('every-second-failed', failures + skipped, `of ${polls} polls`, { must: 0 }),
    ];
  });
}

/** All routers at once while one exchange in twenty is lost; the worst of ten rounds. */
export async function lossRound(): Promise<Measure[]> {
  return withAgents({ agents: ROUTERS, lossRatio: 0.05, seed: 7 }, async ({ ports }) => {
    const pollers = pollersOf(ports, 5_000);
    await Promise.all(pollers.map((poller) => poller.poll()));
    const rounds: number[] = [];
    let failed = 0;
    for (let round = 0; round < 10; round += 1) {
      const startMs = performance.now();
      const outcomes = await Promise.allSettled(pollers.map((poller) => poller.poll()));
      rounds.push(performance.now() - startMs);
      failed += outcomes.filter(({ status }) => status === 'rejected').length;
    }
    for (const poller of pollers) poller.close();
    return [
      lower('loss-round-worst', Math.max(...rounds) / 1000, 's', { must: 1.5, aim: 1 }),
      lower('loss-round-failed', failed, 'of 1000 polls', { must: 0 }),
    ];
  });
}

/** p99 of 98 routers with and without a dead and a slow one among them; in turns, because machines have moods. */
export async function deadAndSlow(): Promise<Measure[]> {
  const clean: number[] = [];
  const mixed: number[] = [];
  await withAgents({ agents: ROUTERS, dead: 1, slow: 1, slowMs: 400 }, async (agents) => {
    const others = { ...agents, ports: agents.ports.slice(2) };
    const bad = new Set(['r0', 'r1']);
    for (let turn = 0; turn < 5; turn += 1) {
      clean.push(p99(await observe(others, 1_000, 5_000)));
      mixed.push(p99(await observe(agents, 1_000, 5_000), bad));
    }
  });
  const [before, after] = [percentile(clean, 0.5), percentile(mixed, 0.5)];
  return [
    lower('others-p99', before, 'ms'),
    lower('others-p99-beside-dead-and-slow', after, 'ms'),
    lower('others-p99-ratio', after / before, 'x', { must: 1.1 }),
  ];
}

/** Memory of the poller by number of devices, each polled every ten seconds; and how late polls began. */
export async function growth(): Promise<Measure[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const measures: Measure[] = [];
  const heldAt = new Map<number, number>();
  for (const devices of [1, 100, 1_000, 10_000]) {
    await withAgents({ agents: devices }, async (agents) => {
      collect();
      const before = held();
      const observed = await observe(agents, 10_000, 5_000, false);
      collect();
      heldAt.set(devices, held() - before);
      const { lagMs, failures } = observed.source.stats();
      const firstRound = failures - observed.failures;
      await observed.source.stop();
      measures.push(
        lower(`lag-${devices}-devices`, lagMs, 'ms'),
        lower(`failed-${devices}-devices`, observed.failures, 'polls', { must: 0 }),
        lower(`failed-at-first-${devices}-devices`, firstRound, 'polls'),
      );
    });
  }
  const bytes = ((heldAt.get(10_000) ?? Number.NaN) - (heldAt.get(100) ?? 0)) / 9_900;
  return [lower('memory-a-device', bytes / 1024, 'KB', { must: 50 }), ...measures];
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function lower(metric: string, value: number, unit: string, bounds: { must?: number; aim?: number } = {}): Measure {
  return measure({ bench: 'snmp', metric, value, unit, better: 'lower', ...bounds });
}
