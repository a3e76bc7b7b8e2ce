import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { DetourError } from '../../../src/core/errors.ts';
import { createRng, type Rng } from '../../../src/core/rng.ts';
import { compileSchema } from '../../../src/core/schema.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { readDevice } from '../../../src/telemetry/snmp/device/read-device.ts';
import { DeviceReportSchema } from '../../../src/telemetry/snmp/device/report.ts';
import { V2cProtocol } from '../../../src/telemetry/snmp/engine/protocol-v2c.ts';
import { V3Protocol } from '../../../src/telemetry/snmp/engine/protocol-v3.ts';
import { compareOids } from '../../../src/telemetry/snmp/oid.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { walkColumns } from '../../../src/telemetry/snmp/walk.ts';
import { element, TAG } from '../../../src/telemetry/snmp/wire/ber.ts';
import { encodeQuestion, PDU } from '../../../src/telemetry/snmp/wire/pdu.ts';
import { counter32, counter64, encodeResponse, integer, objectId, octets, timeticks } from './ber.ts';
import { honest, RogueAgent } from './rogue-agent.ts';

const COLUMNS = ['1.3.6.1.2.1.31.1.1.1.1', '1.3.6.1.2.1.31.1.1.1.6', '1.3.6.1.2.1.2.2.1.8'];
const MAX_DATAGRAM = 65_507;
/** Bounded by time as well: a run is as long as a machine is slow. */
const BUDGET = { interruptAfterTimeLimit: 2_000, numRuns: 20_000 };
const KINDS = ['answer', 'again', 'refused', 'unexpected'];
const question = encodeQuestion(PDU.getBulk, COLUMNS, 10);
const v2c = new V2cProtocol(new Secret('c'));
const v3 = new V3Protocol({ name: 'u', auth: null, priv: null, context: '' }, () => 0);

/** An answer as devices send it: names of one table, numbers of every type, text, an address. */
const recorded = encodeResponse({
  community: 'c',
  id: 7,
  rows: Array.from({ length: 8 }, (_, row) => [
    { oid: `${COLUMNS[0]}.${row + 1}`, cell: octets(`HundredGigE0/0/0/${row}`) },
    { oid: `${COLUMNS[1]}.${row + 1}`, cell: counter64(2n ** 60n + BigInt(row)) },
    { oid: `${COLUMNS[2]}.${row + 1}`, cell: integer(1) },
  ]).flat(),
});

type Damage = (packet: Buffer, at: number, octet: number) => Buffer;
const DAMAGES: readonly Damage[] = [
  (packet, at, octet) => {
    packet[at] = octet;
    return packet;
  },
  (packet, at) => packet.subarray(0, at),
  (packet, at, octet) => Buffer.concat([packet.subarray(0, at), Buffer.alloc(octet, octet), packet.subarray(at)]),
  (packet, at, octet) => Buffer.concat([packet.subarray(0, at), packet.subarray(at + octet)]),
  // A piece of the packet in the middle of itself.
  (packet, at, octet) => Buffer.concat([packet.subarray(0, at), packet.subarray(octet), packet.subarray(at)]),
  // A length of four octets that promises the world.
  (packet, at) =>
    Buffer.concat([packet.subarray(0, at), Buffer.from([0x84, 0xff, 0xff, 0xff, 0xff]), packet.subarray(at)]),
];

function damaged(packet: Buffer, steps: readonly { kind: number; at: number; octet: number }[]): Buffer {
  return steps.reduce<Buffer>(
    (bytes, { kind, at, octet }) => (DAMAGES[kind] as Damage)(bytes, at % (bytes.length + 1), octet),
    Buffer.from(packet),
  );
}

describe('a damaged packet', () => {
  const steps = fc.array(fc.record({ kind: fc.nat(DAMAGES.length - 1), at: fc.nat(1_000), octet: fc.nat(255) }), {
    minLength: 1,
    maxLength: 5,
  });

  it('is an answer that fits what SNMP can say, or refused; nothing is thrown', () => {
    fc.assert(
      fc.property(steps, (damage) => {
        const packet = damaged(recorded, damage);
        const incoming = v2c.decode(Buffer.from(packet), () => question);
        expect(KINDS).toContain(incoming.kind);
        if (incoming.kind === 'answer') {
          for (const { oid, value } of incoming.varbinds) {
            expect(oid).toMatch(/^\d+(\.\d+)+$/);
            if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true);
          }
        }
        expect(KINDS).toContain(v3.decode(packet, () => question).kind);
      }),
      BUDGET,
    );
  });
});

