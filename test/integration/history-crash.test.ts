import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { DuckdbHistory } from '../../src/history/duckdb/owner.ts';
import { DAY_MS, MINUTE_MS } from '../../src/history/history.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';

const WRITER = join(PACKAGE_ROOT, 'test', 'support', 'history-writer.ts');
const ENOUGH = 20;

it('a kill -9 loses nothing that was committed, and rows and cursor stay of one mind', async () => {
  const dataDir = tempDir('history');
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, dataDir, String(startMs)], {
    cwd: PACKAGE_ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const told = () => printed.split('\n').length - 1;
  await waitFor('batches to be written', () => told() >= ENOUGH, { timeoutMs: 40_000 });

  const retention = { rawMs: 2 * DAY_MS, minuteMs: 200 * DAY_MS, hourMs: 800 * DAY_MS, maxBytes: 1e9 };
  const open = () => new DuckdbHistory({ dataDir, networkName: 'n', retention, clock: systemClock });
  // As long as it is held by a process, no other can open it.
  await expect(open().start()).rejects.toMatchObject({ code: 'DETOUR_ERR_HISTORY_UNAVAILABLE' });

  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  const history = open();
  const cursor = await history.start();
  onTestFinished(() => history.stop());
  expect(cursor.number).toBeGreaterThanOrEqual(told());
  const { series } = await history.range({
    kind: 'link',
    ids: null,
    metrics: null,
    fromMs: startMs,
    toMs: startMs + 30 * MINUTE_MS,
    stepMs: 1000,
  });
  const rows = series.flatMap(({ count }) => count).reduce((sum, count) => sum + count, 0);
  expect(rows).toBe(cursor.number * 10);
});
