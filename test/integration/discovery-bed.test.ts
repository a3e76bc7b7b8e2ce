import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { type Discovery, discover } from '../../src/telemetry/snmp/discovery/discover.ts';
import type { NetworkJson } from '../../src/telemetry/snmp/discovery/to-network.ts';
import { validateNetwork } from '../../topology/formats/detour-network.ts';
import { installed, waitFor } from './snmp-tools.ts';
import { Testbed } from './testbed.ts';

const COMMUNITY = 'bed-readers';
const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['ip', 'snmpd', 'lldpd', 'snmpbulkwalk', '/usr/lib/frr/ospfd'].filter((program) => !installed(program)),
];
if (missing.length > 0) process.stderr.write(`skipped: the bed of eleven real routers needs ${missing.join(', ')}\n`);

interface BedLink {
  readonly id: string;
  readonly a: string;
  readonly z: string;
  readonly aInterface: string;
  readonly zInterface: string;
  readonly metric: number;
  readonly capacityBps: number;
}

interface BedPlan {
  readonly within: string;
  readonly nodes: readonly { readonly id: string; readonly address: string }[];
  readonly links: readonly BedLink[];
}

/** Links with their ends in one order, so that A-B equals B-A. */
function canonical(links: readonly Partial<BedLink>[]): string[] {
  return links
    .map(({ a, z, aInterface, zInterface, metric, capacityBps }) => {
      const ends = [`${a} ${aInterface}`, `${z} ${zInterface}`].sort();
      return `${ends.join(' -- ')} metric ${metric} ${capacityBps} bit/s`;
    })
    .sort();
}

describe.skipIf(missing.length > 0)('discovery of eleven real routers', () => {
  const bed = new Testbed('bed.sh', COMMUNITY);
  let plan: BedPlan;
  beforeAll(async () => {
    plan = (await bed.answer()) as BedPlan;
    // Adjacencies are full a moment before both ends' LSAs are everywhere.
    await waitFor('the link-state database to be complete', 20_000, async () => {
      const { network } = await walk(null);
      const told = network.links.filter(({ discovery }) =>
        discovery?.evidence.some(({ source }) => source === 'ospf-lsdb'),
      );
      return told.length === plan.links.length ? told : null;
    });
  }, 120_000);
  afterAll(() => bed.close());

  const walk = (present: NetworkJson | null): Promise<Discovery> =>
    discover({
      seed: plan.nodes[0]?.address ?? '',
      port: 161,
      agent: { community: new Secret(COMMUNITY) },
      credentials: 'env:BED_COMMUNITY',
      within: [plan.within],
      name: 'bed',
      present,
    });

  it('finds every router and every link, parallel ones apart, with ports, speeds and costs right', async () => {
    const { network, devices, cutBy } = await walk(null);
    expect(cutBy).toBeNull();
    expect(devices.flatMap(({ id, address }) => (address === null ? [] : [id])).sort()).toEqual(
      plan.nodes.map(({ id }) => id).sort(),
    );
    expect(network.nodes.map(({ id, address }) => `${id} ${String(address)}`).sort()).toEqual(
      plan.nodes.map(({ id, address }) => `${id} ${address}`).sort(),
    );
    expect(canonical(network.links as readonly Partial<BedLink>[])).toEqual(canonical(plan.links));
    for (const { discovery } of network.links) {
      expect(new Set(discovery?.evidence.map(({ source }) => source))).toEqual(
        new Set(['lldp', 'ospf', 'ospf-lsdb', 'subnet']),
      );
      // Both ends speak of the wire by LLDP.
      expect(discovery?.evidence.filter(({ source }) => source === 'lldp')).toHaveLength(2);
      expect(discovery?.confidence).toBeGreaterThan(0.99);
    }
    expect(validateNetwork(JSON.parse(JSON.stringify(network))).network.links).toHaveLength(plan.links.length);
  });

  it('keeps a link that is cut as stale, and knows it again when it is back', async () => {
    const before = await walk(null);
    const id = before.network.links.find(({ aInterface }) => aInterface === 'to-KSCY-2')?.id ?? '';
    await bed.command('cut KSCY-IPLS-2');
    const cut = await waitFor('the link to go stale', 30_000, async () => {
      const found = await walk(before.network);
      return found.diff.staleLinks.length > 0 ? found : null;
    });
    expect(cut.diff).toMatchObject({
      staleLinks: [id],
      addedLinks: [],
      addedNodes: [],
      unseenNodes: [],
      returnedLinks: [],
    });
    expect(cut.network.links).toHaveLength(before.network.links.length);
    const was = before.network.links.find((link) => link.id === id);
    expect(cut.network.links.find((link) => link.id === id)?.discovery).toEqual({ ...was?.discovery, isStale: true });

    await bed.command('mend KSCY-IPLS-2');
    const back = await waitFor('the link to come back', 30_000, async () => {
      const found = await walk(cut.network);
      return found.diff.returnedLinks.length > 0 ? found : null;
    });
    expect(back.diff).toMatchObject({ staleLinks: [], returnedLinks: [id], addedLinks: [] });
  });

  it('asks nobody outside the prefix it was given', async () => {
    const seed = plan.nodes[0]?.address ?? '';
    const { devices, unreached } = await discover({
      seed,
      port: 161,
      agent: { community: new Secret(COMMUNITY) },
      credentials: null,
      within: [`${seed}/32`],
      name: 'bed',
      present: null,
    });
    expect(devices.filter(({ address }) => address !== null)).toHaveLength(1);
    expect(unreached.filter(({ reason }) => reason === `not within ${seed}/32`).length).toBeGreaterThan(1);
  });
});
