import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { renderDevice } from '../../src/telemetry/snmp/device/render-device.ts';
import { pollOnce } from '../../src/telemetry/snmp/poll-once.ts';
import { SnmpSource } from '../../src/telemetry/snmp/source.ts';
import { CollectingSink, installed, linkBetween, routerAt, waitFor } from './snmp-tools.ts';

const COMMUNITY = 'canary-5d1c';
const available = installed('snmpd');
if (!available) process.stderr.write('skipped: snmpd is not installed (apt-get install snmpd)\n');

/** A UDP port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

describe.skipIf(!available)('a real snmpd on loopback', () => {
  let folder = '';
  let port = 0;
  let agent: ChildProcess | null = null;
  const community = new Secret(COMMUNITY);
  const poll = () => pollOnce({ address: '127.0.0.1', port, community, timeoutMs: 1000 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detour-snmpd-'));
    await mkdir(join(folder, 'state'));
    port = await freePort();
    const config = [`rocommunity ${COMMUNITY}`, `agentAddress udp:127.0.0.1:${port}`, 'sysName loopback-agent'];
    await writeFile(join(folder, 'snmpd.conf'), `${config.join('\n')}\n`, { mode: 0o600 });
    const options = ['-f', '-C', '-c', join(folder, 'snmpd.conf'), '-Lf', join(folder, 'snmpd.log')];
    agent = spawn('snmpd', [...options, '-I', '-smux,mteTrigger,mteTriggerConf'], {
      env: { ...process.env, MIBS: '', SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: join(folder, 'state') },
      stdio: 'ignore',
    });
    await waitFor('the agent to answer', 10_000, () => poll().catch(() => null));
  });

  afterAll(async () => {
    if (agent && agent.exitCode === null) {
      agent.kill();
      await once(agent, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('tells who it is and all its interfaces', async () => {
    const report = await poll();
    expect(report).toMatchObject({
      format: 'detour-device/1',
      address: `127.0.0.1:${port}`,
      sysName: 'loopback-agent',
    });
    expect(report.problems).toEqual([]);
    expect(report.uptimeSeconds).toBeGreaterThan(0);
    const names = report.interfaces.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(networkInterfaces())));
    const loopback = report.interfaces.find(({ name }) => name === 'lo');
    expect(loopback).toMatchObject({ type: 24, adminStatus: 'up', counterBits: 64 });
    expect(BigInt(loopback?.counters.inOctets ?? 0)).toBeGreaterThan(0n);
    expect(renderDevice(report)).toMatch(/^ +\d+ +lo +.* up /m);
  });

  it('yields samples of an interface, first status, then amounts', async () => {
    const sink = new CollectingSink();
    const network = {
      name: 'one',
      nodes: [routerAt('n1', '127.0.0.1', port, 'env:X'), { ...routerAt('n2', '', 161, ''), address: null }],
      links: [linkBetween('l1', 'n1', 'n2', 'lo', null)],
      srlgs: [],
    };
    const source = new SnmpSource({
      network,
      sink,
      pollIntervalMs: 1000,
      resolveCredentials: () => Promise.resolve(community),
    });
    await source.start();
    const measured = await waitFor(
      'amounts',
      20_000,
      () => sink.samples.find(({ intervalMs }) => intervalMs !== null) ?? null,
    );
    await source.stop();
    expect(sink.samples[0]).toMatchObject({
      linkId: 'l1',
      end: 'a',
      operStatus: 'up',
      intervalMs: null,
      inOctets: null,
    });
    // Our own requests pass through the loopback interface, so it cannot have been idle.
    expect(measured.inOctets).toBeGreaterThan(0);
    expect(measured.inPackets).toBeGreaterThan(0);
    expect(measured.atMs).toBeLessThanOrEqual(measured.receivedAtMs);
  });

  it('stays silent on a wrong community, and the error tells neither', async () => {
    const wrong = new Secret('canary-wrong-88');
    const error = await pollOnce({ address: '127.0.0.1', port, community: wrong, timeoutMs: 300 }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      code: 'DETOUR_ERR_SNMP_TIMEOUT',
      hint: expect.stringContaining('community is wrong'),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});
