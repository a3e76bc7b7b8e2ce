import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import { fnv1a } from '../../src/core/rng.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { AgentFleet } from '../../src/telemetry/snmp/agent/fleet.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import { pollSharesConformance } from '../pipeline/poll-shares-conformance.ts';
import { kill, type Running, start } from '../support/process.ts';
import { describeWithRedis, startTestRedis } from '../support/redis.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { labFleet, labNetwork, labService } from './snmp-lab.ts';
import { linkBetween, routerAt } from './snmp-tools.ts';

describeWithRedis('pollers that share devices, in Redis', () => {
  pollSharesConformance(async () => {
    const redis = await startTestRedis();
    const connection = await connectRedis(redis.socketPath, { role: 'commands' });
    const store = await createRedisStore({ networkName: 'shares', partitions: 1, connection, clock: systemClock });
    const close = async () => {
      await store.close();
      connection.disconnect();
      await redis.stop();
    };
    return { leases: store.leases, close };
  });
});

const INTERVAL_MS = 2_000;
const ROUTERS = 24;

interface Poll {
  readonly poller: string;
  readonly deviceId: string;
  /** Number of the interval of this device in which the poll began. */
  readonly slot: number;
}

function ring(): {
  name: string;
  nodes: ReturnType<typeof routerAt>[];
  links: ReturnType<typeof linkBetween>[];
  srlgs: [];
} {
  const nodes = Array.from({ length: ROUTERS }, (_, at) => ({
    ...routerAt(`r${at}`, '', 161, 'env:X'),
    address: null,
  }));
  const links = nodes.map((node, at) =>
    linkBetween(`l${at}`, node.id, nodes[(at + 1) % ROUTERS]?.id ?? '', 'east', 'west'),
  );
  return { name: 'share-ring', nodes: nodes as unknown as ReturnType<typeof routerAt>[], links, srlgs: [] };
}

function pollsOf(poller: string, running: Running): Poll[] {
  return running
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { deviceId: string; beganAtMs: number })
    .map(({ deviceId, beganAtMs }) => {
      const phaseMs = fnv1a(deviceId) % INTERVAL_MS;
      // Polls fall due where an interval begins; a timer may be a moment early, and on a busy machine late.
      return { poller, deviceId, slot: Math.floor((beganAtMs - phaseMs) / INTERVAL_MS + 1 / 4) };
    });
}

describeWithRedis('three poller processes', () => {
  it('share devices; when one is killed another takes over, at most one poll is left out and none is made twice', {
    timeout: 180_000,
  }, async () => {
    const redis = await startTestRedis();
    const credentials = [{ community: new Secret('share-readers') }];
    const fleet = new AgentFleet({ network: ring(), host: '127.0.0.1', basePort: 0, credentials, reference: 'env:X' });
    await fleet.start();
    const networkFile = join(tempDir('share'), 'network.json');
    await writeFile(networkFile, JSON.stringify(networkToJson(fleet.polledNetwork())));
    const script = join(PACKAGE_ROOT, 'test/integration/poller-process.ts');
    const spawn = (holder: string): Running =>
      start(process.execPath, ['--import', 'tsx', script, redis.socketPath, networkFile, String(INTERVAL_MS), holder], {
        cwd: PACKAGE_ROOT,
      });
    const pollers = new Map(['one', 'two', 'three'].map((holder) => [holder, spawn(holder)]));
    const polls = (): Poll[] => [...pollers].flatMap(([holder, running]) => pollsOf(holder, running));
    try {
      const devicesOf = (holder: string, sinceSlot: number): Set<string> =>
        new Set(
          polls()
            .filter(({ poller, slot }) => poller === holder && slot >= sinceSlot)
            .map(({ deviceId }) => deviceId),
        );
      const newest = (): number => Math.max(0, ...polls().map(({ slot }) => slot));
      await waitFor(
        'every poller to have a fair share, of all devices',
        () => {
          const shares = [...pollers.keys()].map((holder) => devicesOf(holder, newest() - 1).size);
          return (
            shares.every((size) => size >= 6 && size <= 11) && shares.reduce((sum, size) => sum + size, 0) >= ROUTERS
          );
        },
        { timeoutMs: 90_000, everyMs: 200 },
      );
      const settledSlot = newest();
      const orphans = devicesOf('two', settledSlot - 1);
      expect(orphans.size).toBeGreaterThan(4);
      kill(pollers.get('two')?.pid ?? 0);
      await waitFor(
        'the others to poll the orphans',
        () => {
          const others = new Set([...devicesOf('one', settledSlot + 3), ...devicesOf('three', settledSlot + 3)]);
          return [...orphans].every((id) => others.has(id));
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      const all = polls();
      const twice = all
        .map(({ deviceId, slot }) => `${deviceId} ${slot}`)
        .filter((key, at, keys) => keys.indexOf(key) !== at);
      expect(twice).toEqual([]);
      // Within two intervals: no device misses more than one.
      for (let at = 0; at < ROUTERS; at += 1) {
        const slots = all
          .filter(({ deviceId, slot }) => deviceId === `r${at}` && slot >= settledSlot)
          .map(({ slot }) => slot)
          .sort((x, y) => x - y);
        const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? slot));
        expect(Math.max(...gaps), `r${at}: ${slots.join(' ')}`).toBeLessThanOrEqual(2);
      }
    } finally {
      for (const { pid } of pollers.values()) kill(pid);
      await fleet.stop();
      await redis.stop();
    }
  });
});

describeWithRedis('two services with the role poll at one Redis', () => {
  it('share the devices, and one that stops leaves its share to the other', { timeout: 120_000 }, async () => {
    const redis = await startTestRedis();
    const fleet = labFleet(labNetwork('two-services'), null);
    await fleet.start();
    const settings = { redisUrl: `unix://${redis.socketPath}`, pollIntervalSeconds: '2' };
    const one = await labService(fleet, tempDir('one'), settings);
    const two = await labService(fleet, tempDir('two'), { ...settings, roles: 'poll' });
    const held = async (): Promise<number[]> => {
      const page = await (await fetch(`${one.url}/metrics`)).text();
      return [...page.matchAll(/^detour_snmp_devices_held\{.*\} (\d+)$/gm)].map(([, count]) => Number(count)).sort();
    };
    try {
      const shared = async () => (await held()).join() === '2,2';
      await waitFor('two devices each', shared, { timeoutMs: 40_000, everyMs: 200 });
      await two.stop();
      await waitFor('all four at one', async () => (await held()).join() === '4', { timeoutMs: 40_000, everyMs: 200 });
    } finally {
      await two.stop();
      await one.stop();
      await fleet.stop();
      await redis.stop();
    }
  });
});
