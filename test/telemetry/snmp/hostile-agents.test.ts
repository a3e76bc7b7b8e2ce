import { createSocket } from 'node:dgram';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { SnmpClient } from '../../../src/telemetry/snmp/client.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { walkColumns } from '../../../src/telemetry/snmp/walk.ts';
import { counter64, encodeResponse, octets, PDU, type Row } from './ber.ts';
import { honest, RogueAgent, rowsOf } from './rogue-agent.ts';

const CANARY = 'canary-c0ffee';
const COLUMN = '1.3.6.1.2.1.31.1.1.1.1';
const names = new Map([1, 2, 3, 10].map((index) => [`${COLUMN}.${index}`, octets(`eth${index}`)]));

let agent: RogueAgent;
let client: SnmpClient;
beforeEach(async () => {
  agent = await new RogueAgent(new Map(names)).start();
  client = createSnmpClient({ address: '127.0.0.1', port: agent.port, community: new Secret(CANARY) }, systemClock);
});
afterEach(() => {
  client.close();
  agent.stop();
});

const walk = (maxRows = 100, deadlineMs = 5_000) =>
  walkColumns(client, [COLUMN], { maxRows, deadlineMs, requestMs: 300 }, systemClock);

async function failure(request: Promise<unknown>): Promise<unknown> {
  const error = await request.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  return error;
}

const BAD = { code: 'DETOUR_ERR_SNMP_BAD_ANSWER' };
const TIMEOUT = { code: 'DETOUR_ERR_SNMP_TIMEOUT' };

describe('an SNMP client', () => {
  it('reads a 64-bit counter without loss', async () => {
    agent.mib.set('1.3.6.1.9.1', counter64(2n ** 64n - 1n));
    const { varbinds } = await client.get(['1.3.6.1.9.1'], 500);
    expect(varbinds).toEqual([{ oid: '1.3.6.1.9.1', type: 'counter64', value: 2n ** 64n - 1n }]);
  });

  it('refuses an answer about another object', async () => {
    agent.behaviour = ({ community, id }) => [
      encodeResponse({ community, id, rows: [{ oid: '1.3.6.1.9.9', cell: octets('x') }] }),
    ];
    expect(await failure(client.get([`${COLUMN}.1`], 300))).toMatchObject(BAD);
  });

  it('refuses an answer with another community, and names neither', async () => {
    agent.behaviour = (request, mib) => [
      encodeResponse({ community: 'other', id: request.id, rows: rowsOf(request, mib) }),
    ];
    expect(await failure(client.get([`${COLUMN}.1`], 300))).toMatchObject(BAD);
  });

  it.each([
    ['noise', Buffer.from('no snmp at all')],
    ['an empty packet', Buffer.alloc(0)],
    ['a packet cut short', encodeResponse({ community: CANARY, id: 1, rows: [] }).subarray(0, 12)],
  ])('survives %s, and says so', async (_what, packet) => {
    agent.behaviour = () => [packet];
    const error = await failure(client.get([`${COLUMN}.1`], 300));
    expect([BAD.code, TIMEOUT.code]).toContain((error as { code: string }).code);
    agent.behaviour = honest;
    expect((await client.get([`${COLUMN}.1`], 500)).varbinds).toHaveLength(1);
  });

  it('survives a report, which would make the library throw in its listener', async () => {
    agent.behaviour = ({ community, id }) => [encodeResponse({ community, id, type: PDU.report, rows: [] })];
    expect(await failure(client.get([`${COLUMN}.1`], 300))).toMatchObject(BAD);
  });

  it('takes no answer from anyone else', async () => {
    const stranger = createSocket('udp4');
    agent.behaviour = (request, mib) => {
      const forged = encodeResponse({ community: request.community, id: request.id, rows: rowsOf(request, mib) });
      stranger.send(forged, agent.lastRemotePort, '127.0.0.1');
      return [];
    };
    expect(await failure(client.get([`${COLUMN}.1`], 300))).toMatchObject(TIMEOUT);
    expect(agent.requests.length).toBeGreaterThan(0);
    stranger.close();
  });

  it('asks again when a packet is lost', async () => {
    agent.behaviour = (request, mib) => (agent.requests.length < 3 ? [] : honest(request, mib));
    expect((await client.get([`${COLUMN}.1`], 700)).varbinds).toHaveLength(1);
  });

  it('says at once when nothing listens', async () => {
    const closed = await new RogueAgent().start();
    const { port } = closed;
    closed.stop();
    const nobody = createSnmpClient({ address: '127.0.0.1', port, community: new Secret(CANARY) }, systemClock);
    expect(await failure(nobody.get([`${COLUMN}.1`], 5_000))).toMatchObject({
      ...TIMEOUT,
      message: expect.stringContaining('nothing listens'),
    });
    nobody.close();
  });
});

describe('a walk', () => {
  it('reads a column and stops at its end', async () => {
    agent.mib.set('1.3.6.1.2.1.31.1.1.1.2.1', octets('next column'));
    const { columns, problems } = await walk();
    expect([...(columns.get(COLUMN)?.keys() ?? [])]).toEqual(['1', '2', '3', '10']);
    expect(problems).toEqual([]);
  });

  const looping: [string, Row[]][] = [
    ['repeated', [1, 2, 2, 3].map((index) => ({ oid: `${COLUMN}.${index}`, cell: octets('x') }))],
    ['decreasing', [1, 2, 1, 2].map((index) => ({ oid: `${COLUMN}.${index}`, cell: octets('x') }))],
  ];
  it.each(looping)('ends at %s objects, and keeps what came before', async (_what, rows) => {
    agent.behaviour = ({ community, id }) => [encodeResponse({ community, id, rows })];
    const { columns, problems } = await walk();
    expect([...(columns.get(COLUMN)?.keys() ?? [])]).toEqual(['1', '2']);
    expect(problems).toMatchObject([{ code: 'DETOUR_ERR_SNMP_NOT_INCREASING' }]);
  });

  it('ends an endless table at its cap', async () => {
    agent.behaviour = ({ community, id, oids }) => {
      const last = Number(oids[0]?.slice(COLUMN.length + 1) || 0);
      return [
        encodeResponse({
          community,
          id,
          rows: [1, 2, 3].map((step) => ({ oid: `${COLUMN}.${last + step}`, cell: octets('x') })),
        }),
      ];
    };
    const { columns, problems } = await walk(50);
    expect(columns.get(COLUMN)?.size).toBe(50);
    expect(problems).toMatchObject([{ code: 'DETOUR_ERR_SNMP_WALK_CUT' }]);
  });

  it('asks for less while answers are too big', async () => {
    agent.behaviour = (request, mib) =>
      request.type === PDU.getBulk && request.second > 4
        ? [encodeResponse({ community: request.community, id: request.id, errorStatus: 1, rows: [] })]
        : honest(request, mib);
    const { columns, problems } = await walk();
    expect(columns.get(COLUMN)?.size).toBe(4);
    expect(problems).toEqual([]);
    // Less, not the least: the walk halves until it fits.
    expect(agent.requests.some(({ type, second }) => type === PDU.getBulk && second <= 4)).toBe(true);
  });

  it('keeps what it has when the device vanishes', async () => {
    agent.behaviour = (request, mib) =>
      agent.requests.length > 1
        ? []
        : [encodeResponse({ community: request.community, id: request.id, rows: rowsOf(request, mib).slice(0, 2) })];
    const { columns, problems } = await walk(100, 1_000);
    expect(columns.get(COLUMN)?.size).toBe(2);
    expect(problems).toHaveLength(1);
    expect(inspect(problems)).not.toContain(CANARY);
  });
});
