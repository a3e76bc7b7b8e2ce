import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { AgentFleet } from '../../src/telemetry/snmp/agent/fleet.ts';
import { type UserFields, usmUser } from '../../src/telemetry/snmp/agent-credentials.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { createSnmpClient } from '../../src/telemetry/snmp/session.ts';
import { SnmpSource } from '../../src/telemetry/snmp/source.ts';
import { loadNetwork } from '../../topology/files.ts';
import { CollectingSink, installed, waitFor } from './snmp-tools.ts';

const run = promisify(execFile);
const AUTH = 'conform-auth-1';
const PRIV = 'conform-priv-1';
const UPTIME = '1.3.6.1.2.1.1.3.0';
const users: UserFields[] = [
  { user: 'sha', auth: 'SHA', authPassword: AUTH },
  { user: 'sha256aes', auth: 'SHA-256', authPassword: AUTH, priv: 'AES', privPassword: PRIV },
  { user: 'sha512aes256', auth: 'SHA-512', authPassword: AUTH, priv: 'AES-256', privPassword: PRIV },
  { user: 'shaaes256', auth: 'SHA', authPassword: AUTH, priv: 'AES-256', privPassword: PRIV },
];

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

const hasAgent = installed('snmpd');
const hasTools = installed('snmpget') && installed('snmpbulkwalk');
if (!hasAgent || !hasTools)
  process.stderr.write('skipped in part: snmpd or snmpget is missing (apt-get install snmp snmpd)\n');

describe.skipIf(!hasAgent)('our client and a real snmpd with v3 users', () => {
  let folder = '';
  let port = 0;
  let agent: ChildProcess | null = null;
  const read = (user: UserFields, timeoutMs: number) => {
    const client = createSnmpClient({ address: '127.0.0.1', port, user: usmUser(user) }, systemClock);
    return client.get([UPTIME], timeoutMs).finally(() => client.close());
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detour-snmpd-v3-'));
    await mkdir(join(folder, 'state'));
    port = await freePort();
    const lines = users.flatMap(({ user, auth, priv }) => [
      `createUser ${user} ${auth} "${AUTH}"${priv ? ` ${priv} "${PRIV}"` : ''}`,
      `rouser ${user} ${priv ? 'priv' : 'auth'}`,
    ]);
    await writeFile(join(folder, 'snmpd.conf'), `${[...lines, `agentAddress udp:127.0.0.1:${port}`].join('\n')}\n`, {
      mode: 0o600,
    });
    agent = spawn(
      'snmpd',
      [
        '-f',
        '-C',
        '-c',
        join(folder, 'snmpd.conf'),
        '-Lf',
        join(folder, 'log'),
        '-I',
        '-smux,mteTrigger,mteTriggerConf',
      ],
      {
        env: { ...process.env, MIBS: '', SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: join(folder, 'state') },
        stdio: 'ignore',
      },
    );
    await waitFor('snmpd to answer', 15_000, () => read(users[0] as UserFields, 1_000).catch(() => null));
  });
  afterAll(async () => {
    if (agent && agent.exitCode === null) {
      agent.kill();
      await once(agent, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  it.each(users)('understand each other as $user', async (user) => {
    expect((await read(user, 3_000)).varbinds).toMatchObject([{ oid: UPTIME, type: 'timeticks' }]);
  });

  it('name wrong credentials as such', async () => {
    const wrong = { ...(users[1] as UserFields), authPassword: 'not-this-one' };
    await expect(read(wrong, 2_000)).rejects.toMatchObject({ code: 'DETOUR_ERR_SNMP_REFUSED' });
  });
});

describe('agents of a simulated network', () => {
  const community = new Secret('fleet-readers');
  let fleet: AgentFleet;
  let size = 0;
  beforeAll(async () => {
    const { network } = await loadNetwork('backbone-100');
    size = network.nodes.length;
    const credentials = [{ community }, ...users.map((user) => ({ user: usmUser(user) }))];
    fleet = new AgentFleet({ network, host: '127.0.0.1', basePort: 0, credentials, reference: 'env:FLEET' });
    await fleet.start();
  });
  afterAll(() => fleet.stop());

  it.skipIf(!hasTools)('are read by the tools of net-snmp, v2c and v3', async () => {
    const [first] = fleet.polledNetwork().nodes;
    const where = `127.0.0.1:${first?.snmpPort}`;
    const env = { ...process.env, MIBS: '' };
    const { stdout } = await run('snmpbulkwalk', ['-v2c', '-On', '-c', community.reveal(), where, '1.3.6.1.2.1.31'], {
      env,
    });
    const degree = fleet.polledNetwork().links.filter(({ a, z }) => a === first?.id || z === first?.id).length;
    expect(stdout.match(/^\.1\.3\.6\.1\.2\.1\.31\.1\.1\.1\.1\.\d+ = STRING/gm)).toHaveLength(degree);
    for (const { user, auth, priv } of users) {
      const level = priv ? ['-l', 'authPriv', '-x', priv, '-X', PRIV] : ['-l', 'authNoPriv'];
      const args = ['-v3', '-On', '-u', user, '-a', auth ?? '', '-A', AUTH, ...level, where, UPTIME];
      expect((await run('snmpget', args, { env })).stdout).toContain('Timeticks');
    }
  });

  it('are all polled every second, and their counters become amounts', async () => {
    const sink = new CollectingSink();
    const network = fleet.polledNetwork();
    const resolveCredentials = () => Promise.resolve(community);
    const source = new SnmpSource({ network, sink, pollIntervalMs: 1_000, resolveCredentials, cacheHoldMs: 0 });
    await source.start();
    try {
      await waitFor('amounts of all routers', 50_000, () => {
        const measured = sink.samples.filter(({ intervalMs }) => intervalMs !== null);
        return new Set(measured.map(({ deviceId }) => deviceId)).size === size ? true : null;
      });
      const ends = new Set(sink.samples.map(({ linkId, end }) => `${linkId} ${end}`));
      expect(ends.size).toBe(2 * network.links.length);
    } finally {
      await source.stop();
    }
  });
});
