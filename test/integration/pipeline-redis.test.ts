import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { ENDS, partitionOf } from '../../src/core/ids.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import { createIngest } from '../../src/pipeline/ingest.ts';
import { createScoringService, type ScoringService } from '../../src/pipeline/scoring-service.ts';
import { networkKeys } from '../../src/store/keys.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Measurement } from '../../src/telemetry/sample.ts';
import { indexNetwork } from '../../topology/model.ts';
import { sampleAt } from '../health/samples.ts';
import { testNetwork } from '../pipeline/networks.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

const LINKS = 20;
const PARTITIONS = 4;
const network = testNetwork(LINKS);
const until = (what: string, probe: () => boolean | Promise<boolean>) => waitFor(what, probe, { timeoutMs: 20_000 });

describeWithRedis('the pipeline on a real Redis', () => {
  let redis: TestRedis;
  let connection: Redis;
  let store: Store;
  let networks = 0;
  const services: ScoringService[] = [];

  beforeAll(async () => {
    redis = await startTestRedis();
    connection = await connectRedis(redis.socketPath, { role: 'commands' });
  });

  afterAll(async () => {
    connection?.disconnect();
    await redis?.stop();
  });

  beforeEach(async () => {
    store = await openStore(`pipeline-${networks++}`);
  });

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    await store.close();
  });

  const openStore = (networkName: string) =>
    createRedisStore({ networkName, partitions: PARTITIONS, connection, clock: systemClock });

  function scorer(holder: string, over: Store = store, leaseMs = 600): ScoringService {
    const service = createScoringService({
      store: over,
      network: indexNetwork(network),
      thresholds: DEFAULT_THRESHOLDS,
      clock: systemClock,
      holder,
      onError: () => undefined,
      leaseMs,
      timing: { flushMs: 20, blockMs: 50 },
    });
    services.push(service);
    return service;
  }

  const door = () => createIngest({ queue: store.samples, network: indexNetwork(network), clock: systemClock });

  /** One sample of every interface, measured `ageMs` ago. */
  function round(ageMs: number, outOctets = 100_000_000): Measurement[] {
    const atMs = systemClock.nowMs() - ageMs;
    return network.links.flatMap(({ id }) =>
      ENDS.map((end) => {
        const { receivedAtMs: _, ...measurement } = sampleAt(0, end, { linkId: id, atMs, outOctets });
        return measurement;
      }),
    );
  }

  test('what was sent last is what stands in the end, and every sample is accounted for', async () => {
    await scorer('one').start();
    const ingest = door();
    let sent = 0;
    let refusedAtTheDoor = 0;
    let last: Measurement[] = [];
    for (let index = 0; index < 30; index += 1) {
      last = round(30_000 - index * 1000, 1_000_000 * (index + 1));
      const batch = index % 10 === 5 ? [...last, { ...(last[0] as Measurement), linkId: 'nowhere' }, last[1]] : last;
      sent += batch.length;
      refusedAtTheDoor += (await ingest.accept(batch as Measurement[])).refused.length;
    }
    await until('the queue to be scored', async () => (await store.samples.backlog()) === 0);
    const { applied, refused } = await store.scoring.counts();
    expect(refusedAtTheDoor).toBe(3);
    expect(refused).toBe(3);
    expect(applied + refused + refusedAtTheDoor).toBe(sent);
    const states = await store.links.readAll();
    for (const { linkId, end, atMs } of last) {
      const state = states.get(linkId);
      expect(state?.ends[end].atMs).toBe(atMs);
      expect(state?.arcs[end === 'a' ? 'az' : 'za'].loadBps).toBe(30_000_000 * 8);
    }
  });

  test('two scorers share the partitions; when one dies, the other carries on with its counts', async () => {
    let isDead = false;
    const dead = () => new Promise<never>(() => undefined);
    const mortal: Store = {
      ...store,
      leases: { ...store.leases, acquire: (...args) => (isDead ? dead() : store.leases.acquire(...args)) },
      samples: { ...store.samples, read: (...args) => (isDead ? dead() : store.samples.read(...args)) },
    };
    const one = scorer('one');
    await one.start();
    const two = createScoringService({
      store: mortal,
      network: indexNetwork(network),
      thresholds: DEFAULT_THRESHOLDS,
      clock: systemClock,
      holder: 'two',
      onError: () => undefined,
      leaseMs: 600,
      timing: { flushMs: 20, blockMs: 50 },
    });
    await two.start();
    await until('a fair share', () => one.partitions().length === 2 && two.partitions().length === 2);
    const high = 1_230_000_000;
    const ingest = door();
    await ingest.accept(round(3000, high));
    await ingest.accept(round(2000, high));
    await until('the first two rounds', async () => (await store.scoring.counts()).applied === 4 * LINKS);
    isDead = true;
    await ingest.accept(round(1000, high));
    await until('the takeover', () => one.partitions().length === PARTITIONS);
    await until('the third round', async () => (await store.scoring.counts()).applied === 6 * LINKS);
    // Three values in a row raise the alarm: two were counted by the dead one.
    const states = [...(await store.links.readAll()).values()];
    expect(states.map(({ state }) => state)).toEqual(Array.from({ length: LINKS }, () => 'unhealthy'));
    const changes = (await store.events.latest(1000)).filter(({ linkId }) => linkId !== null);
    expect(changes).toHaveLength(LINKS);
  });

  test('a damaged entry of the queue is skipped with an event', async () => {
    const partition = partitionOf('L0', PARTITIONS);
    await connection.xadd(networkKeys(store.networkName).samples(partition), '*', 'samples', '{"not": json');
    await door().accept(round(0));
    await scorer('one').start();
    await until('the good ones', async () => (await store.scoring.counts()).applied === 2 * LINKS);
    await until('the queue to be empty', async () => (await store.samples.backlog()) === 0);
    const events = await store.events.latest(100);
    expect(events.filter(({ type }) => type === 'samples-refused')).toHaveLength(1);
  });

  test('a stopped scorer leaves its leases to the next one at once', async () => {
    const one = scorer('one', store, 600_000);
    await one.start();
    await one.stop();
    const two = scorer('two', store, 600_000);
    await two.start();
    expect(two.partitions()).toEqual([0, 1, 2, 3]);
  });
});
