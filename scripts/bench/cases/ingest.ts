import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../../src/core/clock.ts';
import { partitionOf } from '../../../src/core/ids.ts';
import type { LinkState } from '../../../src/health/link-state.ts';
import { startPrivateRedis } from '../../../src/redis-server/start.ts';
import { connectRedis } from '../../../src/store/redis/connection.ts';
import { createRedisStore } from '../../../src/store/redis/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { loadNetwork } from '../../../topology/files.ts';
import type { Network } from '../../../topology/model.ts';
import { type Bench, type BenchOptions, type Measure, type MeasureInput, measure, percentile } from '../harness.ts';
import { Sender, type SentSummary } from '../sender.ts';
import { startService } from '../service.ts';

const NETWORK = 'backbone-100';
/** The default of the service; the bench must open the same layout. */
const PARTITIONS = 8;
const SECONDS = 30;
const WARM_UP_SECONDS = 3;
const MUST_PER_SECOND = 10_000;
const AIM_PER_SECOND = 20_000;
/** Offered in the second phase: more than the aim, so that the time it takes to drain does not count against it. */
const PUSHED_PER_SECOND = 22_000;
const PROBE_MS = 5;
const DRAIN_MS = 60_000;

type Connection = Awaited<ReturnType<typeof connectRedis>>;

interface Bed {
  readonly network: Network;
  readonly store: Store;
  readonly connection: Connection;
  readonly sender: Sender;
}

/**
 * From HTTP to Redis state through the real service in a process of its own. First the demanded rate, on which
 * sample-to-state times are taken; then more than the aim, to see how much gets through.
 */
export const bench: Bench = {
  name: 'ingest',
  summary: 'samples per second from HTTP to link state in Redis, and how long they take',
  run: (options) => runOnBed(options, measureIngest),
};

async function runOnBed(
  options: BenchOptions,
  body: (bed: Bed, options: BenchOptions) => Promise<Measure[]>,
): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'detour-bench-'));
  const cleanUps: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const redis = await startPrivateRedis({ dataDir: folder, bin: null });
    cleanUps.push(() => redis.stop());
    const args = ['--roles', 'score,api', '--network', NETWORK, '--data-dir', folder];
    const service = await startService([...args, '--redis-url', `unix://${redis.socketPath}`]);
    cleanUps.push(() => service.stop());
    const { network } = await loadNetwork(NETWORK);
    const connection = await connectRedis(redis.socketPath, { role: 'commands' });
    cleanUps.push(() => connection.disconnect());
    const names = { networkName: network.name, partitions: PARTITIONS };
    const store = await createRedisStore({ ...names, connection, clock: systemClock });
    cleanUps.push(() => store.close());
    const sender = new Sender(service.url, network);
    cleanUps.push(() => sender.close());
    return await body({ network, store, connection, sender }, options);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}

async function measureIngest(bed: Bed, { signal }: BenchOptions): Promise<Measure[]> {
  const warmUp = await phase(bed, MUST_PER_SECOND, WARM_UP_SECONDS, signal);
  const steady = await phase(bed, MUST_PER_SECOND, SECONDS, signal);
  const pushed = await phase(bed, PUSHED_PER_SECOND, SECONDS, signal);
  const wrongStates = await countWrongStates(bed);
  const { applied, refused } = await bed.store.scoring.counts();
  const sums = [warmUp, steady, pushed];
  const sent = sums.reduce((sum, each) => sum + each.sent, 0);
  const refusedAtTheDoor = sums.reduce((sum, each) => sum + each.refused, 0);
  const rawPerSecond = await rawWrites(bed);
  return [
    result({
      metric: 'rate',
      value: pushed.perSecond,
      unit: 'samples/s',
      better: 'higher',
      must: MUST_PER_SECOND,
      aim: AIM_PER_SECOND,
    }),
    result({ metric: 'steady-rate', value: steady.perSecond, unit: 'samples/s', better: 'higher' }),
    result({
      metric: 'sample-to-state-p99',
      value: percentile(steady.delaysMs, 0.99),
      unit: 'ms',
      better: 'lower',
      must: 250,
    }),
    result({ metric: 'sample-to-state-p50', value: percentile(steady.delaysMs, 0.5), unit: 'ms', better: 'lower' }),
    result({
      metric: 'unaccounted',
      value: Math.abs(sent - applied - refused - refusedAtTheDoor),
      unit: 'samples',
      better: 'lower',
      must: 0,
    }),
    result({ metric: 'refused', value: refused + refusedAtTheDoor, unit: 'samples', better: 'lower' }),
    result({ metric: 'wrong-states', value: wrongStates, unit: 'interfaces', better: 'lower', must: 0 }),
    result({ metric: 'ratio-to-raw-hset', value: pushed.perSecond / rawPerSecond, unit: 'ratio', better: 'higher' }),
    result({ metric: 'raw-hset', value: rawPerSecond, unit: 'writes/s', better: 'higher' }),
  ];
}

