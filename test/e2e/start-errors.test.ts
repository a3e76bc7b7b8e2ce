import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findRedisServer } from '../../src/redis-server/find.ts';
import { pingSocket } from '../../src/redis-server/ping.ts';
import { startWatched } from '../../src/redis-server/watchdog.ts';
import { isAlive } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { freePort, redisOf, type ServiceOptions, startService } from './service.ts';

/** What was asked for is wrong, as against what could not be done. */
const WRONG_INPUT = 2;

/** Starts the service, which must end by itself and say why in one line; gives the line. */
async function refusal(options: ServiceOptions, expectedCode = 1): Promise<string> {
  const service = await startService(options);
  await waitFor('the service to give up', () => !isAlive(service.running.pid), { timeoutMs: 30_000 });
  const { code } = await service.running.ended;
  const lines = service.running.output().trim().split('\n');
  expect(lines, lines.join('\n')).toHaveLength(1);
  expect(code).toBe(expectedCode);
  return lines[0] as string;
}

async function listen(onData?: (text: string) => string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => onData && socket.write(onData(data.toString('utf8'))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Just enough of a Redis to be asked how old it is. */
function oldRedis(request: string): string {
  const commands = request.match(/\*\d+\r\n(?:\$\d+\r\n.*\r\n)+/g) ?? [];
  const info = '# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\nloading:0\r\n';
  const answer = (command: string): string =>
    /\r\ninfo\r\n/i.test(command) ? `$${Buffer.byteLength(info)}\r\n${info}\r\n` : '+OK\r\n';
  return commands.map(answer).join('');
}

describe('what goes wrong at the start is said in one line', () => {
  it('port taken', async () => {
    const port = await listen();
    const dataDir = tempDir('e2e');
    const line = await refusal({ dataDir, port });
    expect(line).toMatch(new RegExp(`^DETOUR_ERR_PORT_TAKEN: .*${port}.*\\(.+\\)$`));
    expect(redisOf(dataDir)).toEqual([]);
  });

  it('another instance on this data folder', async () => {
    const dataDir = tempDir('e2e');
    const first = await startService({ dataDir });
    await first.answers(60_000);
    const line = await refusal({ dataDir });
    expect(line).toMatch(new RegExp(`^DETOUR_ERR_DATA_DIR_LOCKED: process ${first.running.pid} .*\\(.+\\)$`));
    await first.answers(1_000);
  });

  it('REDIS_URL unreachable', async () => {
    const redisPort = await freePort();
    const env = { REDIS_URL: `redis://someone:a-secret@127.0.0.1:${redisPort}` };
    const line = await refusal({ dataDir: tempDir('e2e'), env });
    expect(line).toMatch(new RegExp(`^DETOUR_ERR_REDIS_UNREACHABLE: .*127\\.0\\.0\\.1:${redisPort}`));
    expect(line).not.toContain('a-secret');
  });

  it('Redis too old', async () => {
    const port = await listen(oldRedis);
    const line = await refusal({ dataDir: tempDir('e2e'), env: { REDIS_URL: `redis://127.0.0.1:${port}` } });
    expect(line).toMatch(/^DETOUR_ERR_REDIS_UNSUITABLE: .*5\.0\.14.*6\.2/);
  });

  it('Redis with an evicting policy', async () => {
    const folder = tempDir('e2e');
    const socketPath = join(folder, 'r.sock');
    const settings = ['--port', '0', '--unixsocket', socketPath, '--save', '', '--maxmemory-policy', 'allkeys-lru'];
    const redis = startWatched(findRedisServer({ bin: null }), settings, folder);
    onTestFinished(async () => void (await redis.end()));
    await waitFor('Redis', async () => (await pingSocket(socketPath)) === 'pong', { timeoutMs: 10_000 });
    const line = await refusal({ dataDir: tempDir('e2e'), env: { REDIS_URL: `unix://${socketPath}` } });
    expect(line).toMatch(/^DETOUR_ERR_REDIS_UNSUITABLE: .*allkeys-lru.*noeviction/);
  });

  it('no Redis binary', async () => {
    const line = await refusal({ dataDir: tempDir('e2e'), env: { REDIS_SERVER_BIN: '/nowhere/redis-server' } });
    expect(line).toMatch(/^DETOUR_ERR_REDIS_MISSING: .*\/nowhere\/redis-server.*\(.+\)$/);
  });

  it.each([
    ['that is not there', null, /^DETOUR_ERR_FILE_UNREADABLE: .*network\.json/],
    ['that is no JSON', '{"format": ', /^DETOUR_ERR_INVALID_NETWORK: .*network\.json/],
    [
      'with a wrong value',
      JSON.stringify({
        format: 'detour-network/1',
        name: 'x',
        nodes: [{ id: 'p' }, { id: 'q' }],
        links: [{ id: 'p-q', a: 'p', z: 'q', capacityBps: -5, latencyMs: 1 }],
      }),
      /^DETOUR_ERR_INVALID_NETWORK: .*links\[0\]\.capacityBps: must be > 0, got -5/,
    ],
  ])('network file %s', async (_what, content, expected) => {
    const file = join(tempDir('e2e'), 'network.json');
    if (content !== null) writeFileSync(file, content);
    expect(await refusal({ dataDir: tempDir('e2e'), args: ['--network', file] }, WRONG_INPUT)).toMatch(expected);
  });

  it('a setting out of range', async () => {
    const line = await refusal({ dataDir: tempDir('e2e'), env: { DETOUR_UTILISATION_LIMIT: '3' } }, WRONG_INPUT);
    expect(line).toMatch(/^DETOUR_ERR_INVALID_CONFIG: .*(DETOUR_UTILISATION_LIMIT|utilisationLimit).*3/);
  });

  it('a data folder that cannot be made', async () => {
    const folder = tempDir('e2e');
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'file'), '');
    const service = await startService({
      dataDir: folder,
      env: { DETOUR_DATA_DIR: join(folder, 'data', 'file', 'x') },
    });
    expect((await service.running.ended).code).toBe(WRONG_INPUT);
    expect(service.running.output()).toMatch(/^DETOUR_ERR_FILE_UNREADABLE: dataDir: .*\n$/);
  });
});
