import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { partitionOf } from '../../src/core/ids.ts';
import { LIMITS, networkKeys, SCHEMA_VERSION, truthKey } from '../../src/store/keys.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { migrateSchema } from '../../src/store/redis/schema.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { createRedisTruthLog } from '../../src/store/redis/truth.ts';
import type { CorruptRecord, Store } from '../../src/store/store.ts';
import { storeConformance } from '../store/conformance.ts';
import { truthConformance } from '../store/conformance-truth.ts';
import {
  applyOf,
  eventOf,
  inputOf,
  network,
  planCommitOf,
  proposalOf,
  sampleOf,
  scoresOf,
  stateOf,
} from '../store/records.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

describeWithRedis('Redis store', () => {
  let server: TestRedis;
  let connection: Redis;
  beforeAll(async () => {
    server = await startTestRedis();
    connection = await connectRedis(server.socketPath, { role: 'commands' });
  });
  afterAll(async () => {
    connection?.disconnect();
    await server?.stop();
  });

  /** A network of its own for every test. */
  async function open(changes: { networkName?: string; partitions?: number } = {}) {
    const networkName = changes.networkName ?? `test ${randomUUID()}`;
    const reports: CorruptRecord[] = [];
    const clock = new ManualClock(1_700_000_000_000);
    const onCorrupt = (report: CorruptRecord) => reports.push(report);
    const store = await createRedisStore({ networkName, partitions: 4, connection, clock, onCorrupt, ...changes });
    return { store, networkName, clock, reports, keys: networkKeys(networkName) };
  }

  storeConformance(async (settings = {}) => {
    const { store, networkName, clock } = await open(settings);
    const others: Store[] = [];
    const reopen = async () => {
      const { store: again } = await open({ ...settings, networkName });
      others.push(again);
      return again;
    };
    const passTime = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    const close = async () => {
      for (const each of [store, ...others]) await each.close();
    };
    return { store, clock, passTime, reopen, close };
  });

  describe('truth log', () => {
    truthConformance(async () => createRedisTruthLog({ networkName: randomUUID(), connection }));

    it("is out of reach of the store's keys", () => {
      const { bullPrefix } = networkKeys('n');
      expect(truthKey('n').startsWith(bullPrefix.slice(0, bullPrefix.indexOf('{')))).toBe(false);
    });
  });

  it('keeps all keys of a network under its prefix and leaves other networks alone', async () => {
    const first = await open();
    const second = await open();
    await first.store.scoring.commit(scoresOf({ states: [stateOf('l1', 1)] }));
    expect(await second.store.links.readAll()).toEqual(new Map());
    for (const key of await connection.keys('*')) expect(key).toMatch(/^detour(-truth)?:\{[^{}]+\}:/);
  });

  it('gives plans, inputs and networks their time to live; a saved input renews its network', async () => {
    const { store, keys } = await open();
    await store.plans.saveNetwork('h1', network);
    await connection.pexpire(keys.network('h1'), 5_000);
    await store.plans.saveInput('i1', inputOf());
    await store.plans.commit(planCommitOf('p1'));
    const left = await Promise.all(
      [keys.input('i1'), keys.plan('p1'), keys.network('h1')].map((key) => connection.pttl(key)),
    );
    const lifetimes = [LIMITS.planTtlMs, LIMITS.planTtlMs, LIMITS.networkTtlMs];
    for (const [index, ttl] of lifetimes.entries()) {
      expect(left[index]).toBeGreaterThan(ttl - 60_000);
      expect(left[index]).toBeLessThanOrEqual(ttl);
    }
    expect(await connection.pttl(keys.latestPlan)).toBe(-1);
  });

  it("keeps the books of the inputs' size straight", async () => {
    const { store, keys, clock } = await open();
    await store.plans.saveInput('i1', inputOf(500));
    await store.plans.saveInput('i2', inputOf(300));
    await store.plans.saveInput('i1', inputOf(200));
    const size = async (id: string) => (await connection.getBuffer(keys.input(id)))?.length ?? 0;
    expect(Number(await connection.get(keys.inputBytes))).toBe((await size('i1')) + (await size('i2')));
    clock.advance(LIMITS.planTtlMs);
    await store.plans.saveInput('i3', inputOf());
    expect(Number(await connection.get(keys.inputBytes))).toBe(await size('i3'));
    expect(await connection.hkeys(keys.inputSizes)).toEqual(['i3']);
  });

  it('writes nothing of a commit when one of its keys is of a wrong type', async () => {
    const { store, keys } = await open();
    await connection.set(keys.events, 'not a stream');
    const commit = scoresOf({ lastId: '1-0', states: [stateOf('l1', 1)], events: [eventOf('x')], applied: 1 });
    await expect(store.scoring.commit(commit)).rejects.toMatchObject({ code: 'DETOUR_ERR_INTERNAL' });
    expect(await store.links.readAll()).toEqual(new Map());
    expect((await store.scoring.load(0)).lastId).toBe('0');
    expect(await store.scoring.counts()).toEqual({ applied: 0, refused: 0 });
    const plan = planCommitOf('p1', { proposals: [proposalOf('x')], events: [eventOf('x')] });
    await expect(store.plans.commit(plan)).rejects.toMatchObject({ code: 'DETOUR_ERR_INTERNAL' });
    expect(await store.plans.latest()).toBeNull();
    expect(await store.plans.briefs('all')).toEqual([]);
  });

  describe('corrupt records', () => {
    it('are left out of lists and reported once; asked for alone they are errors that say where', async () => {
      const { store, keys, reports } = await open();
      await store.scoring.commit(scoresOf({ states: [stateOf('good', 1)], memories: [{ linkId: 'good', memory: 1 }] }));
      await connection.hset(
        keys.links,
        'broken',
        '{"linkId":',
        'wrong',
        JSON.stringify({ ...stateOf('wrong', 1), score: 101 }),
      );
      await connection.hset(keys.memories(0), 'broken', '}');
      for (let round = 0; round < 3; round += 1) {
        expect([...(await store.links.readAll()).keys()]).toEqual(['good']);
        expect([...(await store.scoring.load(0)).memories.keys()]).toEqual(['good']);
      }
      expect(reports.map(({ key, field }) => `${key} ${field}`).toSorted()).toEqual([
        `${keys.links} broken`,
        `${keys.links} wrong`,
        `${keys.memories(0)} broken`,
      ]);
      expect(reports.find((report) => report.field === 'wrong')?.problem).toContain('score');
      await expect(store.links.read('wrong')).rejects.toMatchObject({
        code: 'DETOUR_ERR_CORRUPT_RECORD',
        message: expect.stringContaining(`${keys.links} field wrong: score`),
      });
      await store.scoring.commit(scoresOf({ states: [stateOf('wrong', 2)] }));
      expect(await store.links.read('wrong')).toEqual(stateOf('wrong', 2));
    });

    it('do not stop those who follow a stream', async () => {
      const { store, keys, reports } = await open();
      for (let index = 0; index < 3; index += 1) await connection.xadd(keys.events, '*', 'event', 'x');
      await store.events.append([eventOf('after')]);
      const [event] = await store.events.read('0', { limit: 2, blockMs: 0 });
      expect(event?.message).toBe('after');
      const sample = sampleOf('l1', 1);
      const partition = partitionOf('l1', 4);
      await connection.xadd(keys.samples(partition), '*', 'total', 1, 'samples', 'x');
      await connection.xadd(
        keys.samples(partition),
        '*',
        'samples',
        JSON.stringify([{ ...sample, atMs: '1' }, sample]),
      );
      const batches = await store.samples.read(partition, '0', { maxBatches: 10, blockMs: 0 });
      expect(batches.map((batch) => batch.samples)).toEqual([[], [sample]]);
      expect(reports.at(-1)?.problem).toContain('atMs');
    });

    it('of plans and proposals say which, and do not hide the others', async () => {
      const { store, keys, reports } = await open();
      await store.plans.commit(planCommitOf('p1', { proposals: ['good', 'bad', 'odd'].map((id) => proposalOf(id)) }));
      await connection.hset(keys.proposals, 'bad', gzipSync(JSON.stringify({ ...proposalOf('bad'), status: 'odd' })));
      await connection.hset(keys.proposals, 'odd', 'not gzip');
      await connection.hset(keys.openBriefs, 'broken', '{}');
      await connection.set(keys.latestPlan, '{}');
      await connection.set(keys.input('i1'), 'not gzip');
      await connection.set(keys.demands, '[]');
      expect((await store.plans.openProposals()).map((proposal) => proposal.id)).toEqual(['good']);
      expect((await store.plans.proposalsById(['bad', 'good', 'odd'])).map(({ id }) => id)).toEqual(['good']);
      expect((await store.plans.briefs('all')).map(({ id }) => id)).toEqual(['bad', 'good', 'odd']);
      const corrupt = { code: 'DETOUR_ERR_CORRUPT_RECORD' };
      await expect(store.plans.proposal('bad')).rejects.toMatchObject(corrupt);
      await expect(store.plans.proposal('odd')).rejects.toMatchObject(corrupt);
      await expect(store.plans.latest()).rejects.toMatchObject(corrupt);
      await expect(store.plans.input('i1')).rejects.toMatchObject(corrupt);
      expect(await store.traffic.demands()).toBeNull();
      expect(reports.map((report) => report.key)).toEqual([
        keys.openBriefs,
        keys.proposals,
        keys.proposals,
        keys.demands,
      ]);
    });
  });

  describe('schema', () => {
    it('is marked on the first start and refused when a newer one wrote the data', async () => {
      const { networkName, keys } = await open();
      expect(await connection.get(keys.schema)).toBe(String(SCHEMA_VERSION));
      await connection.set(keys.schema, SCHEMA_VERSION + 1);
      await expect(open({ networkName })).rejects.toMatchObject({ code: 'DETOUR_ERR_SCHEMA_TOO_NEW' });
      expect(await connection.exists(keys.migrating)).toBe(0);
      await connection.set(keys.schema, 'x');
      await expect(open({ networkName })).rejects.toMatchObject({ code: 'DETOUR_ERR_CORRUPT_RECORD' });
    });

    it('is brought up step by step, and goes on where a step failed', async () => {
      const keys = networkKeys(randomUUID());
      await connection.set(keys.schema, 1);
      const ran: number[] = [];
      let broken = true;
      const migrations = new Map([
        [2, async () => void ran.push(2)],
        [
          4,
          async () => {
            if (broken) throw new Error('no luck');
            ran.push(4);
          },
        ],
      ]);
      await expect(migrateSchema(connection, keys, { version: 4, migrations })).rejects.toThrow(/no luck/);
      expect(await connection.get(keys.schema)).toBe('3');
      broken = false;
      await migrateSchema(connection, keys, { version: 4, migrations });
      expect(ran).toEqual([2, 4]);
      expect(await connection.get(keys.schema)).toBe('4');
    });

    it('is prepared once, however many processes start at once', async () => {
      const networkName = randomUUID();
      const opened = await Promise.all(Array.from({ length: 8 }, () => open({ networkName })));
      expect(opened).toHaveLength(8);
      expect(await connection.get(networkKeys(networkName).schema)).toBe(String(SCHEMA_VERSION));
    });
  });

  it('moves memories and waiting samples when the number of partitions changes', async () => {
    const before = await open({ partitions: 4 });
    const links = Array.from({ length: 60 }, (_, index) => `link-${index}`);
    for (let partition = 0; partition < 4; partition += 1) {
      const own = links.filter((link) => partitionOf(link, 4) === partition);
      await before.store.samples.append(own.map((link) => sampleOf(link, 1)));
      const [done] = await before.store.samples.read(partition, '0', { maxBatches: 1, blockMs: 0 });
      const memories = own.map((linkId) => ({ linkId, memory: { of: linkId } }));
      await before.store.scoring.commit(scoresOf({ partition, fence: 2, lastId: done?.id ?? null, memories }));
    }
    await before.store.samples.append(links.map((link) => sampleOf(link, 2)));
    const { store } = await open({ networkName: before.networkName, partitions: 3 });
    for (let partition = 0; partition < 3; partition += 1) {
      const own = links.filter((link) => partitionOf(link, 3) === partition);
      const { lastId, memories } = await store.scoring.load(partition);
      expect([...memories.keys()].toSorted()).toEqual(own.toSorted());
      const batches = await store.samples.read(partition, lastId, { maxBatches: 100, blockMs: 0 });
      const waiting = batches.flatMap((batch) => batch.samples);
      expect(waiting.map((sample) => [sample.linkId, sample.atMs]).toSorted()).toEqual(
        own.map((id) => [id, 2]).toSorted(),
      );
      await store.samples.acknowledge(partition, batches.at(-1)?.id ?? '');
      expect(await store.scoring.commit(scoresOf({ partition, fence: 1 }))).toBe('fenced');
    }
    expect(await store.samples.backlog()).toBe(0);
    await expect(before.store.samples.append([sampleOf('l1', 3)])).rejects.toMatchObject({
      code: 'DETOUR_ERR_CONFLICT',
    });
    expect(await before.store.scoring.commit(scoresOf({ fence: 9 }))).toBe('fenced');
  });

  it('keeps the wait on a stream apart from every other command', async () => {
    const { store } = await open();
    const waits = Array.from({ length: 30 }, () => store.events.read('0', { limit: 1, blockMs: 30_000 }));
    await store.plans.commit(planCommitOf('p1', { proposals: [proposalOf('x')] }));
    expect((await store.plans.transition(applyOf('x'))).changed).toBe(true);
    for (const events of await Promise.all(waits)) expect(events[0]?.message).toBe('x applied');
    await store.close();
  });

  it('goes on after its connections were cut', async () => {
    const { store } = await open();
    const waiting = store.events.read('0', { limit: 1, blockMs: 30_000 });
    await waitFor('the follower to wait', async () => /cmd=xread/.test(String(await connection.client('LIST'))), {
      timeoutMs: 5_000,
    });
    await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await store.events.append([eventOf('after the cut')]);
    expect((await waiting)[0]?.message).toBe('after the cut');
    await store.close();
  });
});