const result = (input: Omit<MeasureInput, 'bench'>): Measure => measure({ bench: 'ingest', ...input });

interface Phase extends SentSummary {
  /** Until the last sample is in a state. */
  readonly perSecond: number;
  readonly delaysMs: readonly number[];
}

async function phase(bed: Bed, perSecond: number, seconds: number, signal: AbortSignal): Promise<Phase> {
  const probe = startProbe(bed);
  const startedMs = performance.now();
  const summary = await bed.sender.run({ perSecond, seconds, signal, onRound: probe.expect });
  await drained(bed.store);
  const elapsedMs = performance.now() - startedMs;
  const delaysMs = await probe.stop();
  return { ...summary, perSecond: (summary.sent * 1000) / elapsedMs, delaysMs };
}

async function drained(store: Store): Promise<void> {
  const deadlineMs = performance.now() + DRAIN_MS;
  while ((await store.samples.backlog()) > 0) {
    if (performance.now() > deadlineMs) throw new Error('the queue of samples did not drain');
    await pause(5);
  }
}

interface Probe {
  readonly linkId: string;
  /** Rounds that its state does not show yet. */
  readonly waiting: { atMs: number; sentMs: number }[];
}

/**
 * Looks at the state of one link per partition every few ms: a round is there when the state shows its time stamp or
 * a later one. The distance between two looks counts as delay, so the figure is never too good.
 */
function startProbe({ network, store }: Bed): { expect: (atMs: number) => void; stop: () => Promise<number[]> } {
  const probes = probesOf(network);
  const delaysMs: number[] = [];
  let rounds = 0;
  let isStopped = false;
  const look = async (): Promise<void> => {
    for (;;) {
      const open = probes.filter(({ waiting }) => waiting.length > 0);
      if (open.length === 0 && isStopped) return;
      await Promise.all(open.map((probe) => lookAt(store, probe, delaysMs)));
      await pause(PROBE_MS);
    }
  };
  const looking = look();
  looking.catch(() => undefined);
  return {
    expect: (atMs) => {
      probes[rounds++ % probes.length]?.waiting.push({ atMs, sentMs: performance.now() });
    },
    stop: async () => {
      isStopped = true;
      await looking;
      return delaysMs;
    },
  };
}

function probesOf(network: Network): Probe[] {
  const byPartition = new Map<number, Probe>();
  for (const { id } of network.links) byPartition.set(partitionOf(id, PARTITIONS), { linkId: id, waiting: [] });
  return [...byPartition.values()];
}

async function lookAt(store: Store, { linkId, waiting }: Probe, delaysMs: number[]): Promise<void> {
  const shownMs = (await store.links.read(linkId))?.ends.z.atMs ?? 0;
  const nowMs = performance.now();
  while (waiting[0] && waiting[0].atMs <= shownMs) delaysMs.push(nowMs - (waiting.shift()?.sentMs ?? Number.NaN));
  if (waiting[0] && nowMs - waiting[0].sentMs > DRAIN_MS) throw new Error(`a sample of ${linkId} never came`);
}

/** Interfaces whose state is not that of the last sample sent. */
async function countWrongStates({ store, sender }: Bed): Promise<number> {
  const states = await store.links.readAll();
  let wrong = 0;
  for (const sample of sender.last.values()) {
    const state: LinkState | undefined = states.get(sample.linkId);
    const loadBps = ((sample.outOctets ?? 0) * 8 * 1000) / (sample.intervalMs ?? Number.NaN);
    const arc = state?.arcs[sample.end === 'a' ? 'az' : 'za'];
    const isRight = state?.ends[sample.end].atMs === sample.atMs && arc?.loadBps === loadBps;
    if (!isRight) wrong += 1;
  }
  return wrong;
}

/** What the same Redis takes when the same samples are merely written, one HSET each, many at a time. */
async function rawWrites({ connection, sender }: Bed): Promise<number> {
  const samples = [...sender.last.entries()].map(([key, sample]) => [key, JSON.stringify(sample)] as const);
  const rounds = 200;
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    const pipeline = connection.pipeline();
    for (const [key, text] of samples) pipeline.hset('bench-raw', key, text);
    await pipeline.exec();
  }
  return (rounds * samples.length * 1000) / (performance.now() - startedMs);
}
