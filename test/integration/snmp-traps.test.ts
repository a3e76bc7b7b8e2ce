import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveCredentials } from '../../src/telemetry/snmp/credentials.ts';
import { persistentEngine } from '../../src/telemetry/snmp/traps/engine-file.ts';
import { Keyring } from '../../src/telemetry/snmp/traps/keyring.ts';
import { type Trap, TrapReceiver } from '../../src/telemetry/snmp/traps/receiver.ts';
import { Senders } from '../../src/telemetry/snmp/traps/senders.ts';
import { describeWithRedis } from '../support/redis.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { labFleet, labNetwork, labService } from './snmp-lab.ts';
import { installed, routerAt } from './snmp-tools.ts';

const run = promisify(execFile);
const LINK_DOWN = '1.3.6.1.6.3.1.1.5.3';
const OSPF_NEIGHBOUR = '1.3.6.1.2.1.14.16.2.2';
const LLDP_CHANGE = '1.0.8802.1.1.2.0.0.1';
const IF_INDEX_7 = ['1.3.6.1.2.1.2.2.1.1.7', 'i', '7'];
const [AUTH, PRIV] = ['trap-auth-1', 'trap-priv-1'];
const hasTools = installed('snmptrap');
if (!hasTools) process.stderr.write('skipped: snmptrap is not installed (apt-get install snmp)\n');

