import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from '../../src/redis-server/start.ts';
import { isAlive, kill, processes, type Running, start } from '../support/process.ts';
import { redisCommand, redisPid } from '../support/resp.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';

const MODULE = new URL('../../src/redis-server/start.ts', import.meta.url).href;

async function startHere(dataDir: string, more: Partial<PrivateRedisOptions> = {}): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ dataDir, bin: null, ...more });
  onTestFinished(() => redis.stop());
  return redis;
}

/** Another process that starts the Redis of this folder, prints its socket path and stays until it is killed. */
async function startElsewhere(dataDir: string): Promise<Running & { socketPath: string }> {
  const script = `
    const { startPrivateRedis } = await import(${JSON.stringify(MODULE)});
    const redis = await startPrivateRedis({ dataDir: process.argv[1], bin: null });
    console.log('socket=' + redis.socketPath);
    setInterval(() => {}, 1e6);`;
  const running = start(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, dataDir]);
  onTestFinished(() => kill(running.pid));
  const found = await waitFor('a Redis in another process', () => /socket=(.+)/.exec(running.output()), {
    timeoutMs: 30_000,
  });
  return { ...running, socketPath: found[1] as string };
}

/** Watchdogs and servers of a socket that are still there. */
function remains(socketPath: string): string[] {
  return processes()
    .filter(({ command }) => command.includes(socketPath))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** Field 6 of /proc/<pid>/stat (proc(5)). */
function sessionOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[3];
}

const MARGIN = { timeoutMs: 10_000 };

describe('the private Redis', () => {
  it('answers on a socket that only this user can reach, keeps everything and evicts nothing', async () => {
    const redis = await startHere(tempDir());
    expect(await redisCommand(redis.socketPath, 'PING')).toBe('+PONG');
    expect(await redisCommand(redis.socketPath, 'CONFIG', 'GET', 'maxmemory-policy')).toContain('noeviction');
    expect(await redisCommand(redis.socketPath, 'CONFIG', 'GET', 'appendonly')).toContain('yes');
    expect(await redisCommand(redis.socketPath, 'CONFIG', 'GET', 'port')).toMatch(/\$1\r\n0$/);
    expect(statSync(dirname(redis.socketPath)).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(redis.socketPath)).toBeLessThan(108);
  });

  it('leaves nothing behind when it is stopped, and its data is there at the next start', async () => {
    const dataDir = tempDir();
    const first = await startHere(dataDir);
    await redisCommand(first.socketPath, 'SET', 'kept', 'value');
    await Promise.all([first.stop(), first.stop()]);
    expect(remains(first.socketPath)).toEqual([]);
    expect(existsSync(dirname(first.socketPath))).toBe(false);
    const second = await startHere(dataDir);
    expect(await redisCommand(second.socketPath, 'GET', 'kept')).toContain('value');
  });

  it('is out of reach of Ctrl-C: it lives in a session of its own', async () => {
    const redis = await startHere(tempDir());
    const own = sessionOf(process.pid);
    expect(own).toMatch(/^\d+$/);
    expect(sessionOf(await redisPid(redis.socketPath))).not.toBe(own);
  });

  it('ends when its service is killed with -9, and the next start has what was written', async () => {
    const dataDir = tempDir();
    const other = await startElsewhere(dataDir);
    await redisCommand(other.socketPath, 'SET', 'kept', 'through kill -9');
    const pid = await redisPid(other.socketPath);
    kill(other.pid, 'SIGKILL');
    // At once, while the old one is still there: the two must not write the same file.
    const next = await startHere(dataDir);
    expect(isAlive(pid)).toBe(false);
    expect(await redisPid(next.socketPath)).not.toBe(pid);
    expect(await redisCommand(next.socketPath, 'GET', 'kept')).toContain('through kill -9');
    await next.stop();
    await waitFor('watchdogs to go', () => remains(next.socketPath).length === 0, MARGIN);
  });

  it('ends even when its watchdog is killed, and says so', async () => {
    const words: string[] = [];
    const redis = await startHere(tempDir(), { onExit: (lastWords) => words.push(lastWords) });
    const pid = await redisPid(redis.socketPath);
    const watchdog = processes().find((entry) => entry.pid !== pid && entry.command.includes(redis.socketPath));
    kill(watchdog?.pid as number, 'SIGKILL');
    await waitFor('Redis to end', () => !isAlive(pid), MARGIN);
    await waitFor('the report', () => words.length === 1, MARGIN);
    expect(words).toEqual(['it was killed together with its watchdog']);
  });

  it('reports its end when nobody stopped it', async () => {
    const words: string[] = [];
    const redis = await startHere(tempDir(), { onExit: (lastWords) => words.push(lastWords) });
    kill(await redisPid(redis.socketPath), 'SIGKILL');
    await waitFor('the report', () => words.length === 1, MARGIN);
    await redis.stop();
    expect(words).toEqual(['it was killed (SIGKILL)']);
    expect(remains(redis.socketPath)).toEqual([]);
  });

  it('tells a shutdown that someone else asked for from a kill', async () => {
    const words: string[] = [];
    const redis = await startHere(tempDir(), { onExit: (how) => words.push(how) });
    kill(await redisPid(redis.socketPath), 'SIGTERM');
    await waitFor('the report', () => words.length === 1, MARGIN);
    expect(words).toEqual(['someone told it to shut down']);
  });

  it('does not report a stop as an end', async () => {
    const words: string[] = [];
    const redis = await startHere(tempDir(), { onExit: (lastWords) => words.push(lastWords) });
    await redis.stop();
    expect(words).toEqual([]);
  });

  it('loads an append-only file whose last command was cut off', async () => {
    const dataDir = tempDir();
    const first = await startHere(dataDir);
    await redisCommand(first.socketPath, 'SET', 'kept', 'whole');
    await first.stop();
    const folder = join(dataDir, 'redis', 'appendonlydir');
    const increment = readdirSync(folder).find((name) => name.endsWith('.incr.aof')) as string;
    appendFileSync(join(folder, increment), '*3\r\n$3\r\nSET\r\n$4\r\nlost\r\n$100\r\nhal');
    const second = await startHere(dataDir);
    expect(await redisCommand(second.socketPath, 'GET', 'kept')).toContain('whole');
    expect(await redisCommand(second.socketPath, 'EXISTS', 'lost')).toBe(':0');
  });

  it('says in one line why it did not start', async () => {
    const dataDir = tempDir();
    mkdirSync(join(dataDir, 'redis', 'appendonlydir'), { recursive: true });
    writeFileSync(join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.manifest'), 'this is no manifest\n');
    const attempt = startPrivateRedis({ dataDir, bin: null });
    await expect(attempt).rejects.toThrow(/^the private Redis did not start: .*AOF/i);
  });

  it('names a binary that is none', async () => {
    const attempt = startPrivateRedis({ dataDir: tempDir(), bin: '/nowhere/redis-server' });
    await expect(attempt).rejects.toMatchObject({ code: 'DETOUR_ERR_REDIS_MISSING', value: '/nowhere/redis-server' });
  });
});
