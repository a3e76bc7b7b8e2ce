import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { SnmpSource } from '../../../src/telemetry/snmp/source.ts';
import { LAB_COMMUNITY, labFleet, labNetwork } from '../../integration/snmp-lab.ts';
import { CollectingSink } from '../../integration/snmp-tools.ts';

describe('a reading beside the schedule', () => {
  const fleet = labFleet(labNetwork('status-lab'), null);
  let sink: CollectingSink;
  let source: SnmpSource;
  beforeEach(async () => {
    await fleet.start();
    sink = new CollectingSink();
    source = new SnmpSource({
      network: fleet.polledNetwork(),
      sink,
      // No device falls due while the test runs, but for bad luck with one of four.
      pollIntervalMs: 3_600_000,
      resolveCredentials: () => Promise.resolve(new Secret(LAB_COMMUNITY)),
    });
    await source.start();
  });
  afterEach(async () => {
    await source.stop();
    await fleet.stop();
  });

  it('hands on what is news, once, without amounts, and answers every end with its index', async () => {
    const first = await source.pollNow('A');
    expect(first?.map(({ linkId, ifIndex, operStatus, isNews }) => [linkId, ifIndex, operStatus, isNews])).toEqual([
      ['A-B', '1', 'up', false],
      ['A-C', '2', 'up', false],
      ['A-D', '3', 'up', false],
    ]);
    expect(sink.samples).toEqual([]);
    fleet.setLink('A-C', false);
    expect((await source.pollNow('A'))?.filter(({ isNews }) => isNews)).toMatchObject([
      { linkId: 'A-C', end: 'a', operStatus: 'down' },
    ]);
    expect(sink.samples).toMatchObject([{ linkId: 'A-C', operStatus: 'down', intervalMs: null, inOctets: null }]);
    await source.pollNow('A');
    expect(sink.samples).toHaveLength(1);
    fleet.setLink('A-C', true);
    await source.pollNow('A');
    expect(sink.samples.map(({ operStatus }) => operStatus)).toEqual(['down', 'up']);
    expect(sink.samples[1]?.atMs).toBeGreaterThan(sink.samples[0]?.atMs ?? 0);
  });

  it('is one at a time, however many ask', async () => {
    const before = fleet.requests();
    const all = await Promise.all(Array.from({ length: 5 }, () => source.pollNow('B')));
    expect(all.every((statuses) => statuses?.length === 3)).toBe(true);
    expect(source.stats()).toMatchObject({ statusPolls: 5, polls: 0 });
    expect(fleet.requests()).toBeGreaterThan(before);
  });

  it('knows no other devices', async () => {
    expect(await source.pollNow('nobody')).toBeNull();
  });
});
