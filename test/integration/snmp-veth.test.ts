import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import type { InterfaceSample } from '../../src/telemetry/sample.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { SnmpSource } from '../../src/telemetry/snmp/source.ts';
import { CollectingSink, installed, linkBetween, routerAt, waitFor } from './snmp-tools.ts';
import { Testbed } from './testbed.ts';

const COMMUNITY = 'veth-readers';
const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['ip', 'snmpd', 'ping'].filter((program) => !installed(program)),
];
if (missing.length > 0) {
  process.stderr.write(`skipped: two agents in namespaces need ${missing.join(', ')}\n`);
}

const CLI = join(PACKAGE_ROOT, 'dist/src/cli/main.js');
const built = existsSync(CLI);
if (!built && missing.length === 0)
  process.stderr.write(`skipped: ${CLI} is not built, so the whole chain cannot run\n`);

interface PairEnd {
  readonly address: string;
  readonly interface: string;
}

interface Pair {
  readonly a: PairEnd;
  readonly z: PairEnd;
}

describe.skipIf(missing.length > 0)('two real agents joined by a veth pair', () => {
  const bed = new Testbed('pair.sh', COMMUNITY);
  let pair: Pair;
  beforeAll(async () => {
    pair = (await bed.answer()) as Pair;
  });
  afterAll(() => bed.close());

  it('are polled: rates while traffic flows, down at both ends when the wire is cut', async () => {
    const sink = new CollectingSink();
    const latest = (end: 'a' | 'z', fits: (sample: InterfaceSample) => boolean) =>
      sink.samples.findLast((sample) => sample.end === end && fits(sample)) ?? null;
    const network = {
      name: 'pair',
      nodes: [routerAt('left', pair.a.address, 161, 'env:X'), routerAt('right', pair.z.address, 161, 'env:X')],
      links: [linkBetween('wire', 'left', 'right', pair.a.interface, pair.z.interface)],
      srlgs: [],
    };
    const resolveCredentials = () => Promise.resolve(new Secret(COMMUNITY));
    const source = new SnmpSource({ network, sink, pollIntervalMs: 1000, resolveCredentials });
    await bed.command('traffic');
    await source.start();
    try {
      for (const end of ['a', 'z'] as const) {
        // 200 echo requests a second of 1,042 octets, and as many answers.
        const busy = await waitFor(`traffic at end ${end}`, 40_000, () =>
          latest(end, ({ outPackets }) => (outPackets ?? 0) > 20),
        );
        expect(busy).toMatchObject({ linkId: 'wire', adminStatus: 'up', operStatus: 'up' });
        const seconds = (busy.intervalMs ?? 0) / 1000;
        expect((busy.outOctets ?? 0) / (busy.outPackets ?? 1)).toBeGreaterThan(900);
        expect((busy.outPackets ?? 0) / seconds).toBeLessThan(400);
        expect(busy.inPackets).toBeGreaterThan(0);
      }
      await bed.command('cut');
      for (const end of ['a', 'z'] as const) {
        const down = await waitFor(`end ${end} to be down`, 15_000, () =>
          latest(end, ({ operStatus }) => operStatus !== null && operStatus !== 'up'),
        );
        expect(down.adminStatus).toBe('up');
      }
      await bed.command('mend');
      const cutAt = sink.samples.length;
      await waitFor('the wire to be up again', 15_000, () =>
        sink.samples.slice(cutAt).some(({ operStatus }) => operStatus === 'up') ? true : null,
      );
      await bed.command('shut');
      await waitFor('end a to be shut', 15_000, () => latest('a', ({ adminStatus }) => adminStatus === 'down'));
      await bed.command('open');
      await bed.command('quiet');
    } finally {
      await source.stop();
    }
  });

  it('lead to a proposal when the wire is cut, through the whole service', async ({ skip }) => {
    if (!built && process.env.CI !== 'true') skip(`${CLI} is not built`);
    expect(built, `${CLI} is not built`).toBe(true);
    const folder = await mkdtemp(join(tmpdir(), 'detour-chain-'));
    const networkFile = join(folder, 'network.json');
    await writeFile(networkFile, JSON.stringify(networkFileOf(pair)));
    const service = new Service(networkFile, folder);
    try {
      // A link that carries nothing needs no way round, so there is traffic to lose.
      await bed.command('traffic');
      const api = await service.listening();
      await waitFor('a healthy link', 60_000, async () => (await linkState(api)) === 'healthy' || null);
      await waitFor('its load', 30_000, async () => ((await loadBps(api)) ?? 0) > 100_000 || null);
      await bed.command('cut');
      await waitFor('the link to be down', 30_000, async () => (await linkState(api)) === 'down' || null);
      const proposal = await waitFor('a proposal', 30_000, async () => (await items(api, 'reroutes'))[0] ?? null);
      expect(proposal).toMatchObject({ kind: 'no-safe-alternative', links: ['wire'] });
    } finally {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

function networkFileOf(pair: Pair) {
  const credentials = 'env:PAIR_COMMUNITY';
  return {
    format: 'detour-network/1',
    name: 'pair',
    nodes: [
      { id: 'left', name: 'Left', address: pair.a.address, credentials },
      { id: 'right', name: 'Right', address: pair.z.address, credentials },
    ],
    links: [
      {
        id: 'wire',
        a: 'left',
        z: 'right',
        aInterface: pair.a.interface,
        zInterface: pair.z.interface,
        capacityBps: 100e6,
        latencyMs: 1,
        metric: 10,
      },
    ],
  };
}

/** The service as people run it, on a free port. */
class Service {
  readonly #process: ChildProcessWithoutNullStreams;
  #output = '';

  constructor(networkFile: string, folder: string) {
    const flags = [
      '--network',
      networkFile,
      '--roles',
      'poll,score,work,api',
      '--port',
      '0',
      '--data-dir',
      join(folder, 'data'),
    ];
    this.#process = spawn(process.execPath, [CLI, 'run', ...flags, '--poll-interval-seconds', '1'], {
      env: { ...process.env, PAIR_COMMUNITY: COMMUNITY },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** Address of the API, from what the service prints. */
  listening(): Promise<string> {
    return waitFor('the address of the API', 30_000, () => {
      if (this.#process.exitCode !== null) throw new Error(`the service ended: ${this.#output}`);
      return /http:\/\/127\.0\.0\.1:\d+/.exec(this.#output)?.[0] ?? null;
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
    expect(this.#output).not.toContain(COMMUNITY);
  }
}

async function items(api: string, list: 'links' | 'reroutes'): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${api}/api/v1/${list}`).catch(() => null);
  if (!response?.ok) return [];
  return ((await response.json()) as { items: Record<string, unknown>[] }).items;
}

async function linkState(api: string): Promise<unknown> {
  return (await items(api, 'links'))[0]?.state;
}

async function loadBps(api: string): Promise<number | null> {
  const [link] = await items(api, 'links');
  const arcs = link?.arcs as { az: { loadBps: number | null } } | undefined;
  return arcs?.az.loadBps ?? null;
}
