import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Exchange } from '../../../src/telemetry/snmp/engine/exchange.ts';
import { Gate, type Lane } from '../../../src/telemetry/snmp/engine/gate.ts';
import { Paced } from '../../../src/telemetry/snmp/engine/paced.ts';
import { RoundTrip } from '../../../src/telemetry/snmp/engine/round-trip.ts';
import { encodeQuestion, PDU } from '../../../src/telemetry/snmp/wire/pdu.ts';

/** Jobs that end when told to; `begun` has their names in the order in which they began. */
function jobs(gate: Gate) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (lane: Lane, name: string): void =>
    void gate.run(lane, () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  return { begun, add, end };
}

describe('the gate', () => {
  it('never lets more in than its limit, in the order of their coming', async () => {
    const gate = new Gate(2);
    const { begun, add, end } = jobs(gate);
    for (const name of ['a', 'b', 'c', 'd']) add('usual', name);
    expect([gate.running, gate.waiting, begun.length]).toEqual([2, 2, 2]);
    await end('b');
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps silent devices and new ones from taking the places of the others', async () => {
    const gate = new Gate(8);
    const { begun, add, end } = jobs(gate);
    for (let at = 0; at < 6; at += 1) add('suspect', `s${at}`);
    for (let at = 0; at < 6; at += 1) add('new', `n${at}`);
    expect(begun).toEqual(['s0', 's1', 'n0', 'n1']);
    for (let at = 0; at < 4; at += 1) add('usual', `u${at}`);
    expect(begun.slice(4)).toEqual(['u0', 'u1', 'u2', 'u3']);
    add('usual', 'u4');
    await end('s0');
    // The place goes to whoever is well, though a silent one has waited longer.
    expect(begun.at(-1)).toBe('u4');
    await end('u0');
    expect(begun.at(-1)).toBe('s2');
  });

  it('gives up what waits', async () => {
    const gate = new Gate(1);
    const { begun, add } = jobs(gate);
    add('usual', 'a');
    const waiting = gate.run('usual', () => Promise.reject(new Error('it ran all the same')));
    gate.clear();
    await waiting;
    expect([begun, gate.waiting]).toEqual([['a'], 0]);
  });
});

describe('a pace', () => {
  it('lets one through in each gap', () => {
    const pace = new Paced(4);
    expect([0, 1, 3.9, 4, 5, 8].map((nowMs) => pace.take(nowMs))).toEqual([true, false, false, true, false, true]);
  });
});

describe('the wait before another try', () => {
  it('is short of nothing known, follows the round trips, and backs off from silence', () => {
    const first = new RoundTrip();
    expect([first.firstGapMs(3_000), first.firstGapMs(280)]).toEqual([200, 40]);
    const restless = new RoundTrip();
    for (let at = 0; at < 50; at += 1) restless.observe(at % 2 === 0 ? 5 : 400);
    // 5 s have room for four tries: at 625, 1875 and 4375 ms. A slow device is given its time all the same.
    expect(restless.firstGapMs(5_000)).toBe(625);
    const slow = new RoundTrip();
    for (let at = 0; at < 50; at += 1) slow.observe(at % 2 === 0 ? 800 : 1_200);
    expect(slow.firstGapMs(5_000)).toBeGreaterThan(1_200);
    for (let at = 0; at < 50; at += 1) first.observe(400);
    expect(first.firstGapMs(3_000)).toBeCloseTo(400, 0);
    first.silence();
    expect(first.firstGapMs(3_000)).toBeCloseTo(800, 0);
    // Room for a third try, always.
    expect(first.firstGapMs(900)).toBe(300);
    first.observe(2);
    for (let at = 0; at < 50; at += 1) first.observe(2);
    expect(first.firstGapMs(3_000)).toBe(100);
  });
});

describe('an exchange', () => {
  it('reads what lies in the socket before it takes an agent for silent after a stall of ours', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const told: string[] = [];
    const settled = new Promise<void>((resolve) => {
      const exchange = new Exchange(encodeQuestion(PDU.get, ['1.3.6.1'], 0), 200, 20, {
        send: () => exchange.sent(1, 0),
        retry: () => told.push('retry'),
        expire: () => told.push('expire'),
        settled: () => resolve(),
        resolve: () => told.push('answer'),
        reject: () => told.push('error'),
      });
      socket.once('message', () => exchange.succeed(1, [], 0));
      exchange.start();
    });
    await new Promise<void>((resolve) => socket.send('x', socket.address().port, '127.0.0.1', () => resolve()));
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs);
    await settled;
    socket.close();
    expect(told).toEqual(['answer']);
  });
});
