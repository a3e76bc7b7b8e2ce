import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { SnmpAnswer, SnmpClient } from '../../../src/telemetry/snmp/client.ts';
import { DevicePoller } from '../../../src/telemetry/snmp/device-poller.ts';
import { COUNTERS, INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { compareOids } from '../../../src/telemetry/snmp/oid.ts';
import type { SnmpValue, Varbind } from '../../../src/telemetry/snmp/varbind.ts';

const clock = new ManualClock();

/** An agent without a network in between. */
class FakeClient implements SnmpClient {
  readonly mib = new Map<string, SnmpValue>();
  #answer = (varbinds: Varbind[]): Promise<SnmpAnswer> =>
    Promise.resolve({ varbinds, sentAtMs: clock.nowMs(), receivedAtMs: clock.nowMs() });

  get(oids: readonly string[]) {
    return this.#answer(
      oids.map((oid) => ({ oid, ...(this.mib.get(oid) ?? { type: 'noSuchInstance', value: null }) })),
    );
  }

  getNext(oids: readonly string[]) {
    return this.#answer(
      oids.map((oid) => {
        const next = [...this.mib.keys()].filter((key) => compareOids(key, oid) > 0).sort(compareOids)[0];
        return { oid: next ?? oid, ...(this.mib.get(next ?? '') ?? { type: 'endOfMibView', value: null }) };
      }),
    );
  }

  getBulk(oids: readonly string[]) {
    return this.getNext(oids);
  }

  close() {}

  tick(ticks: number) {
    this.mib.set(SYSTEM.sysUpTime, { type: 'timeticks', value: ticks });
  }

  put(ifIndex: number, name: string, inOctets: bigint) {
    this.mib.set(`${INTERFACE.ifName}.${ifIndex}`, { type: 'octets', value: Buffer.from(name) });
    this.mib.set(`${INTERFACE.ifOperStatus}.${ifIndex}`, { type: 'integer', value: 1 });
    this.mib.set(`${COUNTERS.inOctets.wide}.${ifIndex}`, { type: 'counter64', value: inOctets });
  }
}

let client: FakeClient;
let poller: DevicePoller;
beforeEach(() => {
  clock.advance(1e9);
  client = new FakeClient();
  client.tick(100_000);
  client.put(7, 'xe-0', 1000n);
  const interfaces = [{ linkId: 'l1', end: 'a' as const, name: 'xe-0', capacityBps: 1e9, farAddress: null }];
  const target = { deviceId: 'n1', address: '127.0.0.1', port: 161, credentials: null, interfaces };
  poller = new DevicePoller(target, client, { clock, deadlineMs: 5000, cacheHoldMs: 5000 });
});

async function pollAfter(seconds: number, ticks: number) {
  clock.advance(seconds * 1000);
  client.tick(ticks);
  return (await poller.poll()).samples[0];
}

describe('DevicePoller', () => {
  it('measures by the uptime of the device, after a first reading without amounts', async () => {
    expect((await poller.poll()).samples[0]).toMatchObject({
      linkId: 'l1',
      operStatus: 'up',
      intervalMs: null,
      inOctets: null,
    });
    client.put(7, 'xe-0', 6000n);
    expect(await pollAfter(10, 100_990)).toMatchObject({ intervalMs: 9900, inOctets: 5000 });
  });

  it('knows nothing right after a restart, and measures again with the next poll', async () => {
    await poller.poll();
    client.put(7, 'xe-0', 6000n);
    expect(await pollAfter(10, 800)).toMatchObject({ intervalMs: null, inOctets: null });
    client.put(7, 'xe-0', 6500n);
    expect(await pollAfter(10, 1800)).toMatchObject({ intervalMs: 10_000, inOctets: 500 });
  });

  it('knows of a restart that it missed, though the uptime is larger than before', async () => {
    await poller.poll();
    client.put(7, 'xe-0', 9000n);
    expect(await pollAfter(5_000, 300_000)).toMatchObject({ intervalMs: null, inOctets: null });
    client.put(7, 'xe-0', 9500n);
    expect(await pollAfter(10, 301_000)).toMatchObject({ inOctets: 500 });
  });

  it('does not measure from counters that an agent has not filled yet', async () => {
    client.tick(100);
    client.put(7, 'xe-0', 0n);
    await poller.poll();
    client.put(7, 'xe-0', 5_000_000n);
    expect(await pollAfter(6, 700)).toMatchObject({ inOctets: null });
    client.put(7, 'xe-0', 5_000_400n);
    expect(await pollAfter(10, 1_700)).toMatchObject({ inOctets: 400 });
  });

  it('follows an interface to its new index, without a spike', async () => {
    await poller.poll();
    client.put(7, 'xe-1', 9_999_999n);
    client.put(9, 'xe-0', 50n);
    expect(await pollAfter(10, 101_000)).toMatchObject({ linkId: 'l1', inOctets: null });
    client.put(9, 'xe-0', 80n);
    expect(await pollAfter(10, 102_000)).toMatchObject({ inOctets: 30 });
  });

  it('does not take an answer from a cache for silence', async () => {
    await poller.poll();
    expect(await pollAfter(1, 100_100)).toMatchObject({ operStatus: 'up', inOctets: null });
    client.put(7, 'xe-0', 4000n);
    expect(await pollAfter(2, 100_300)).toMatchObject({ intervalMs: 3000, inOctets: 3000 });
    expect(await pollAfter(10, 101_300)).toMatchObject({ intervalMs: 10_000, inOctets: 0 });
  });

  it('says which interface is not there', async () => {
    client.mib.delete(`${INTERFACE.ifName}.7`);
    expect(await poller.poll()).toMatchObject({ samples: [], problems: [expect.stringContaining('xe-0')] });
  });
});
