import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import type { Proposal } from '../../src/reroute/proposal.ts';
import { kill, type Running, start } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { cleanEnv, freePort, type Service, startService } from './service.ts';

const CLI = join('dist', 'src', 'cli', 'main.js');
const SECRETS = {
  v2c: { text: 'canary-community-7f3a', canaries: ['canary-community-7f3a'] },
  v3: {
    text: JSON.stringify({
      ...{ user: 'watcher', auth: 'SHA-256', authPassword: 'canary-auth-91c2' },
      ...{ priv: 'AES-256', privPassword: 'canary-priv-55e0' },
    }),
    canaries: ['canary-auth-91c2', 'canary-priv-55e0'],
  },
} as const;

/** A while of quiet, then one fibre is cut for good, and another link, which stays up, loses packets. */
const SCENARIO = `format: detour-scenario/1
name: one-cut
startHour: 20
faults:
  scripted:
    - { atSeconds: 40, kind: fibre-cut, link: 'CUT', durationSeconds: 3600 }
    - { atSeconds: 40, kind: corruption, link: 'LOSSY', durationSeconds: 3600, strength: 0.1 }
`;

/** Runs one command to its end. */
async function detour(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const running = start(process.execPath, [CLI, ...args], { cwd: PACKAGE_ROOT, env: cleanEnv(env) });
  const { code } = await running.ended;
  return { code, output: running.output() };
}

/** Every GET of the API that needs no id, and those of one device and link; with the queues' own pages. */
async function allAnswers(service: Service): Promise<string> {
  const base = `http://127.0.0.1:${service.port}`;
  const text = async (path: string): Promise<string> => {
    const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(10_000) });
    return `${path} ${answer.status} ${await answer.text()}`;
  };
  const { paths } = await service.get<{ paths: Record<string, { get?: unknown }> }>('/openapi.json');
  const [link] = await service.links();
  const { items } = await service.get<{ items: { id: string }[] }>('/api/v1/devices');
  const plain = Object.entries(paths).flatMap(([path, { get }]) =>
    get && !path.includes('{') && !/stream/.test(path) ? [path] : [],
  );
  const more = [
    '/metrics',
    '/openapi.json',
    '/queues/api/queues',
    `/api/v1/devices/${items[0]?.id}`,
    `/api/v1/links/${link?.id}`,
    '/api/v1/devices/no-such',
    '/nowhere',
  ];
  return (await Promise.all([...new Set([...plain, ...more])].map(text))).join('\n');
}

