import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { startPrivateRedis } from '../../src/redis-server/start.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';

const PROGRAM = join(PACKAGE_ROOT, 'src', 'main', 'history-process.ts');

it('the process of the history ends when its service is killed together with its Redis', async () => {
  const dataDir = tempDir('history');
  const redis = await startPrivateRedis({ dataDir, bin: null });
  onTestFinished(() => redis.stop());
  const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const config = { ...loadConfig({}, { dataDir }), logLevel: 'fatal' };
  const notice = once(child, 'message');
  child.send({ config, networkName: 'n', redisAddress: redis.socketPath, hasPast: false });
  expect(await notice).toEqual([{ ready: true }, undefined]);

  await redis.stop();
  child.disconnect();
  await waitFor('the process to end', () => child.exitCode !== null, { timeoutMs: 20_000 });
  expect(child.signalCode).toBeNull();
});
