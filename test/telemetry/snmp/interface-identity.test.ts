import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { DevicePoller } from '../../../src/telemetry/snmp/device-poller.ts';
import { COUNTERS, INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { deviceTargets } from '../../../src/telemetry/snmp/targets.ts';
import { linkBetween, routerAt } from '../../integration/snmp-tools.ts';
import { counter64, integer, octets, timeticks } from './ber.ts';
import { RogueAgent } from './rogue-agent.ts';

const [RED, BLUE] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const clock = new ManualClock(1e12);
let agent: RogueAgent;
let poller: DevicePoller;
let ticks = 1_000_000;

beforeEach(async () => {
  agent = await new RogueAgent().start();
  ticks = 1_000_000;
});
afterEach(() => {
  poller.close();
  agent.stop();
});

/** The agent's whole table: rows of ifIndex, name, MAC and octets received. */
function table(rows: readonly (readonly [number, string | null, string | null, bigint])[]): void {
  agent.mib.clear();
  agent.mib.set(SYSTEM.sysUpTime, timeticks(ticks));
  for (const [index, name, mac, inOctets] of rows) {
    const put = (column: string | null, cell: ReturnType<typeof integer>) => agent.mib.set(`${column}.${index}`, cell);
    if (name !== null) put(INTERFACE.ifName, octets(name));
    if (mac !== null) put(INTERFACE.ifPhysAddress, octets(Buffer.from(mac.replaceAll(':', ''), 'hex')));
    put(INTERFACE.ifAdminStatus, integer(1));
    put(INTERFACE.ifOperStatus, integer(1));
    put(COUNTERS.inOctets.wide, counter64(inOctets));
  }
}

function watch(name: string): void {
  const network = {
    name: 'pair',
    nodes: [routerAt('n1', '127.0.0.1', agent.port, 'env:X'), { ...routerAt('n2', '', 161, ''), address: null }],
    links: [{ ...linkBetween('l1', 'n1', 'n2', name, null), capacityBps: { az: 1e10, za: 1e10 } }],
    srlgs: [],
  };
  const [target] = deviceTargets(network);
  if (!target) throw new Error('the network has no device to poll');
  const community = new Secret('public');
  const client = createSnmpClient({ address: '127.0.0.1', port: agent.port, community }, clock);
  poller = new DevicePoller(target, client, { clock, deadlineMs: 2_000, cacheHoldMs: 0 });
}

async function pollAfter(seconds: number) {
  clock.advance(seconds * 1000);
  ticks += seconds * 100;
  agent.mib.set(SYSTEM.sysUpTime, timeticks(ticks));
  const { samples, problems } = await poller.poll();
  return { inOctets: samples[0]?.inOctets ?? null, index: poller.ifIndexOf('l1', 'a'), problems, samples };
}

/** Two polls more, the second of which measures again after the interface has moved. */
async function healed() {
  await pollAfter(10);
  return pollAfter(10);
}

describe('an interface whose place is dealt anew', () => {
  it('is followed by its name where the name is that of one interface', async () => {
    table([
      [1, 'eth0', RED, 1000n],
      [2, 'eth1', BLUE, 9_000_000n],
    ]);
    watch('eth0');
    await pollAfter(10);
    table([
      [7, 'eth1', BLUE, 9_000_000n],
      [8, 'eth0', RED, 2000n],
    ]);
    expect(await pollAfter(10)).toMatchObject({ index: '8', inOctets: null, problems: [] });
    agent.mib.set(`${COUNTERS.inOctets.wide}.8`, counter64(2500n));
    expect(await pollAfter(10)).toMatchObject({ index: '8', inOctets: 500 });
  });

  it('is followed by its address where names were swapped with the numbers, and the new name is told', async () => {
    table([
      [1, 'eth0', RED, 1000n],
      [2, 'eth1', BLUE, 9_000_000n],
    ]);
    watch('eth0');
    await pollAfter(10);
    table([
      [1, 'eth1', RED, 3000n],
      [2, 'eth0', BLUE, 9_500_000n],
    ]);
    const { index, problems, samples } = await pollAfter(10);
    expect(index).toBe('1');
    expect(samples).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining(`interface eth0 is called eth1 now, by its address ${RED}`)]);
    agent.mib.set(`${COUNTERS.inOctets.wide}.1`, counter64(3700n));
    expect(await pollAfter(10)).toMatchObject({ index: '1', inOctets: 700 });
  });

  it('is followed by its address where the new table has no name for it', async () => {
    table([[1, 'eth0', RED, 1000n]]);
    watch('eth0');
    await pollAfter(10);
    table([
      [4, 'port 1', BLUE, 5n],
      [5, 'port 2', RED, 1000n],
    ]);
    expect(await healed()).toMatchObject({ index: '5', inOctets: 0 });
  });

  it('is not found by an address that several have: units and members share one', async () => {
    table([[1, 'ae0', RED, 1000n]]);
    watch('ae0');
    await pollAfter(10);
    table([
      [4, 'xe-0', RED, 5n],
      [5, 'xe-1', RED, 6n],
    ]);
    expect(await pollAfter(10)).toMatchObject({
      index: null,
      samples: [],
      problems: [expect.stringContaining('no interface ae0')],
    });
  });
});

describe('two interfaces with one name', () => {
  it('are told apart by address, whatever their order; that there are two is told', async () => {
    table([
      [1, 'port', RED, 1000n],
      [2, 'port', BLUE, 9_000_000n],
    ]);
    watch('port');
    const first = await pollAfter(10);
    expect(first).toMatchObject({ index: '1', problems: [expect.stringContaining('2 interfaces are called port')] });
    // The other one now stands where the first one stood, under the same name.
    table([
      [1, 'port', BLUE, 9_400_000n],
      [2, 'port', RED, 2000n],
    ]);
    expect(await pollAfter(10)).toMatchObject({ index: '2', inOctets: null });
    agent.mib.set(`${COUNTERS.inOctets.wide}.2`, counter64(2600n));
    expect(await pollAfter(10)).toMatchObject({ index: '2', inOctets: 600, problems: [] });
  });
});

describe('a MAC address as the name of an interface', () => {
  it('finds it, however it is written', async () => {
    table([
      [1, 'port', RED, 1000n],
      [2, 'port', BLUE, 9_000_000n],
    ]);
    watch('02-00-00-00-00-02');
    expect(await pollAfter(10)).toMatchObject({ index: '2', problems: [] });
  });
});
