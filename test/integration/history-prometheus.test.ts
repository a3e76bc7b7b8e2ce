import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { DAY_MS, HOUR_MS } from '../../src/history/history.ts';
import { PrometheusHistory } from '../../src/history/prometheus/history.ts';
import { historyConformance } from '../history/conformance.ts';
import { waitFor } from '../support/wait.ts';

interface Server {
  readonly name: string;
  readonly binary: string;
  arguments(folder: string, port: number): string[];
  /** Makes what was written visible at once; null where it always is. */
  readonly flushPath: string | null;
}

/** Samples may come hours late, as in every history; both take them so. */
const CONFIG = 'storage:\n  tsdb:\n    out_of_order_time_window: 24h\n';

const SERVERS: readonly Server[] = [
  {
    name: 'Prometheus',
    binary: 'prometheus',
    arguments: (folder, port) => [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=error',
    ],
    flushPath: null,
  },
  {
    name: 'VictoriaMetrics',
    binary: 'victoria-metrics',
    arguments: (folder, port) => [
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-loggerLevel=ERROR',
      '-search.disableCache',
    ],
    flushPath: '/internal/force_flush',
  },
];
const RETENTION = { rawMs: DAY_MS, minuteMs: DAY_MS, hourMs: DAY_MS, maxBytes: 1e9 };

for (const server of SERVERS) {
  const isThere = spawnSync('sh', ['-c', `command -v ${server.binary}`]).status === 0;
  if (!isThere && process.env.CI === 'true') throw new Error(`CI needs ${server.binary}: apt-get install it`);
  const title = `history in ${server.name}`;
  if (isThere) describe(title, () => withServer(server));
  else describe.skip(`${title} (skipped: no ${server.binary} on the PATH; apt-get install ${server.binary})`, () => {});
}

function withServer(server: Server): void {
  let child: ChildProcess;
  let url = '';
  let output = '';
  let networks = 0;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'detour-tsdb-'));
    writeFileSync(join(folder, 'config.yml'), CONFIG);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = spawn(server.binary, server.arguments(folder, port), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        output = (output + data.toString()).slice(-2000);
      });
    }
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await waitFor(
      `${server.name} to answer`,
      async () => {
        if (child.exitCode !== null) throw new Error(output);
        return (await fetch(`${url}/api/v1/query?query=1`)).ok;
      },
      { timeoutMs: 30_000 },
    );
  });

  afterAll(() => {
    child?.kill('SIGKILL');
  });

  const open = (networkName: string, clock: ManualClock) =>
    new PrometheusHistory({ url, networkName, retention: RETENTION, clock });

  historyConformance({
    // Databases of this kind take samples of about now only.
    baseMs: Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS,
    runs: 3,
    create: async (nowMs) => {
      networks += 1;
      const clock = new ManualClock(nowMs);
      const history = open(`net "${networks}"`, clock);
      await history.start();
      return {
        writer: history,
        reader: history,
        advanceTo: async (untilMs) => {
          clock.advance(untilMs - clock.nowMs());
          if (server.flushPath !== null) await fetch(`${url}${server.flushPath}`);
        },
        close: () => history.close(),
      };
    },
  });

  it('says which database cannot be reached, without its password', async () => {
    const clock = new ManualClock(Date.now());
    const nowhere = `http://operator:sesame@127.0.0.1:${await freePort()}`;
    const away = new PrometheusHistory({ url: nowhere, networkName: 'n', retention: RETENTION, clock });
    const records = [{ kind: 'link', id: 'L', atMs: clock.nowMs(), values: { score: 1 } } as const];
    const error = await away.append(records, { id: '1-0', number: 1 }).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'DETOUR_ERR_HISTORY_UNAVAILABLE' });
    expect(String(error)).not.toContain('sesame');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
