import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { COUNTERS, INTERFACE, SYSTEM } from '../../src/telemetry/snmp/mib.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { counter64, integer, octets, timeticks } from '../telemetry/snmp/ber.ts';
import { honest, RogueAgent } from '../telemetry/snmp/rogue-agent.ts';
import { startService } from './service.ts';

const COMMUNITY = 'canary-community-7731';
const PASSWORD = 'canary-password-9917';
const CLI = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not built: npm run build`);
});

/** An agent that answers whoever knows the community. */
async function wellAgent(): Promise<RogueAgent> {
  const well = await new RogueAgent().start();
  let moved = 0n;
  well.behaviour = (request, mib) => {
    if (request.community !== COMMUNITY) return [];
    moved += 1_000n;
    mib.set(SYSTEM.sysUpTime, timeticks(100_000 + Math.floor(performance.now() / 10)));
    mib.set(`${INTERFACE.ifName}.1`, octets('eth0'));
    mib.set(`${INTERFACE.ifAdminStatus}.1`, integer(1));
    mib.set(`${INTERFACE.ifOperStatus}.1`, integer(1));
    mib.set(`${COUNTERS.inOctets.wide}.1`, counter64(moved));
    mib.set(`${COUNTERS.outOctets.wide}.1`, counter64(moved));
    return honest(request, mib);
  };
  return well;
}

/** Takes every packet, and answers none. */
async function deafAgent(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Every file below a folder, as latin1 text: Redis' append-only file holds all that was ever written to it. */
async function contentOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')))).join('\n');
}

it('no community and no password appears in logs, answers of the API, metrics, events or what Redis keeps', async () => {
  const folder = tempDir('canary');
  const [well, deaf] = [await wellAgent(), await deafAgent()];
  const v3 = { user: 'detour', auth: 'SHA-256', authPassword: PASSWORD, priv: 'AES-128', privPassword: PASSWORD };
  const node = (id: string, snmpPort: number, credentials: string) => ({
    id,
    address: '127.0.0.1',
    snmpPort,
    credentials,
  });
  const network = {
    format: 'detour-network/1',
    name: 'canary',
    nodes: [node('a', well.port, 'env:CANARY_COMMUNITY'), node('z', deaf.address().port, 'env:CANARY_USER')],
    links: [{ id: 'l', a: 'a', z: 'z', aInterface: 'eth0', zInterface: 'eth0', capacityBps: 1e9, latencyMs: 1 }],
  };
  const networkFile = join(folder, 'network.json');
  await writeFile(networkFile, JSON.stringify(network));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const service = await startService({
    dataDir,
    args: ['--network', networkFile, '--roles', 'poll,score,work,api', '--poll-interval-seconds', '1'],
    env: { CANARY_COMMUNITY: COMMUNITY, CANARY_USER: JSON.stringify(v3), DETOUR_LOG_LEVEL: 'trace' },
  });
  try {
    await service.answers(60_000);
    const [link] = await waitFor(
      'a sample of the device that answers, and word of the one that does not',
      async () => {
        const links = await service.links();
        const events = JSON.stringify(await service.get('/api/v1/events').catch(() => ''));
        return links[0]?.ends.a.operStatus === 'up' && events.includes('device-silent') ? links : null;
      },
      { timeoutMs: 60_000 },
    );
    expect(link?.id).toBe('l');
    const base = `http://127.0.0.1:${service.port}`;
    const openapi = await service.get<{ paths: Record<string, { get?: unknown }> }>('/openapi.json');
    const paths = Object.keys(openapi.paths).filter((path) => openapi.paths[path]?.get && !path.includes('{'));
    expect(paths.length).toBeGreaterThan(5);
    const answers: string[] = [];
    for (const path of [...paths, '/metrics', '/api/v1/links/l', '/api/v1/devices/a']) {
      if (/stream/.test(path)) continue;
      const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
      answers.push(answer ? await answer.text() : '');
    }
    const kept = await contentOf(dataDir);
    // What is searched is really there: events in Redis' file, links in the answers.
    expect(kept).toContain('device-silent');
    expect(answers.join()).toContain('eth0');
    const everything = [...answers, service.running.output(), kept].join('\n');
    for (const secret of [COMMUNITY, PASSWORD]) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('base64').slice(0, -2));
      expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
    }
  } finally {
    well.stop();
    deaf.close();
  }
}, 180_000);
