import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock, systemClock } from '../../src/core/clock.ts';
import { ENDS, partitionOf } from '../../src/core/ids.ts';
import { DEFAULT_THRESHOLDS } from '../../src/health/thresholds.ts';
import {
  createScoringService,
  type ScoringService,
  type ScoringServiceOptions,
} from '../../src/pipeline/scoring-service.ts';
import { createMemoryStore } from '../../src/store/memory/store.ts';
import { type ScoringCommit, type Store, scorerLease } from '../../src/store/store.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import { indexNetwork } from '../../topology/model.ts';
import { START_MS, sampleAt } from '../health/samples.ts';
import { waitFor } from '../support/wait.ts';
import { testNetwork } from './networks.ts';

const until = (probe: () => boolean | Promise<boolean>) =>
  waitFor('the scorers', probe, { timeoutMs: 10_000, everyMs: 2 });

const LINKS = 12;
const PARTITIONS = 4;
const network = testNetwork(LINKS);
const started: ScoringService[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
});

function memoryStore(clock = new ManualClock(START_MS)): { store: Store; clock: ManualClock } {
  return { store: createMemoryStore({ networkName: 'test', partitions: PARTITIONS, clock }), clock };
}

function service(
  store: ScoringServiceOptions['store'],
  clock: ManualClock,
  holder = 'one',
  changes: Partial<ScoringServiceOptions> = {},
): ScoringService {
  const created = createScoringService({
    store,
    network: indexNetwork(network),
    thresholds: DEFAULT_THRESHOLDS,
    clock,
    holder,
    onError: () => undefined,
    leaseMs: 60,
    timing: { flushMs: 1, blockMs: 10, sweepMs: 1, backoffMs: 1, graceMs: 0 },
    ...changes,
  });
  started.push(created);
  return created;
}

/** One calm second of every link. */
function second(number: number, changes: Partial<InterfaceSample> = {}): InterfaceSample[] {
  return network.links.flatMap(({ id }) => ENDS.map((end) => sampleAt(number, end, { linkId: id, ...changes })));
}

