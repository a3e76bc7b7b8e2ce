import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReplayAgent } from '../../scripts/testbed/replay/replay-agent.ts';
import { Recording } from '../../scripts/testbed/replay/snmprec.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import type { CrawlLimits } from '../../src/telemetry/snmp/discovery/crawl.ts';
import { type Discovery, discover } from '../../src/telemetry/snmp/discovery/discover.ts';

const COMMUNITY = 'walk-canary';
const LLDP = '1.0.8802.1.1.2.1';

/** A router with one interface per neighbour, which tells their addresses as its devices would: by LLDP. */
function router(name: string, neighbours: Readonly<Record<string, string>>): Recording {
  const lines = [
    `${LLDP}.3.2.0|4|chassis-${name}`,
    ...Object.entries(neighbours).flatMap(([far, address], at) => [
      `${LLDP}.4.1.1.4.0.${at + 1}.1|2|7`,
      `${LLDP}.4.1.1.5.0.${at + 1}.1|4|chassis-${far}`,
      `${LLDP}.4.1.1.6.0.${at + 1}.1|2|5`,
      `${LLDP}.4.1.1.7.0.${at + 1}.1|4|to-${name}`,
      `${LLDP}.4.1.1.9.0.${at + 1}.1|4|${far}`,
      `${LLDP}.4.2.1.3.0.${at + 1}.1.1.4.${address}|2|2`,
      `1.3.6.1.2.1.31.1.1.1.1.${at + 1}|4|to-${far}`,
    ]),
    '1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10',
    `1.3.6.1.2.1.1.5.0|4|${name}`,
  ];
  return new Recording(lines.sort(byOid).join('\n'));
}

function byOid(left: string, right: string): number {
  const [a, b] = [left, right].map((line) => (line.split('|')[0] ?? '').split('.').map(Number));
  const at = (a ?? []).findIndex((arc, index) => arc !== b?.[index]);
  return at < 0 ? (a?.length ?? 0) - (b?.length ?? 0) : (a?.[at] ?? 0) - (b?.[at] ?? 0);
}

/** r1 - r2 - r3, and r3 tells of a device in another network. */
// Only Linux answers on all of 127.0.0.0/8 by itself.
describe.skipIf(process.platform !== 'linux')('a walk over agents on loopback', () => {
  const agents: ReplayAgent[] = [];
  let port = 0;
  const add = async (address: string, recording: Recording): Promise<ReplayAgent> => {
    const agent = await new ReplayAgent(new Map([[COMMUNITY, recording]])).start(address, port);
    agents.push(agent);
    return agent;
  };
  let outsider: ReplayAgent;
  beforeEach(async () => {
    port = 0;
    port = (await add('127.77.0.1', router('r1', { r2: '127.77.0.2' }))).port;
    await add('127.77.0.2', router('r2', { r1: '127.77.0.1', r3: '127.77.0.3' }));
    await add('127.77.0.3', router('r3', { r2: '127.77.0.2', evil: '127.78.0.1' }));
    outsider = await add('127.78.0.1', router('evil', { r3: '127.77.0.3' }));
  });
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.stop();
  });

  const walk = (limits: Partial<CrawlLimits> = {}, within: readonly string[] = []): Promise<Discovery> =>
    discover({
      seed: '127.77.0.1',
      port,
      agent: { community: new Secret(COMMUNITY) },
      credentials: null,
      within,
      name: 'walk',
      present: null,
      limits,
    });
  const names = ({ devices }: Discovery): string[] => devices.map(({ id }) => id).sort();

  it('reaches every device within the prefix around the seed, and never sends the community beyond it', async () => {
    const found = await walk();
    expect(names(found)).toEqual(['r1', 'r2', 'r3']);
    expect(found.network.links.map(({ a, aInterface, z, zInterface }) => [a, aInterface, z, zInterface])).toEqual([
      ['r1', 'to-r2', 'r2', 'to-r1'],
      ['r2', 'to-r3', 'r3', 'to-r2'],
    ]);
    expect(found.unreached).toEqual([
      { address: '127.78.0.1', name: 'evil', toldBy: 'r3', reason: 'not within 127.77.0.1/16' },
    ]);
    expect(outsider.requests).toBe(0);
    expect(JSON.stringify(found)).not.toContain(COMMUNITY);
  });

  it('goes further where it is told to', async () => {
    expect(names(await walk({}, ['127.0.0.0/8']))).toEqual(['evil', 'r1', 'r2', 'r3']);
    expect(outsider.requests).toBeGreaterThan(0);
  });

  it('stops at its limits and says so', async () => {
    const few = await walk({ maxDevices: 2 });
    expect(names(few)).toEqual(['r1', 'r2']);
    expect(few.cutBy).toBe('more than 2 devices');
    const near = await walk({ maxDepth: 1 });
    expect(names(near)).toEqual(['r1', 'r2']);
    expect(near.unreached).toMatchObject([{ address: '127.77.0.3', reason: 'more than 1 steps from the seed' }]);
  });

  it('goes on without a device that is silent, and fails when the seed is', async () => {
    agents[1]?.stop();
    agents.splice(1, 1);
    const found = await walk({ timeoutMs: 300 });
    expect(names(found)).toEqual(['r1']);
    expect(found.unreached).toMatchObject([{ address: '127.77.0.2', name: 'r2' }]);
    await expect(
      discover({
        seed: '127.77.0.2',
        port,
        agent: { community: new Secret(COMMUNITY) },
        credentials: null,
        within: [],
        name: 'walk',
        present: null,
        limits: { timeoutMs: 300 },
      }),
    ).rejects.toMatchObject({ code: 'DETOUR_ERR_SNMP_TIMEOUT' });
  });
});