describe.skipIf(!hasTools)('traps and informs of net-snmp', () => {
  const traps: Trap[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'detour-traps-'));
  let receiver: TrapReceiver;
  const env: Record<string, string> = { A: 'trap-readers' };
  const users: readonly (readonly string[])[] = [
    ['sha256', 'SHA-256', 'AES', 'AES-128'],
    ['sha512', 'SHA-512', 'AES-256', 'AES-256'],
    ['plain', 'SHA', '', ''],
  ];

  beforeAll(async () => {
    for (const [user, auth, , priv] of users) {
      const privacy = priv ? { priv, privPassword: PRIV } : {};
      env[user ?? ''] = JSON.stringify({ user, auth, authPassword: AUTH, ...privacy });
    }
    const network = { name: 'one', nodes: [routerAt('r1', '127.0.0.1', 161, 'env:A')], links: [], srlgs: [] };
    receiver = new TrapReceiver({
      host: '127.0.0.1',
      port: 0,
      senders: await Senders.of(network, () => undefined),
      keyring: new Keyring({
        resolveCredentials: (reference) => resolveCredentials(reference, { env }),
        common: users.map(([user]) => `env:${user}`),
        onWarning: () => undefined,
      }),
      engine: await persistentEngine(`${folder}/engine.json`, () => performance.now()),
      onTrap: (trap) => traps.push(trap),
      onError: (error) => {
        throw error;
      },
    });
    await receiver.start();
  });
  afterAll(async () => {
    await receiver.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const send = (options: readonly string[], oid: string, varbinds: readonly string[] = []) =>
    run('snmptrap', [...options, `127.0.0.1:${receiver.port}`, '', oid, ...varbinds], {
      env: { ...process.env, MIBS: '', SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder },
      timeout: 20_000,
    });
  const v3 = ([user = '', auth = '', priv = '']: readonly string[], password = AUTH) => [
    ...['-v3', '-u', user, '-a', auth, '-A', password],
    ...(priv ? ['-l', 'authPriv', '-x', priv, '-X', PRIV] : ['-l', 'authNoPriv']),
  ];
  const next = () => waitFor('the trap', () => traps.shift(), { timeoutMs: 10_000 });

  it('arrive as v2c traps: links, OSPF neighbours, LLDP neighbours', async () => {
    await send(['-v2c', '-c', 'trap-readers'], LINK_DOWN, IF_INDEX_7);
    expect(await next()).toEqual({ deviceId: 'r1', kind: 'linkDown', ifIndex: '7' });
    await send(['-v2c', '-c', 'trap-readers'], OSPF_NEIGHBOUR);
    expect(await next()).toMatchObject({ kind: 'ospfNbrStateChange', ifIndex: null });
    await send(['-v2c', '-c', 'trap-readers'], LLDP_CHANGE);
    expect(await next()).toMatchObject({ kind: 'lldpRemTablesChange' });
  });

  it('are acknowledged as v2c informs, and not with another community', async () => {
    const before = receiver.counts.acknowledged;
    await send(['-v2c', '-c', 'trap-readers', '-Ci'], LINK_DOWN, IF_INDEX_7);
    expect(await next()).toMatchObject({ kind: 'linkDown' });
    expect(receiver.counts.acknowledged).toBe(before + 1);
    await expect(send(['-v2c', '-c', 'other', '-Ci', '-r', '0', '-t', '1'], LINK_DOWN)).rejects.toThrow();
    expect(receiver.counts).toMatchObject({ acknowledged: before + 1, dropped: { wrongCommunity: 1 } });
  });

  it.each(users)('arrive as v3 traps of user %s, with the engine of the sender', async (...user) => {
    await send([...v3(user), '-e', '0x8000000001020304'], LINK_DOWN, IF_INDEX_7);
    expect(await next()).toEqual({ deviceId: 'r1', kind: 'linkDown', ifIndex: '7' });
  });

  it.each(users)('are acknowledged as v3 informs to user %s, with our engine', async (...user) => {
    const before = receiver.counts.acknowledged;
    await send([...v3(user), '-Ci'], LINK_DOWN, IF_INDEX_7);
    expect(await next()).toMatchObject({ kind: 'linkDown', ifIndex: '7' });
    expect(receiver.counts.acknowledged).toBe(before + 1);
  });

  it('are neither taken nor acknowledged with a wrong password', async () => {
    const [user = []] = users;
    await expect(send([...v3(user, 'not-this-one'), '-Ci', '-r', '0', '-t', '1'], LINK_DOWN)).rejects.toThrow();
    await send([...v3(user, 'not-this-one'), '-e', '0x8000000001020304'], LINK_DOWN);
    await waitFor('both to be dropped', () => receiver.counts.dropped.notAuthentic === 2, { timeoutMs: 10_000 });
    expect(traps).toEqual([]);
  });

  it('find the same engine after a restart, with one boot more', async () => {
    const path = `${folder}/again.json`;
    const first = await persistentEngine(path, () => 0);
    const second = await persistentEngine(path, () => 0);
    expect(second.id).toEqual(first.id);
    expect(second.id.length).toBe(17);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ boots: 2 });
  });
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

describeWithRedis('a linkDown trap to the whole service', () => {
  it('leads to a proposal long before the device would be polled', {
    timeout: 180_000,
  }, async () => {
    const trapPort = await freeUdpPort();
    const fleet = labFleet(labNetwork('trap-lab'), { host: '127.0.0.1', port: trapPort });
    await fleet.start();
    const pollIntervalSeconds = 20;
    const service = await labService(fleet, tempDir('trap'), {
      trapPort: String(trapPort),
      pollIntervalSeconds: String(pollIntervalSeconds),
      planSpacingSeconds: '1',
      planIntervalSeconds: '3600',
      holdSeconds: '0',
    });
    const links = async () =>
      ((await (await fetch(`${service.url}/api/v1/links`)).json()) as { items: { id: string; state: string }[] }).items;
    const stateOf = async (id: string) => (await links()).find((link) => link.id === id)?.state;
    const events = async () =>
      (
        (await (await fetch(`${service.url}/api/v1/events`)).json()) as {
          items: { type: string; linkId: string | null }[];
        }
      ).items;
    try {
      await waitFor('healthy links', async () => (await links()).every(({ state }) => state === 'healthy'), {
        timeoutMs: 60_000,
      });
      const cutAtMs = performance.now();
      fleet.setLink('A-B', false);
      const proposal = await waitFor(
        'a proposal',
        async () => (await events()).find(({ type }) => type === 'proposal-created'),
        { timeoutMs: 15_000 },
      );
      const elapsedMs = performance.now() - cutAtMs;
      // The way over C carries five times what it can.
      expect(['A-C', 'C-B']).toContain(proposal.linkId);
      expect(await stateOf('A-B')).toBe('down');
      process.stdout.write(`linkDown trap to proposal: ${Math.round(elapsedMs)} ms\n`);
      // A fraction of a second, except on a machine that is busy with something else.
      expect(elapsedMs).toBeLessThan((pollIntervalSeconds * 1000) / 2);
    } finally {
      await service.stop();
      await fleet.stop();
    }
  });

  it('is not believed when the device says otherwise', { timeout: 120_000 }, async () => {
    const trapPort = await freeUdpPort();
    const fleet = labFleet(labNetwork('liar-lab'), { host: '127.0.0.1', port: trapPort });
    await fleet.start();
    const service = await labService(fleet, tempDir('liar'), { trapPort: String(trapPort), pollIntervalSeconds: '5' });
    try {
      const down = async () =>
        (await (await fetch(`${service.url}/api/v1/links?state=down`)).json()) as { items: unknown[] };
      const before = fleet.requests();
      // The trap goes out, and the line card is up again before anybody can ask.
      fleet.setLink('A-B', false);
      fleet.setLink('A-B', true);
      await waitFor('the devices to be asked', () => fleet.requests() > before + 2, { timeoutMs: 20_000 });
      expect((await down()).items).toEqual([]);
    } finally {
      await service.stop();
      await fleet.stop();
    }
  });
});
