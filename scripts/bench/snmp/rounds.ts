import { setTimeout as pause } from 'node:timers/promises';
import { SnmpSource } from '../../../src/telemetry/snmp/source.ts';
import { type Measure, measure, percentile } from '../harness.ts';
import { community, ringOf, withAgents } from './agents.ts';
import { pollersOf } from './pollers.ts';

const ROUTERS = 100;
/** Of four seconds each. */
const TURNS = 10;
const FULL_TURNS = 24;

interface Observed {
  readonly elapsed: readonly number[];
  readonly cpuShare: number;
  readonly source: SnmpSource;
  /** Polls in vain after the first rounds. */
  readonly failures: number;
}

/** The source of the service, with these agents as its network. */
export function sourceOf(
  ports: readonly number[],
  pollIntervalMs: number,
  onPollEnd: (deviceId: string, elapsedMs: number) => void,
): SnmpSource {
  return new SnmpSource({
    network: ringOf(ports),
    sink: { push: () => Promise.resolve() },
    pollIntervalMs,
    resolveCredentials: () => Promise.resolve(community),
    events: { onPollEnd },
  });
}

/** Lets the service's source poll the agents for a while and keeps how long each poll took. */
async function observe(ports: readonly number[], intervalMs: number, forMs: number): Promise<Observed> {
  const elapsed: number[] = [];
  const source = sourceOf(ports, intervalMs, (_deviceId, elapsedMs) => void elapsed.push(elapsedMs));
  await source.start();
  // The first rounds look for the interfaces; what is measured begins behind them.
  await pause(2.5 * intervalMs);
  elapsed.length = 0;
  const before = source.stats().failures;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await pause(forMs);
  const { user, system } = process.cpuUsage(cpu);
  const cpuShare = (user + system) / 1000 / (performance.now() - startMs);
  const failures = source.stats().failures - before;
  await source.stop();
  return { elapsed, cpuShare, source, failures };
}

/** 100 routers with two interfaces each, every second, as the service polls them. */
export async function everySecond(full: boolean): Promise<Measure[]> {
  return withAgents({ agents: ROUTERS }, async (agents) => {
    const observed = await observe(agents.ports, 1_000, full ? 60_000 : 15_000);
    const { polls, failures, skipped } = observed.source.stats();
    return [
      lower('every-second-p99', percentile(observed.elapsed, 0.99), 'ms', { must: 100, aim: 50 }),
      lower('every-second-cpu', observed.cpuShare * 100, '% of a core', { must: 8, aim: 3 }),
      lower('every-second-failed', failures + skipped, `of ${polls} polls`, { must: 0 }),
    ];
  });
}

/** All routers at once while one exchange in twenty is lost; the worst of ten rounds. */
export async function lossRound(): Promise<Measure[]> {
  return withAgents({ agents: ROUTERS, lossRatio: 0.05, seed: 7 }, async ({ ports }) => {
    const pollers = pollersOf(ports, 5_000);
    await Promise.allSettled(pollers.map((poller) => poller.poll()));
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

/**
 * p99 of 98 routers while one more is dead and one slow, and while both are well: the same source, the same routers,
 * the same moments of the second; only what the two agents do changes, every few seconds, because machines have moods.
 */
export async function deadAndSlow(full: boolean): Promise<Measure[]> {
  const bad = new Set(['r0', 'r1']);
  const elapsed: Record<'calm' | 'beside', number[]> = { calm: [], beside: [] };
  let now: 'calm' | 'beside' | null = null;
  await withAgents({ agents: ROUTERS, dead: 1, slow: 1, slowMs: 400 }, async (agents) => {
    const source = sourceOf(agents.ports, 1_000, (deviceId, elapsedMs) => {
      if (now !== null && !bad.has(deviceId)) elapsed[now].push(elapsedMs);
    });
    await source.start();
    for (let turn = 0; turn < (full ? FULL_TURNS : TURNS); turn += 1) {
      const arm = turn % 2 === 0 ? 'beside' : 'calm';
      agents.misbehave(arm === 'beside');
      now = null;
      await pause(1_000);
      now = arm;
      await pause(3_000);
    }
    await source.stop();
  });
  const [before, after] = [percentile(elapsed.calm, 0.99), percentile(elapsed.beside, 0.99)];
  return [
    lower('others-p99', before, 'ms'),
    lower('others-p99-beside-dead-and-slow', after, 'ms'),
    lower('others-median-ratio', percentile(elapsed.beside, 0.5) / percentile(elapsed.calm, 0.5), 'x', { must: 1.1 }),
    lower('others-p99-ratio', after / before, 'x', { must: 1.1 }),
  ];
}

export function lower(
  metric: string,
  value: number,
  unit: string,
  bounds: { must?: number; aim?: number } = {},
): Measure {
  return measure({ bench: 'snmp', metric, value, unit, better: 'lower', ...bounds });
}
