import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as librenms from '../../scripts/testbed/replay/librenms.ts';
import { ReplayAgent } from '../../scripts/testbed/replay/replay-agent.ts';
import { Recording } from '../../scripts/testbed/replay/snmprec.ts';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import type { DeviceReport } from '../../src/telemetry/snmp/device/report.ts';
import { pollOnce } from '../../src/telemetry/snmp/poll-once.ts';
import { installed, waitFor } from './snmp-tools.ts';

const DATA = process.env.DETOUR_SNMP_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data', 'snmp');
const recorded = existsSync(DATA);
if (!recorded) process.stderr.write(`skipped: there are no recordings of real devices in ${DATA}\n`);
const names = recorded
  ? (await readdir(join(DATA, 'recordings')))
      .filter((file) => file.endsWith('.snmprec'))
      .map((file) => basename(file, '.snmprec'))
  : [];
const judged = names.filter((name) => existsSync(join(DATA, 'expected', `${name}.json`)));
/** Agents that break the rules, and the reasons they must be given. */
const BROKEN: Readonly<Record<string, RegExp>> = {
  iosxe: /no readable value for \d+ of \d+ interfaces/,
  arista_eos_7280r: /rows behind it were read out of order/,
  timos_7750: /rows behind it were read out of order/,
  slxos_slx9150: /^$/,
  procurve: /^$/,
};
const DEADLINE_MS = 60_000;

const read = (port: number, name: string): Promise<DeviceReport> =>
  pollOnce({ address: '127.0.0.1', port, community: new Secret(name), timeoutMs: 3_000, deadlineMs: DEADLINE_MS });

const expectedOf = async (name: string): Promise<librenms.LibrenmsData> =>
  JSON.parse(await readFile(join(DATA, 'expected', `${name}.json`), 'utf8')) as librenms.LibrenmsData;

describe.skipIf(!recorded)('recordings of real devices, played by our own agent', () => {
  let agent: ReplayAgent;
  beforeAll(async () => {
    const texts = await Promise.all(names.map((name) => readFile(join(DATA, 'recordings', `${name}.snmprec`), 'utf8')));
    agent = await new ReplayAgent(new Map(names.map((name, at) => [name, new Recording(texts[at] ?? '')]))).start();
  });
  afterAll(() => agent.stop());

  it.each(judged.filter((name) => !(name in BROKEN)))(
    '%s: ports, CPU, memory, sensors, latency and neighbours as LibreNMS has them',
    async (name) => {
      const [report, data] = [await read(agent.port, name), await expectedOf(name)];
      expect(librenms.comparePorts(report, data).differences).toEqual([]);
      const neighbours = librenms.compareNeighbours(report, data);
      expect(neighbours.recall.differences).toEqual([]);
      expect(neighbours.precision.differences).toEqual([]);
      for (const compare of [
        librenms.compareCpu,
        librenms.compareMemory,
        librenms.compareSensors,
        librenms.compareLatency,
      ]) {
        const { matched, expected, differences } = compare(report, data);
        expect(matched / Math.max(1, expected), JSON.stringify(differences.slice(0, 5))).toBeGreaterThanOrEqual(
          expected === 0 ? 0 : 0.9,
        );
      }
    },
  );

  it.each(judged.filter((name) => name in BROKEN))(
    '%s: ends in time with every row that can be read and a reason',
    async (name) => {
      const [report, data] = [await read(agent.port, name), await expectedOf(name)];
      expect(report.elapsedMs).toBeLessThan(DEADLINE_MS);
      // 4294967295 is how ifSpeed says that it does not fit: LibreNMS takes it for a speed, we do not.
      const wrong = librenms
        .comparePorts(report, data)
        .differences.filter(({ expected }) => expected !== 4_294_967_295);
      expect(wrong).toEqual([]);
      expect(librenms.compareCpu(report, data).differences).toEqual([]);
      expect(librenms.compareSensors(report, data).differences).toEqual([]);
      expect(librenms.compareNeighbours(report, data).recall.differences).toEqual([]);
      expect(report.problems.map(({ message }) => message).join('\n')).toMatch(BROKEN[name] ?? /^$/);
    },
  );
});

describe.skipIf(!recorded || !installed('snmpsimd'))('recordings of real devices, played by snmpsim', () => {
  let process_: ChildProcess;
  let folder: string;
  let port = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detour-snmpsim-'));
    await chmod(folder, 0o755);
    await cp(join(DATA, 'recordings'), join(folder, 'data'), { recursive: true });
    await mkdir(join(folder, 'cache'));
    await chmod(join(folder, 'cache'), 0o777);
    port = await freePort();
    const rights = process.getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : [];
    process_ = spawn(
      'snmpsimd',
      [
        ...rights,
        `--data-dir=${folder}/data`,
        `--cache-dir=${folder}/cache`,
        `--agent-udpv4-endpoint=127.0.0.1:${port}`,
        '--logging-method=null',
      ],
      { stdio: 'ignore' },
    );
    await waitFor('snmpsim to answer', 60_000, () => read(port, 'vrp_slas').catch(() => null));
  }, 90_000);
  afterAll(async () => {
    process_.kill('SIGTERM');
    if (process_.exitCode === null && process_.signalCode === null) await once(process_, 'exit');
    await rm(folder, { recursive: true, force: true });
  });

  // A few, because it answers some thousand varbinds a second; one of them has values that it cannot read.
  it.each(['routeros_crs317', 'junos_rpm', 'iosxe', 'timos_ixr', 'timos_7750'].filter((name) => judged.includes(name)))(
    '%s reads the same as from our own agent',
    async (name) => {
      const own = await new ReplayAgent(
        new Map([[name, new Recording(await readFile(join(DATA, 'recordings', `${name}.snmprec`), 'utf8'))]]),
      ).start();
      try {
        const [theirs, ours] = [await read(port, name), await read(own.port, name)];
        const moment = { address: '', elapsedMs: 0, managementRttMs: 0 };
        expect({ ...theirs, ...moment }).toEqual({ ...ours, ...moment });
      } finally {
        own.stop();
      }
    },
  );
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