describe('the scoring service', () => {
  test('brings samples to states, counts them, and tells what changed and nothing else', async () => {
    const { store, clock } = memoryStore();
    await service(store, clock, 'one', { timing: { flushMs: 1, blockMs: 10, graceMs: 60_000 } }).start();
    await store.samples.append(second(1));
    await store.samples.append([...second(2), ...second(1)]);
    await store.samples.append([sampleAt(3, 'a', { linkId: 'L3', operStatus: 'down' })]);
    const sum = 2 * 2 * LINKS + 1;
    await until(async () => (await store.scoring.counts()).applied === sum);
    await until(async () => (await store.samples.backlog()) === 0);
    expect(await store.scoring.counts()).toEqual({ applied: sum, refused: 2 * LINKS });
    const states = await store.links.readAll();
    expect([...states.values()].filter(({ state }) => state === 'healthy')).toHaveLength(LINKS - 1);
    expect(states.get('L3')).toMatchObject({ state: 'down', ends: { a: { atMs: START_MS + 3000 } } });
    expect((await store.events.latest(100)).map(({ linkId, severity }) => [linkId, severity])).toEqual([
      ['L3', 'critical'],
    ]);
  });

  test('marks silent links and links never heard from as stale, once, and tells it', async () => {
    const { store, clock } = memoryStore();
    await service(store, clock).start();
    await store.samples.append(second(1).filter(({ linkId }) => linkId !== 'L5'));
    await until(async () => (await store.links.readAll()).size === LINKS);
    expect(await store.links.read('L5')).toMatchObject({
      state: 'stale',
      reason: 'the link has never been heard from',
    });
    clock.advance(60_000);
    await until(async () => [...(await store.links.readAll()).values()].every(({ state }) => state === 'stale'));
    expect(await store.events.latest(100)).toHaveLength(LINKS);
  });

  test('survives a restart without forgetting counts', async () => {
    const { store, clock } = memoryStore();
    const first = service(store, clock);
    await first.start();
    for (const number of [1, 2]) await store.samples.append(second(number, { outOctets: 1.22e9 }));
    await until(async () => (await store.samples.backlog()) === 0);
    await first.stop();
    expect((await store.links.read('L0'))?.state).toBe('healthy');
    await service(store, clock, 'two').start();
    await store.samples.append(second(3, { outOctets: 1.22e9 }));
    await until(async () => (await store.links.read('L0'))?.state === 'unhealthy');
  });

  test('does not count twice what was written and not acknowledged', async () => {
    const { store, clock } = memoryStore();
    const isDead = { now: false };
    const dying: Store = {
      ...store,
      samples: {
        append: (samples) => store.samples.append(samples),
        read: (...args) => (isDead.now ? new Promise(() => undefined) : store.samples.read(...args)),
        acknowledge: () => {
          isDead.now = true;
          return new Promise(() => undefined);
        },
        backlog: () => store.samples.backlog(),
      },
    };
    // This one hangs for ever between write and acknowledgement, as a killed process does; it is never stopped.
    const killed = createScoringService({
      store: dying,
      network: indexNetwork(network),
      thresholds: DEFAULT_THRESHOLDS,
      clock,
      holder: 'killed',
      onError: () => undefined,
      leaseMs: 1_000_000,
      timing: { flushMs: 1, blockMs: 10 },
    });
    await store.samples.append(
      second(1).filter(({ linkId }) => partitionOf(linkId, PARTITIONS) === partitionOf('L0', PARTITIONS)),
    );
    const sent = second(1).filter(
      ({ linkId }) => partitionOf(linkId, PARTITIONS) === partitionOf('L0', PARTITIONS),
    ).length;
    await killed.start();
    await until(() => isDead.now);
    expect((await store.scoring.counts()).applied).toBe(sent);
    expect(await store.samples.backlog()).toBe(1);
    clock.advance(2_000_000);
    await service(store, clock, 'heir').start();
    await until(async () => (await store.samples.backlog()) === 0);
    expect(await store.scoring.counts()).toEqual({ applied: sent, refused: 0 });
  });

  test('two share the partitions, and one takes over when the other dies without a word', async () => {
    const store = createMemoryStore({ networkName: 'test', partitions: PARTITIONS, clock: systemClock });
    const options = { clock: systemClock, leaseMs: 300 };
    const one = service(store, new ManualClock(0), 'one', options);
    await one.start();
    expect(one.partitions()).toEqual([0, 1, 2, 3]);
    let isDead = false;
    const mortal: Store = {
      ...store,
      leases: {
        acquire: (...args) => (isDead ? Promise.reject(new Error('dead')) : store.leases.acquire(...args)),
        release: (...args) => (isDead ? Promise.reject(new Error('dead')) : store.leases.release(...args)),
        holderOf: (...args) => store.leases.holderOf(...args),
        once: (...args) => store.leases.once(...args),
        nowMs: () => store.leases.nowMs(),
      },
    };
    const two = service(mortal, new ManualClock(0), 'two', options);
    await two.start();
    await until(() => one.partitions().length === 2 && two.partitions().length === 2);
    expect([...one.partitions(), ...two.partitions()].sort()).toEqual([0, 1, 2, 3]);
    isDead = true;
    await until(() => one.partitions().length === PARTITIONS);
  });

  test('drops everything when fenced off and writes nothing more under the old fence', async () => {
    const { store, clock } = memoryStore();
    const commits: ScoringCommit[] = [];
    const watched: Store = {
      ...store,
      scoring: {
        load: (partition) => store.scoring.load(partition),
        counts: () => store.scoring.counts(),
        commit: (commit) => {
          commits.push(commit);
          return store.scoring.commit(commit);
        },
      },
    };
    await service(watched, clock, 'one', { leaseMs: 1_000_000 }).start();
    clock.advance(2_000_000);
    const partition = partitionOf('L0', PARTITIONS);
    const lease = await store.leases.acquire(scorerLease(partition), 'rival', 1_000_000);
    await store.samples.append([sampleAt(1, 'a', { linkId: 'L0' })]);
    await until(() => commits.some((commit) => commit.partition === partition && commit.applied === 1));
    expect(commits.every(({ fence }) => fence < (lease?.fence ?? 0))).toBe(true);
    expect((await store.scoring.counts()).applied).toBe(0);
    expect(await store.samples.backlog()).toBe(1);
  });

  test('goes on behind a damaged batch, and tells of it once', async () => {
    const { store, clock } = memoryStore();
    const damaged: Store = {
      ...store,
      samples: {
        append: (samples) => store.samples.append(samples),
        acknowledge: (...args) => store.samples.acknowledge(...args),
        backlog: () => store.samples.backlog(),
        read: async (...args) => {
          const batches = await store.samples.read(...args);
          return batches.map((batch) => (batch.samples[0]?.atMs === 0 ? { ...batch, samples: [] } : batch));
        },
      },
    };
    await service(damaged, clock, 'one', { timing: { flushMs: 1, blockMs: 10, graceMs: 60_000 } }).start();
    await store.samples.append([sampleAt(0, 'a', { linkId: 'L0', atMs: 0 })]);
    for (const end of ENDS) await store.samples.append([sampleAt(1, end, { linkId: 'L0' })]);
    await until(async () => (await store.links.read('L0'))?.state === 'healthy');
    await until(async () => (await store.samples.backlog()) === 0);
    const events = await store.events.latest(10);
    expect(events.map(({ type }) => type)).toEqual(['samples-refused']);
    expect(events[0]?.message).toContain('is damaged');
  });

  test('goes on after failures of the store, without losing or doubling anything', async () => {
    const { store, clock } = memoryStore();
    let calls = 0;
    const failures: unknown[] = [];
    const flaky: Store = {
      ...store,
      scoring: {
        load: (partition) => store.scoring.load(partition),
        counts: () => store.scoring.counts(),
        commit: async (commit) => {
          calls += 1;
          if (calls % 3 === 1) throw new Error('not written');
          const answer = await store.scoring.commit(commit);
          if (calls % 3 === 2) throw new Error('written, but the answer was lost');
          return answer;
        },
      },
    };
    await service(flaky, clock, 'one', { onError: (error) => failures.push(error) }).start();
    for (let number = 1; number <= 5; number += 1) await store.samples.append(second(number));
    await until(async () => (await store.samples.backlog()) === 0);
    expect(failures.length).toBeGreaterThan(0);
    expect(await store.scoring.counts()).toEqual({ applied: 5 * 2 * LINKS, refused: 0 });
  });

  test('drains, stops, and gives its leases back at once', async () => {
    const { store, clock } = memoryStore();
    const one = service(store, clock, 'one', { leaseMs: 1_000_000 });
    await one.start();
    await store.samples.append(second(1));
    expect(await one.drain(5000)).toBe(true);
    expect((await store.scoring.counts()).applied).toBe(2 * LINKS);
    await one.stop();
    expect(one.partitions()).toEqual([]);
    const heir = service(store, clock, 'heir');
    await heir.start();
    expect(heir.partitions()).toEqual([0, 1, 2, 3]);
  });
});
