import { createSocket } from 'node:dgram';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { InterfaceSample } from '../../../src/telemetry/sample.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { DevicePoller } from '../../../src/telemetry/snmp/device-poller.ts';
import { COUNTERS, INTERFACE, SYSTEM } from '../../../src/telemetry/snmp/mib.ts';
import { SnmpEngine } from '../../../src/telemetry/snmp/session.ts';
import { SnmpSource } from '../../../src/telemetry/snmp/source.ts';
import { walkColumns } from '../../../src/telemetry/snmp/walk.ts';
import { linkBetween, routerAt } from '../../integration/snmp-tools.ts';
import { waitFor } from '../../support/wait.ts';
import { counter32, counter64, encodeResponse, gauge32, integer, octets, PDU, timeticks } from './ber.ts';
import { honest, RogueAgent, rowsOf } from './rogue-agent.ts';

const CANARY = 'canary-never-41';
const OUT = COUNTERS.outOctets.wide ?? '';
const END = { linkId: 'l1', end: 'a' as const, name: 'eth0', capacityBps: 1e9, farAddress: null };
const community = new Secret(CANARY);
let agent: RogueAgent;
let engine: SnmpEngine;
let ticks = 1_000_000;

beforeEach(async () => {
  engine = new SnmpEngine(systemClock);
  ticks = 1_000_000;
  agent = await new RogueAgent().start();
  put();
});
afterEach(() => agent.stop());

const client = () => engine.client({ address: '127.0.0.1', port: agent.port, community });

function put(inOctets = 1_000n, outOctets = 1_000n): void {
  const { mib } = agent;
  mib.set(SYSTEM.sysUpTime, timeticks(ticks));
  mib.set(`${INTERFACE.ifName}.1`, octets('eth0'));
  mib.set(`${INTERFACE.ifHighSpeed}.1`, gauge32(1_000));
  mib.set(`${INTERFACE.ifAdminStatus}.1`, integer(1));
  mib.set(`${INTERFACE.ifOperStatus}.1`, integer(1));
  mib.set(`${COUNTERS.inOctets.wide}.1`, counter64(inOctets));
  mib.set(`${OUT}.1`, counter64(outOctets));
  mib.set(`${COUNTERS.inErrors.narrow}.1`, counter32(5));
}

function poller(): DevicePoller {
  const target = {
    deviceId: 'r1',
    address: '127.0.0.1',
    port: agent.port,
    credentials: null,
    interfaces: [END],
  };
  return new DevicePoller(target, client(), { clock: systemClock, deadlineMs: 2_000, cacheHoldMs: 0 });
}

/** One poll, a second of device time after the one before. */
async function next(device: DevicePoller, change: () => void): Promise<InterfaceSample | undefined> {
  ticks = (ticks + 100) % 2 ** 32;
  change();
  agent.mib.set(SYSTEM.sysUpTime, timeticks(ticks));
  return (await device.poll()).samples[0];
}

describe('a poll is not fooled', () => {
  it.each([
    ['a 64-bit counter that falls', () => put(5n, 2_000n)],
    [
      'a 64-bit counter that jumps beyond any line rate',
      () => void agent.mib.set(`${COUNTERS.inOctets.wide}.1`, counter64(2n ** 52n)),
    ],
    [
      'a jump of twenty times what the line carries',
      () => void agent.mib.set(`${COUNTERS.inOctets.wide}.1`, counter64(20n * 125_000_000n)),
    ],
    [
      'a Counter32 that overflows its type',
      () => void agent.mib.set(`${COUNTERS.inErrors.narrow}.1`, { tag: 0x41, bytes: Buffer.from([1, 0, 0, 0, 0]) }),
    ],
    [
      'ifCounterDiscontinuityTime that moves',
      () => void agent.mib.set(`${INTERFACE.ifCounterDiscontinuityTime}.1`, timeticks(ticks)),
    ],
    [
      'an agent that restarts',
      () => {
        ticks = 600;
        put(1n, 1n);
      },
    ],
  ])('by %s: never a zero, never a spike, and healed within two polls', async (_what, harm) => {
    const device = poller();
    let traffic = 1_000n;
    const calm = (): void => {
      traffic += 125_000n;
      put(traffic, traffic);
    };
    await next(device, calm);
    expect(await next(device, calm)).toMatchObject({ inOctets: 125_000 });
    const hurt = await next(device, () => {
      calm();
      harm();
    });
    for (const amount of [hurt?.inOctets, hurt?.outOctets]) expect([null, 125_000]).toContain(amount);
    expect([hurt?.inOctets, hurt?.inErrors]).toContain(null);
    await next(device, calm);
    const healed = await next(device, calm);
    expect(healed).toMatchObject({ inOctets: 125_000, outOctets: 125_000 });
    device.close();
  });

  it('by sysUpTime that wraps after 497 days', async () => {
    const device = poller();
    ticks = 2 ** 32 - 150;
    await next(device, () => put(1_000n, 1_000n));
    const wrapped = await next(device, () => put(2_000n, 2_000n));
    const after = await next(device, () => put(3_000n, 3_000n));
    expect([wrapped?.inOctets, after?.inOctets]).toEqual([1_000, 1_000]);
    expect(after?.intervalMs).toBe(1_000);
    device.close();
  });

  it('by being asked twice in one tick', async () => {
    const device = poller();
    await next(device, () => put(1_000n, 1_000n));
    await next(device, () => put(2_000n, 2_000n));
    expect((await device.poll()).samples[0]).toMatchObject({ inOctets: null, intervalMs: null });
    expect(await next(device, () => put(3_000n, 3_000n))).toMatchObject({ inOctets: 1_000 });
    device.close();
  });
});