/** Everything below a folder: the append-only file of the private Redis has every command that ever wrote. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const facts = statSync(path);
    return facts.isDirectory() ? filesBelow(path) : facts.isFile() ? [path] : [];
  });
}

describe.each(['v2c', 'v3'] as const)(
  'a simulated network that answers SNMP %s, and a service that polls it',
  (version) => {
    const { text, canaries } = SECRETS[version];

    it('shows healthy links, then the cut as down, and a way round what loses; and the secret nowhere', async () => {
      const folder = tempDir('snmp-lab');
      const [trapPort, apiPort] = [await freePort(), await freePort()];
      const networkFile = join(folder, 'lab.json');
      const scenario = join(folder, 'scenario.yaml');
      const { links } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'topology/networks/abilene.json'), 'utf8')) as {
        links: { id: string }[];
      };
      const [cut, lossy] = [links[0]?.id ?? '', links.at(-1)?.id ?? ''];
      writeFileSync(scenario, SCENARIO.replace('CUT', cut).replace('LOSSY', lossy));
      const env = { LAB_SECRET: text };
      const simulator: Running = start(
        process.execPath,
        [
          CLI,
          'simulate',
          '--snmp',
          '--json',
          '--network',
          'abilene',
          '--scenario',
          scenario,
          '--base-port',
          '0',
          '--write-network',
          networkFile,
          '--credentials',
          'env:LAB_SECRET',
          '--trap-to',
          `127.0.0.1:${trapPort}`,
        ],
        { cwd: PACKAGE_ROOT, env: cleanEnv(env) },
      );
      onTestFinished(() => kill(simulator.pid));
      await waitFor('the agents', () => simulator.output().includes('"ready":true'), { timeoutMs: 60_000 });
      const lab = JSON.parse(readFileSync(networkFile, 'utf8')) as { nodes: { address: string; snmpPort: number }[] };
      const seed = `127.0.0.1:${lab.nodes[0]?.snmpPort}`;

      const service = await startService({
        dataDir: join(folder, 'data'),
        port: apiPort,
        args: [
          '--network',
          networkFile,
          '--roles',
          'poll,score,work,api',
          '--poll-interval-seconds',
          '5',
          '--log-level',
          'trace',
        ],
        env: {
          ...env,
          DETOUR_TRAP_PORT: String(trapPort),
          DETOUR_DISCOVERY_SEEDS: seed,
          DETOUR_DISCOVERY_CREDENTIALS: 'env:LAB_SECRET',
        },
      });
      await service.answers(60_000);
      await waitFor('healthy links', async () => (await service.links()).every(({ state }) => state === 'healthy'), {
        timeoutMs: 60_000,
        everyMs: 250,
      });
      await waitFor('the cut', () => simulator.output().includes('fibre-cut'), { timeoutMs: 90_000 });
      const down = await waitFor(
        'the link to be down',
        async () => (await service.links()).find(({ id, state }) => id === cut && state === 'down'),
        { timeoutMs: 30_000 },
      );
      expect(down.id).toBe(cut);
      const avoids = ({ kind, cause }: Proposal): boolean => kind === 'reroute' && cause.links.includes(lossy);
      await waitFor('a way round what loses', async () => (await service.reroutes()).find(avoids), {
        timeoutMs: 120_000,
      });
      const metrics = await waitFor(
        'the trap to be counted',
        async () => {
          const page = await (await fetch(`http://127.0.0.1:${apiPort}/metrics`)).text();
          return /detour_snmp_traps_total\{[^}]*kind="linkDown"[^}]*\} [1-9]/.test(page) && page;
        },
        { timeoutMs: 30_000 },
      );
      expect(metrics).toMatch(/detour_snmp_polls_total\{poller="[^"]+"\} [1-9]/);
      expect(metrics).toMatch(/detour_snmp_traps_followed_total\{[^}]*outcome="confirmed"[^}]*\} [1-9]/);

      const polled = await detour(['poll', seed, '--credentials', 'env:LAB_SECRET'], env);
      expect(polled.code).toBe(0);
      const refused = await detour(
        ['poll', `127.0.0.1:${trapPort}`, '--credentials', 'env:LAB_SECRET', '--timeout', '300'],
        env,
      );
      expect(refused.code).toBe(3);
      const wrong = await detour(['poll', seed, '--credentials', text], env);
      expect(wrong.code).toBe(2);
      const found = await detour(
        ['discover', '--seed', seed, '--network', networkFile, '--credentials', 'env:LAB_SECRET', '--json'],
        env,
      );
      expect(found.code).toBe(0);
      expect(JSON.parse(found.output)).toMatchObject({ diff: { addedLinks: [], staleLinks: [], addedNodes: [] } });

      const places: Record<string, string> = {
        ...{ api: await allAnswers(service), log: service.running.output(), simulator: simulator.output() },
        ...{ poll: polled.output, refused: refused.output, wrong: wrong.output, discover: found.output },
        network: readFileSync(networkFile, 'utf8'),
      };
      for (const file of filesBelow(join(folder, 'data'))) places[file] = readFileSync(file, 'latin1');
      const redisFiles = Object.keys(places).filter((name) => /aof|\.rdb/.test(name));
      expect(redisFiles.some((name) => (places[name] ?? '').includes('detour:{'))).toBe(true);
      expect(places.api).toContain('/api/v1/devices');
      const leaks = Object.entries(places).filter(([, content]) => canaries.some((canary) => content.includes(canary)));
      expect(leaks.map(([name]) => name)).toEqual([]);
    });
  },
);