describe('a packet of the largest size', () => {
  const inVarbinds = (list: Buffer): Buffer => {
    const head = Buffer.from([2, 1, 7, 2, 1, 0, 2, 1, 0]);
    const pdu = element(PDU.response, head, element(TAG.sequence, list));
    return element(TAG.sequence, Buffer.from([2, 1, 1]), element(TAG.octets, Buffer.from('c')), pdu);
  };
  const nested = (depth: number): Buffer => {
    let bytes: Buffer = Buffer.alloc(0);
    for (let level = 0; level < depth; level += 1) bytes = element(TAG.sequence, bytes);
    return bytes;
  };

  it.each([
    ['sequences in sequences', inVarbinds(nested(12_000))],
    ['empty sequences', inVarbinds(Buffer.from('3000'.repeat(16_000), 'hex'))],
    ['varbinds without number', inVarbinds(Buffer.from('300406000500'.repeat(10_000), 'hex'))],
    ['more varbinds than fit', inVarbinds(Buffer.from('300506010105 00'.replace(' ', '').repeat(9_000), 'hex'))],
    [
      'a name without end',
      inVarbinds(element(TAG.sequence, element(TAG.oid, Buffer.alloc(60_000, 0xff)), Buffer.from([5, 0]))),
    ],
    [
      'a name of 60,000 numbers',
      inVarbinds(element(TAG.sequence, element(TAG.oid, Buffer.alloc(60_000, 1)), Buffer.from([5, 0]))),
    ],
    ['nothing but lengths', Buffer.alloc(MAX_DATAGRAM, 0x84)],
    ['zeros', Buffer.alloc(MAX_DATAGRAM)],
  ])('of %s is refused', (_what, packet) => {
    expect(packet.length).toBeLessThanOrEqual(MAX_DATAGRAM);
    expect(v2c.decode(packet, () => question)).toMatchObject({ kind: 'unexpected', reason: 'malformed' });
    expect(v3.decode(packet, () => question).kind).toBe('unexpected');
  });
});

describe('an agent that damages what it sends', () => {
  let agent: RogueAgent;
  let rng: Rng;
  beforeEach(async () => {
    agent = await new RogueAgent().start();
    agent.mib.set('1.3.6.1.2.1.1.1.0', octets('rogue'));
    agent.mib.set('1.3.6.1.2.1.1.2.0', objectId('1.3.6.1.4.1.9.1.1'));
    agent.mib.set('1.3.6.1.2.1.1.3.0', timeticks(1_000));
    agent.mib.set('1.3.6.1.2.1.1.5.0', octets('r1'));
    for (let row = 1; row <= 40; row += 1) {
      agent.mib.set(`${COLUMNS[0]}.${row}`, octets(`eth${row}`));
      agent.mib.set(`${COLUMNS[1]}.${row}`, counter64(row));
      agent.mib.set(`${COLUMNS[2]}.${row}`, counter32(1));
    }
  });
  afterEach(() => agent.stop());

  /** Every other packet is damaged in one octet, which the decoder often cannot see. */
  const misbehave = (share: number): void => {
    agent.behaviour = (request, mib) =>
      honest(request, mib).map((packet) => {
        if (rng.next() < share) packet[Math.floor(rng.next() * packet.length)] = Math.floor(rng.next() * 256);
        return packet;
      });
  };
  const client = () =>
    createSnmpClient({ address: '127.0.0.1', port: agent.port, community: new Secret('public') }, systemClock);

  it.each([1, 2, 3, 4, 5, 6])(
    'never makes a walk go back, round in circles or beyond its caps (seed %i)',
    async (seed) => {
      rng = createRng(seed);
      misbehave(0.5);
      const limits = { maxRows: 60, deadlineMs: 1_500, requestMs: 120 };
      const device = client();
      const walked = await walkColumns(device, COLUMNS, limits, systemClock).catch((error: unknown) => error);
      device.close();
      if (walked instanceof Error) {
        expect(walked).toBeInstanceOf(DetourError);
        return;
      }
      const { columns } = walked as Awaited<ReturnType<typeof walkColumns>>;
      for (const cells of columns.values()) {
        const indexes = [...cells.keys()];
        expect(indexes.length).toBeLessThanOrEqual(limits.maxRows);
        for (let at = 1; at < indexes.length; at += 1) {
          expect(compareOids(`1.${indexes[at - 1]}`, `1.${indexes[at]}`)).toBeLessThan(0);
        }
      }
    },
  );

  it.each([7, 8])('yields a report of the right form in time, or an error with a code (seed %i)', async (seed) => {
    rng = createRng(seed);
    misbehave(0.3);
    const device = client();
    const limits = { timeoutMs: 100, deadlineMs: 1_500 };
    const report = await readDevice(device, 'rogue', limits, systemClock).catch((error: unknown) => error);
    device.close();
    if (report instanceof Error) expect(report).toBeInstanceOf(DetourError);
    else expect(compileSchema(DeviceReportSchema, 'INTERNAL').problems(report)).toEqual([]);
  });
});