describe('a request is not fooled', () => {
  const oid = `${INTERFACE.ifName}.1`;

  it('takes the answer of an earlier try, and counts the other as a duplicate', async () => {
    const held: (() => Buffer)[] = [];
    agent.behaviour = (request, mib) => {
      held.push(() => honest(request, mib)[0] as Buffer);
      return held.length < 2 ? [] : held.map((make) => make());
    };
    expect((await client().get([oid], 1_000)).varbinds).toHaveLength(1);
    await waitFor('the duplicate', () => engine.counts().unexpected.duplicate > 0, { timeoutMs: 3_000 });
    expect(engine.counts()).toMatchObject({ retries: 1, answers: 1, timeouts: 0, inFlight: 0 });
  });

  it('ignores wrong request ids and other objects, and waits for the right answer', async () => {
    agent.behaviour = (request, mib) => [
      encodeResponse({ community: CANARY, id: (request.id + 1) & 0x7fffffff, rows: rowsOf(request, mib) }),
      encodeResponse({ community: CANARY, id: request.id, rows: [{ oid: '1.3.6.1.9', cell: octets('lie') }] }),
      ...honest(request, mib),
    ];
    const { varbinds } = await client().get([oid], 1_000);
    expect(varbinds[0]).toMatchObject({ oid, type: 'octets' });
    expect(engine.counts().unexpected).toMatchObject({ unknownId: 1, mismatch: 1 });
  });

  it('takes no answer from another port, though it has the right id and community', async () => {
    const stranger = createSocket('udp4');
    let legit = (): void => undefined;
    agent.behaviour = (request, mib) => {
      const lie = encodeResponse({ community: CANARY, id: request.id, rows: [{ oid, cell: octets('lie') }] });
      const { lastRemotePort } = agent;
      stranger.send(lie, lastRemotePort, '127.0.0.1', () => legit());
      legit = () => agent.send(honest(request, mib)[0] as Buffer, lastRemotePort);
      return [];
    };
    const { varbinds } = await client().get([oid], 2_000);
    stranger.close();
    expect(Buffer.from(varbinds[0]?.value as Uint8Array).toString()).toBe('eth0');
    expect(engine.counts().unexpected.stranger).toBeGreaterThan(0);
  });

  it('leaves an answer after the deadline alone', async () => {
    const device = client();
    const asked = device.get([oid], 200);
    agent.behaviour = () => [];
    await expect(asked).rejects.toMatchObject({ code: 'DETOUR_ERR_SNMP_TIMEOUT' });
    const late = agent.requests.at(-1);
    if (!late) throw new Error('nothing was asked');
    agent.behaviour = (request, mib) => [
      encodeResponse({ community: CANARY, id: late.id, rows: [{ oid, cell: octets('stale') }] }),
      ...honest(request, mib),
    ];
    const { varbinds } = await device.get([oid], 1_000);
    expect(Buffer.from(varbinds[0]?.value as Uint8Array).toString()).toBe('eth0');
    expect(engine.counts().unexpected.late).toBe(1);
  });
});

describe('a silent device', () => {
  it.each([300, 800, 3_000])(
    'is silent, not one without interfaces, within a deadline of %i ms',
    async (deadlineMs) => {
      agent.behaviour = () => [];
      const target = { deviceId: 'r1', address: '127.0.0.1', port: agent.port, credentials: null, interfaces: [END] };
      const device = new DevicePoller(target, client(), { clock: systemClock, deadlineMs, cacheHoldMs: 0 });
      await expect(device.poll()).rejects.toMatchObject({ code: 'DETOUR_ERR_SNMP_TIMEOUT' });
      device.close();
    },
  );
});

