import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { AT_MS } from '../reroute/fixtures.ts';
import { expectSameAgain } from '../reroute/replay-scene.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';

describeWithRedis('plans in Redis', () => {
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

  it('come out the same when they are made again from what is stored', async () => {
    const clock = new ManualClock(AT_MS);
    const options = { networkName: `test ${randomUUID()}`, partitions: 1, connection, clock, onCorrupt: () => {} };
    const store = await createRedisStore(options);
    await expectSameAgain(store, clock);
    await store.close();
  });
});
