import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { DevicePoller } from '../../../src/telemetry/snmp/device-poller.ts';
import { INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { deviceTargets } from '../../../src/telemetry/snmp/targets.ts';
import { linkBetween, routerAt } from '../../integration/snmp-tools.ts';
import { gauge32, integer, ipAddress, octets, timeticks } from './ber.ts';
import { honest, RogueAgent } from './rogue-agent.ts';

const RTTMON = '1.3.6.1.4.1.9.9.42.1';
const STACK = '1.3.6.1.2.1.31.1.2.1.3';
const ATTACHED_TO = '1.2.840.10006.300.43.1.2.1.1.13';
const LACP_STATE = '1.2.840.10006.300.43.1.2.1.1.21';
/** Synchronised, collecting, distributing, in the bit order of SNMP. */
const FORWARDS = 0b0011_1100;
const LAG_TYPE = 161;

const clock = new ManualClock(1e12);
let agent: RogueAgent;
let poller: DevicePoller;
let ticks = 1_000_000;

beforeEach(async () => {
  agent = await new RogueAgent().start();
  ticks = 1_000_000;
  for (const [at, name] of ['ae0', 'xe-0', 'xe-1'].entries()) {
    put(INTERFACE.ifName, at + 1, octets(name));
    put(INTERFACE.ifOperStatus, at + 1, integer(1));
    put(INTERFACE.ifHighSpeed, at + 1, gauge32(at === 0 ? 20_000 : 10_000));
    put(INTERFACE.ifType, at + 1, integer(at === 0 ? LAG_TYPE : 6));
  }
  poller = pollerOf();
});
afterEach(() => {
  poller.close();
  agent.stop();
});

function put(column: string, index: number | string, cell: ReturnType<typeof integer>): void {
  agent.mib.set(`${column}.${index}`, cell);
}

function pollerOf(parallel = false): DevicePoller {
  const network = {
    name: 'pair',
    nodes: [
      routerAt('n1', '127.0.0.1', agent.port, 'env:X'),
      { ...routerAt('n2', '192.0.2.9', 161, ''), credentials: null },
    ],
    links: [
      linkBetween('l1', 'n1', 'n2', 'ae0', null),
      ...(parallel ? [linkBetween('l2', 'n1', 'n2', 'xe-9', null)] : []),
    ],
    srlgs: [],
  };
  const [target] = deviceTargets(network);
  if (!target) throw new Error('the network has no device to poll');
  const community = new Secret('public');
  const client = createSnmpClient({ address: '127.0.0.1', port: agent.port, community }, clock);
  return new DevicePoller(target, client, { clock, deadlineMs: 2_000, cacheHoldMs: 0 });
}

/** A probe by IP SLA: its target, sense (1 is ok) and round trip. */
function probe(row: number, target: readonly number[], sense: number, rttMs: number, type = 1): void {
  put(`${RTTMON}.2.1.1.4`, row, integer(type));
  put(`${RTTMON}.2.2.1.2`, row, octets(Buffer.from(target)));
  put(`${RTTMON}.2.10.1.1`, row, gauge32(rttMs));
  put(`${RTTMON}.2.10.1.2`, row, integer(sense));
}

async function sampleAfter(seconds: number) {
  clock.advance(seconds * 1000);
  ticks += seconds * 100;
  agent.mib.set(SYSTEM.sysUpTime, timeticks(ticks));
  const { samples } = await poller.poll();
  await poller.refreshFacts(2_000);
  return samples[0];
}

/** What the poller says once it has read what it reads beside the counters. */
async function settled(times = 3) {
  let sample: Awaited<ReturnType<typeof sampleAfter>>;
  for (let at = 0; at < times; at += 1) sample = await sampleAfter(20);
  return sample;
}

describe('the latency of a polled link', () => {
  it('is unknown, with the reason, where no probe has its far end as target', async () => {
    expect(await sampleAfter(1)).toMatchObject({
      latencyMs: null,
      unknown: { latencyMs: expect.stringContaining('not read yet'), intervalMs: expect.stringContaining('first') },
    });
    probe(1, [198, 51, 100, 1], 1, 12);
    expect(await settled()).toMatchObject({
      latencyMs: null,
      unknown: { latencyMs: expect.stringContaining('no probe has the far end') },
    });
  });

  it('is half the round trip of a probe of the far router, and marked as estimated; failed probes are no figure', async () => {
    probe(1, [192, 0, 2, 9], 1, 12);
    expect(await settled()).toMatchObject({ latencyMs: 6, isLatencyEstimated: true });
    probe(1, [192, 0, 2, 9], 4, 12);
    const failed = await settled();
    expect(failed).toMatchObject({ latencyMs: null, unknown: { latencyMs: expect.stringContaining('timeout') } });
    expect(failed).not.toHaveProperty('isLatencyEstimated');
  });

  it('does not believe a probe of the far router where two links lead there, but one of the address on this link', async () => {
    poller.close();
    poller = pollerOf(true);
    probe(1, [192, 0, 2, 9], 1, 12);
    expect(await settled()).toMatchObject({ linkId: 'l1', latencyMs: null });
    put('1.3.6.1.2.1.4.20.1.2', '10.0.0.1', integer(1));
    put('1.3.6.1.2.1.4.20.1.3', '10.0.0.1', ipAddress('255.255.255.252'));
    probe(2, [10, 0, 0, 2], 1, 30);
    // What is new is found when the device is searched again.
    clock.advance(300_000);
    ticks += 30_000;
    expect(await settled()).toMatchObject({ latencyMs: 15 });
  });

  it('is never the round trip of the poller itself', async () => {
    const sample = await settled();
    expect(poller.managementRttMs).not.toBeNull();
    expect(sample?.latencyMs).toBeNull();
  });
});

describe('the capacity of a polled link', () => {
  it.each([
    ['IEEE8023-LAG-MIB', () => [2, 3].map((member) => put(ATTACHED_TO, member, integer(1)))],
    ['ifStackTable', () => [2, 3].map((member) => put(STACK, `1.${member}`, integer(1)))],
  ])('falls with a lost member by %s, and comes back with it', async (_mib, bundle) => {
    bundle();
    expect(await settled()).toMatchObject({ capacityBps: 20e9 });
    put(INTERFACE.ifOperStatus, 3, integer(2));
    expect(await settled()).toMatchObject({ capacityBps: 10e9, operStatus: 'up' });
    put(INTERFACE.ifOperStatus, 3, integer(1));
    expect(await settled()).toMatchObject({ capacityBps: 20e9 });
  });

  it('does not count a member that LACP has not let in', async () => {
    for (const member of [2, 3]) {
      put(ATTACHED_TO, member, integer(1));
      put(LACP_STATE, member, octets(Buffer.from([member === 2 ? FORWARDS : 0])));
    }
    expect(await settled()).toMatchObject({ capacityBps: 10e9 });
  });

  it('stays what it was while the device does not answer: a link must not look whole by silence', async () => {
    put(`${STACK}`, '1.2', integer(1));
    put(`${STACK}`, '1.3', integer(1));
    put(INTERFACE.ifOperStatus, 3, integer(2));
    expect(await settled()).toMatchObject({ capacityBps: 10e9 });
    clock.advance(20_000);
    agent.behaviour = () => [];
    await poller.refreshFacts(150);
    agent.behaviour = honest;
    expect(await sampleAfter(1)).toMatchObject({ capacityBps: 10e9 });
  });

  it('is not spoken of where the interface is no aggregate', async () => {
    expect(await settled()).not.toHaveProperty('capacityBps');
  });
});
