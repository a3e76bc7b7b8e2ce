import { describe, expect, it } from 'vitest';
import { AgentFleet } from '../../src/telemetry/snmp/agent/fleet.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { discover } from '../../src/telemetry/snmp/discovery/discover.ts';
import type { NetworkJson } from '../../src/telemetry/snmp/discovery/to-network.ts';
import { loadNetwork } from '../../topology/files.ts';
import { networkToJson } from '../../topology/formats/detour-network.ts';
import type { Link } from '../../topology/model.ts';
import { describeWithRedis } from '../support/redis.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { LAB_COMMUNITY, labFleet, labNetwork, labService } from './snmp-lab.ts';

/** Links by what devices can tell: who, on which interfaces. */
function canonical(
  links: readonly { a: string; z: string; aInterface?: string | null; zInterface?: string | null }[],
): string[] {
  return links
    .map(({ a, z, aInterface, zInterface }) => [`${a} ${aInterface}`, `${z} ${zInterface}`].sort().join(' -- '))
    .sort();
}

function twin(link: Link): Link {
  return { ...link, id: `${link.id}-2`, aInterface: `${link.aInterface}-2`, zInterface: `${link.zInterface}-2` };
}

describe('discovery of simulated agents, all at one address with a port each', () => {
  it('reproduces backbone-100 from the addresses alone, with every link right and parallel ones apart', async () => {
    const { network: shipped } = await loadNetwork('backbone-100');
    // The shipped network has no parallel links: ten of its links get a twin.
    const network = { ...shipped, links: [...shipped.links, ...shipped.links.slice(0, 10).map(twin)] };
    const credentials = [{ community: new Secret('lab-walkers') }];
    const fleet = new AgentFleet({ network, host: '127.0.0.1', basePort: 0, credentials, reference: 'env:LAB' });
    await fleet.start();
    try {
      const polled = networkToJson(fleet.polledNetwork()) as unknown as NetworkJson;
      const seed = fleet.polledNetwork().nodes[0]?.snmpPort ?? 0;
      const walk = (present: NetworkJson) =>
        discover({
          seed: '127.0.0.1',
          port: seed,
          agent: { community: new Secret('lab-walkers') },
          credentials: 'env:LAB',
          within: [],
          name: 'lab',
          present,
        });
      const fresh = await walk({ ...polled, links: [] });
      expect(fresh.cutBy).toBeNull();
      expect(fresh.devices.filter(({ address }) => address !== null)).toHaveLength(100);
      expect(canonical(fresh.network.links)).toEqual(canonical(network.links));
      expect(fresh.diff.addedNodes).toEqual([]);
      for (const { discovery } of fresh.network.links) {
        expect(discovery?.isStale).toBe(false);
        expect(discovery?.confidence).toBeGreaterThan(0.98);
      }

      const again = await walk(polled);
      const { addedLinks, addedNodes, staleLinks, unseenNodes } = again.diff;
      expect({ addedLinks, addedNodes, staleLinks, unseenNodes }).toEqual({
        ...{ addedLinks: [], addedNodes: [], staleLinks: [], unseenNodes: [] },
      });
      expect(again.network.nodes.map(({ id, snmpPort }) => `${id} ${snmpPort}`)).toEqual(
        polled.nodes.map(({ id, snmpPort }) => `${id} ${snmpPort}`),
      );
    } finally {
      await fleet.stop();
    }
  }, 180_000);
});