describe('a walk is not fooled', () => {
  const column = INTERFACE.ifName;
  const walk = () =>
    walkColumns(
      client(),
      [column, INTERFACE.ifOperStatus],
      { maxRows: 500, deadlineMs: 5_000, requestMs: 400 },
      systemClock,
    );
  beforeEach(() => {
    for (let index = 1; index <= 60; index += 1) {
      agent.mib.set(`${column}.${index}`, octets(`eth${index}`));
      agent.mib.set(`${INTERFACE.ifOperStatus}.${index}`, integer(1));
    }
  });

  it.each([
    ['agents that are silent on large requests', 10],
    ['agents that only know GETNEXT', 0],
  ])('halves what it asks of %s', async (_what, most) => {
    agent.behaviour = (request, mib) =>
      request.type === PDU.getBulk && request.second * request.oids.length > most ? [] : honest(request, mib);
    const { columns, problems } = await walk();
    expect([...columns.values()].map(({ size }) => size)).toEqual([60, 60]);
    expect(problems).toEqual([]);
    // Halved, and not given up for one row after the other, where ten varbinds go through.
    const ofUse = agent.requests.filter(
      ({ type, second, oids }) => type === PDU.getBulk && second * oids.length <= most,
    );
    if (most > 0) expect(ofUse.length).toBeGreaterThan(5);
  });

  it('halves what it asks of an agent that falls silent on large requests in the middle', async () => {
    let answered = 0;
    agent.behaviour = (request, mib) => {
      if (answered > 0 && request.type === PDU.getBulk && request.second * request.oids.length > 10) return [];
      answered += 1;
      return honest(request, mib);
    };
    const { columns, problems } = await walk();
    expect([...columns.values()].map(({ size }) => size)).toEqual([60, 60]);
    expect(problems).toEqual([]);
  });

  it('says so when an agent steps back out of the column', async () => {
    agent.behaviour = (request, mib) => {
      const rows = rowsOf(request, mib).map((row) =>
        row.oid === `${column}.40` ? { ...row, oid: '1.3.6.1.2.1.1.1.0' } : row,
      );
      return [encodeResponse({ community: CANARY, id: request.id, rows })];
    };
    const { columns, problems } = await walk();
    expect(columns.get(column)?.size).toBe(39);
    expect(problems).toMatchObject([{ code: 'DETOUR_ERR_SNMP_NOT_INCREASING', oid: '1.3.6.1.2.1.1.1.0' }]);
  });

  it('ends in time with an agent that has ever more rows', async () => {
    let made = 0;
    agent.behaviour = (request) => {
      const rows = request.oids.map((oid) => {
        made += 1;
        const base = oid.startsWith(column) ? column : INTERFACE.ifOperStatus;
        return { oid: `${base}.${made}`, cell: integer(1) };
      });
      return [encodeResponse({ community: CANARY, id: request.id, rows })];
    };
    const limits = { maxRows: 1e9, deadlineMs: 300, requestMs: 400 };
    const { columns, problems } = await walkColumns(client(), [column], limits, systemClock);
    expect(columns.get(column)?.size).toBeGreaterThan(0);
    expect(problems).toMatchObject([{ code: 'DETOUR_ERR_SNMP_WALK_CUT' }]);
  });

  it('resumes each column where a partial answer left it', async () => {
    agent.behaviour = (request, mib) => [
      encodeResponse({ community: CANARY, id: request.id, rows: rowsOf(request, mib).slice(0, 7) }),
    ];
    const { columns, problems } = await walk();
    expect([...columns.values()].map(({ size }) => size)).toEqual([60, 60]);
    expect(problems).toEqual([]);
  });

  it('ends a cycle over many answers', async () => {
    agent.behaviour = (request, mib) => {
      const rows = rowsOf(request, mib).map((row) =>
        row.oid === `${column}.40` ? { ...row, oid: `${column}.3` } : row,
      );
      return [encodeResponse({ community: CANARY, id: request.id, rows })];
    };
    const { columns, problems } = await walk();
    expect(columns.get(column)?.size).toBe(39);
    expect(problems).toMatchObject([{ code: 'DETOUR_ERR_SNMP_NOT_INCREASING' }]);
  });
});

describe('a source', () => {
  it('tells no secret anywhere, whatever happens', async () => {
    const told: unknown[] = [];
    const network = {
      name: 'one',
      nodes: [routerAt('n1', '127.0.0.1', agent.port, 'env:X'), { ...routerAt('n2', '', 161, ''), address: null }],
      links: [linkBetween('l1', 'n1', 'n2', 'eth0', null)],
      srlgs: [],
    };
    const source = new SnmpSource({
      network,
      pollIntervalMs: 200,
      resolveCredentials: () => Promise.resolve(community),
      sink: { push: (samples) => Promise.resolve(void told.push(samples)) },
      events: {
        onDeviceSilent: (...all) => void told.push(all),
        onDeviceBack: (...all) => void told.push(all),
        onDeviceProblems: (...all) => void told.push(all),
      },
    });
    await source.start();
    await waitFor('samples', () => told.length > 0, { timeoutMs: 10_000 });
    agent.behaviour = ({ id }) => [encodeResponse({ community: 'other', id, rows: [] })];
    await waitFor('silence', () => source.stats().slow.some(({ silent }) => silent), { timeoutMs: 10_000 });
    await source.stop();
    told.push(source.stats());
    expect(inspect(told, { depth: 9, showHidden: true })).not.toContain(CANARY);
    expect(inspect(source, { depth: 9 })).not.toContain(CANARY);
    expect(source.stats().engine.unexpected.foreign).toBeGreaterThan(0);
  });
});
