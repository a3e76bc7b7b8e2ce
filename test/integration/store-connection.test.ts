import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { DetourError } from '../../src/core/errors.ts';
import { checkRedis } from '../../src/store/redis/check.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../support/redis.ts';

const SECRET = 'hunter2/%x';
const ENCODED = encodeURIComponent(SECRET);

/** What the promise rejects with; fails when it does not. */
async function rejection(promise: Promise<unknown>): Promise<DetourError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DetourError)) throw new Error(`expected a DetourError, got ${inspect(error)}`);
  return error;
}

describe('connection to nothing', () => {
  it('gives up after a few attempts with one line that says where and what to do, without the password', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const address = listener.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => listener.close(resolve));
    const url = `redis://user:${ENCODED}@127.0.0.1:${port}`;
    const error = await rejection(connectRedis(url, { role: 'commands', attempts: 2 }));
    expect(error.code).toBe('DETOUR_ERR_REDIS_UNREACHABLE');
    expect(error.line).toContain(`redis://127.0.0.1:${port}`);
    expect(error.line).toContain('ECONNREFUSED');
    expect(error.line).not.toContain('\n');
    expect(error.hint).toContain('REDIS_URL');
    for (const secret of [SECRET, ENCODED]) expect(inspect(error, { depth: 9 })).not.toContain(secret);
  });

  it('says so when there is no such socket', async () => {
    const error = await rejection(connectRedis('/nowhere/redis.sock', { role: 'commands', attempts: 1 }));
    expect(error.line).toContain('unix:///nowhere/redis.sock');
  });
});

describeWithRedis('connection', () => {
  const servers: TestRedis[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  const start = async (...settings: string[]) => {
    const server = await startTestRedis(settings);
    servers.push(server);
    return server;
  };

  it('takes user and password from the address and does not try a wrong one twice', async () => {
    const { socketPath } = await start('--requirepass', SECRET);
    const url = (password: string) => `unix://:${encodeURIComponent(password)}@${socketPath}`;
    const connection = await connectRedis(url(SECRET), { role: 'commands' });
    expect(await connection.ping()).toBe('PONG');
    connection.disconnect();
    const wrong = `${SECRET}!`;
    const error = await rejection(connectRedis(url(wrong), { role: 'commands', attempts: 1_000_000 }));
    expect(error.line).toMatch(/WRONGPASS/);
    expect(error.hint).toContain('password');
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
    const none = await rejection(connectRedis(socketPath, { role: 'commands', attempts: 1_000_000 }));
    expect(none.line).toMatch(/NOAUTH/);
  });

  it('accepts this Redis, and refuses one that evicts', async () => {
    const good = await connectRedis((await start()).socketPath, { role: 'jobs' });
    const facts = await checkRedis(good);
    expect(facts.version).toMatch(/^\d+\.\d+/);
    expect(facts.warnings).toEqual([]);
    good.disconnect();
    const evicting = await connectRedis((await start('--maxmemory-policy', 'allkeys-lru')).socketPath, {
      role: 'jobs',
    });
    const error = await rejection(checkRedis(evicting));
    expect(error.code).toBe('DETOUR_ERR_REDIS_UNSUITABLE');
    expect(error.line).toContain('allkeys-lru');
    expect(error.hint).toContain('noeviction');
    evicting.disconnect();
  });

  it('rejects within seconds when Redis has gone, with an error that carries no arguments', async () => {
    const server = await start();
    const lost: DetourError[] = [];
    const onError = (error: DetourError) => lost.push(error);
    const connection = await connectRedis(server.socketPath, { role: 'commands', onError });
    const clock = new ManualClock();
    const store = await createRedisStore({ networkName: 'n', partitions: 1, connection, clock });
    await server.stop();
    const error = await rejection(store.counters.add(SECRET, 1));
    expect(error.code).toBe('DETOUR_ERR_REDIS_UNREACHABLE');
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
    const waiting = await rejection(store.events.read('0', { limit: 1, blockMs: 60_000 }));
    expect(waiting.code).toBe('DETOUR_ERR_REDIS_UNREACHABLE');
    expect(lost.length).toBeGreaterThan(0);
    await store.close();
    connection.disconnect();
  });
});