describeWithRedis('the discovery job of the service', () => {
  it('tells of links that are new or gone, keeps what is gone as stale, and is quiet when nothing changes', async () => {
    const fleet = labFleet(labNetwork('job-lab'), null);
    await fleet.start();
    const polled = fleet.polledNetwork();
    // The file does not know C-B, and knows a second A-B that is not there.
    const ghost = { ...twin(polled.links.find(({ id }) => id === 'A-B') as Link), id: 'ghost' };
    const filed = { ...polled, links: [...polled.links.filter(({ id }) => id !== 'C-B'), ghost] };
    const settings = {
      pollIntervalSeconds: '5',
      discoverySeeds: `127.0.0.1:${polled.nodes[0]?.snmpPort}`,
      discoveryIntervalMinutes: '0.05',
    };
    const service = await labService(fleet, tempDir('job'), settings, filed);
    interface Told {
      readonly type: string;
      readonly linkId: string | null;
      readonly severity: string;
      readonly details: Readonly<Record<string, unknown>>;
    }
    const told = async () => {
      const answer = (await (await fetch(`${service.url}/api/v1/events?limit=200`)).json()) as { items: Told[] };
      return answer.items.filter(({ type }) => type === 'topology-changed');
    };
    try {
      const first = await waitFor('the first discovery', async () => (await told()).length > 1 && told(), {
        timeoutMs: 60_000,
      });
      const of = (change: string) => first.filter(({ details }) => details.change === change);
      expect(of('stale')).toMatchObject([{ linkId: 'ghost', severity: 'warning' }]);
      expect(of('added')).toMatchObject([
        { linkId: 'B-C', details: { a: 'B', z: 'C', confidence: 0.99, lastSeenAtMs: expect.any(Number) } },
      ]);
      expect(of('added')[0]?.details.evidence).toEqual([
        { source: 'lldp', toldBy: 'B' },
        { source: 'lldp', toldBy: 'C' },
      ]);
      const asked = fleet.requests();
      await waitFor('another two rounds', () => fleet.requests() > asked + 150, { timeoutMs: 60_000 });
      expect(await told()).toEqual(first);
      expect(JSON.stringify(await told())).not.toContain(LAB_COMMUNITY);

      // Its cable is pulled, put back, and one day the link is slower: LLDP and ifTable change, nobody tells us.
      const linkOf = async (id: string) => {
        const answer = await fetch(`${service.url}/api/v1/discovery`);
        const { links } = (await answer.json()) as { links: { id: string; discovery: { isStale: boolean } | null }[] };
        return links.find((link) => link.id === id);
      };
      const heard = (change: string) => async () =>
        (await told()).find(({ linkId, details }) => linkId === 'A-D' && details.change === change);
      expect(await linkOf('A-D')).toMatchObject({ isOnFile: true, discovery: { isStale: false, confidence: 0.99 } });
      fleet.rewire('A-D', { isHeard: false, speedBps: 10e9 });
      const gone = await waitFor('the link to be gone', heard('stale'), { timeoutMs: 30_000 });
      expect(gone).toMatchObject({ severity: 'warning', cleared: false });
      expect(await linkOf('A-D')).toMatchObject({ discovery: { isStale: true } });
      fleet.rewire('A-D', { isHeard: true, speedBps: 10e9 });
      const back = await waitFor('the link to be back', heard('returned'), { timeoutMs: 30_000 });
      expect(back).toMatchObject({ severity: 'info', cleared: true, details: { confidence: 0.99 } });
      fleet.rewire('A-D', { isHeard: true, speedBps: 1e9 });
      const slower = await waitFor('the link to have changed', heard('changed'), { timeoutMs: 30_000 });
      expect(slower).toMatchObject({ details: { field: 'capacityBps', before: 10e9, after: 1e9 } });
      expect(await linkOf('A-D')).toMatchObject({ discovery: { isStale: false } });
      const text = await (await fetch(`${service.url}/api/v1/discovery`)).text();
      expect(text).not.toContain(LAB_COMMUNITY);
      const { queues } = (await (await fetch(`${service.url}/api/v1/jobs`)).json()) as { queues: { name: string }[] };
      expect(queues.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan', 'retention', 'discovery']));
      const board = (await (await fetch(`${service.url}/queues/api/queues`)).json()) as { queues: { name: string }[] };
      expect(board.queues.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan', 'retention', 'discovery']));
    } finally {
      await service.stop();
      await fleet.stop();
    }
  }, 180_000);
});
