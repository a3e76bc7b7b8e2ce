import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentCredentials } from '../../../../src/telemetry/snmp/agent-credentials.ts';
import { Secret } from '../../../../src/telemetry/snmp/credentials.ts';
import { engineIdOf, LocalEngine } from '../../../../src/telemetry/snmp/usm/local-engine.ts';
import { linkDown, networkOf, receiverFor, v2cTrap, v3Trap } from './bench.ts';

const R1 = { address: '10.0.0.1', port: 50_000 };
const USER = '{"user":"u","auth":"SHA-256","authPassword":"auth-pass-1","priv":"AES-128","privPassword":"priv-pass-1"}';
const lab = networkOf(['r1', '10.0.0.1', 161, 'env:A'], ['r2', '10.0.0.2', 161, 'env:V3']);
const env = { A: 'alpha', V3: USER };
const droppedOf = (counts: { dropped: Record<string, number> }) =>
  Object.fromEntries(Object.entries(counts.dropped).filter(([, count]) => count > 0));

describe('the trap receiver', () => {
  it('takes a linkDown of a device with its community, and names the interface', async () => {
    const { receiver, traps } = await receiverFor(lab, env);
    await receiver.receive(v2cTrap('alpha'), R1);
    expect(traps).toEqual([{ deviceId: 'r1', kind: 'linkDown', ifIndex: '3' }]);
    expect(receiver.counts.received.linkDown).toBe(1);
    expect(droppedOf(receiver.counts)).toEqual({});
  });

  it('drops strangers, wrong communities and other versions, each under its name', async () => {
    const { receiver, traps } = await receiverFor(lab, env);
    await receiver.receive(v2cTrap('alpha'), { address: '10.9.9.9', port: 161 });
    await receiver.receive(v2cTrap('beta'), R1);
    await receiver.receive(v2cTrap('alpha'), { ...R1, address: '10.0.0.2' });
    const v1 = v2cTrap('alpha');
    v1[v1.indexOf(Buffer.from([2, 1, 1])) + 2] = 0;
    await receiver.receive(v1, R1);
    expect(traps).toEqual([]);
    expect(droppedOf(receiver.counts)).toEqual({ unknownSender: 1, wrongCommunity: 2, version: 1 });
  });

  it('takes the community that all devices may use for traps', async () => {
    const { receiver, traps } = await receiverFor(lab, { ...env, T: 'traps-only' }, ['env:T']);
    await receiver.receive(v2cTrap('traps-only'), R1);
    expect(traps).toHaveLength(1);
  });

  it('tells devices of one address apart by port, then by credentials, and asks a few that cannot be told', async () => {
    const shared = networkOf(
      ['s1', '127.0.0.1', 20_001, 'env:A'],
      ['s2', '127.0.0.1', 20_002, 'env:A'],
      ['s3', '127.0.0.1', 20_003, 'env:B'],
    );
    const { receiver, traps } = await receiverFor(shared, { A: 'alpha', B: 'beta' });
    await receiver.receive(v2cTrap('alpha'), { address: '127.0.0.1', port: 20_002 });
    expect(traps.splice(0).map(({ deviceId }) => deviceId)).toEqual(['s2']);
    await receiver.receive(v2cTrap('beta'), { address: '127.0.0.1', port: 40_000 });
    expect(traps.splice(0).map(({ deviceId }) => deviceId)).toEqual(['s3']);
    await receiver.receive(v2cTrap('alpha'), { address: '127.0.0.1', port: 40_000 });
    expect(traps.splice(0).map(({ deviceId }) => deviceId)).toEqual(['s1', 's2']);
  });

  it('drops what too many devices of one address could have sent', async () => {
    const many = networkOf(
      ...Array.from({ length: 9 }, (_, at): [string, string, number, string] => [
        `s${at}`,
        '127.0.0.1',
        20_000 + at,
        'env:A',
      ]),
    );
    const { receiver, traps } = await receiverFor(many, { A: 'alpha' });
    await receiver.receive(v2cTrap('alpha'), { address: '127.0.0.1', port: 40_000 });
    expect(traps).toEqual([]);
    expect(droppedOf(receiver.counts)).toEqual({ ambiguousSender: 1 });
  });

  it('cuts the flood of one device and leaves the others their share', async () => {
    const { receiver, traps, clock } = await receiverFor(lab, { ...env, V3: 'gamma' });
    for (let count = 0; count < 1_000; count += 1) await receiver.receive(v2cTrap('alpha'), R1);
    expect(traps).toHaveLength(100);
    expect(receiver.counts.dropped.senderFlood).toBe(900);
    await receiver.receive(v2cTrap('gamma'), { address: '10.0.0.2', port: 1 });
    expect(traps).toHaveLength(101);
    clock.nowMs += 1_000;
    for (let count = 0; count < 100; count += 1) await receiver.receive(v2cTrap('alpha'), R1);
    expect(traps).toHaveLength(121);
  });

  it('cuts what all devices together send', async () => {
    const many = networkOf(
      ...Array.from({ length: 60 }, (_, at): [string, string, number, string] => [
        `s${at}`,
        `10.1.0.${at}`,
        161,
        'env:A',
      ]),
    );
    const { receiver, traps } = await receiverFor(many, { A: 'alpha' });
    for (let at = 0; at < 60; at += 1) {
      for (let count = 0; count < 100; count += 1) {
        await receiver.receive(v2cTrap('alpha'), { address: `10.1.0.${at}`, port: 1 });
      }
    }
    expect(traps).toHaveLength(4_000);
    expect(receiver.counts.dropped.totalFlood).toBe(2_000);
  });

  it('takes v3 traps of their own authority, and each only once its time has come', async () => {
    const { receiver, traps, clock } = await receiverFor(lab, env);
    const sender = { address: '10.0.0.2', port: 162 };
    const credentials = agentCredentials(new Secret(USER));
    let uptimeMs = 0;
    const engine = new LocalEngine(engineIdOf('r2'), () => uptimeMs, 5);
    const old = await v3Trap(engine, credentials);
    await receiver.receive(old, sender);
    expect(traps.splice(0)).toEqual([{ deviceId: 'r2', kind: 'linkDown', ifIndex: '3' }]);
    uptimeMs += 400_000;
    clock.nowMs += 400_000;
    await receiver.receive(old, sender);
    expect(traps).toEqual([]);
    expect(droppedOf(receiver.counts)).toEqual({ notTimely: 1 });
    await receiver.receive(await v3Trap(engine, credentials), sender);
    engine.reboot();
    await receiver.receive(await v3Trap(engine, credentials), sender);
    expect(traps).toHaveLength(2);
  });

  it('drops v3 traps by others: another password, another user, less protected, changed on the way', async () => {
    const { receiver, traps } = await receiverFor(lab, env);
    const sender = { address: '10.0.0.2', port: 162 };
    const engine = new LocalEngine(engineIdOf('r2'), () => 0);
    const send = async (user: string) =>
      receiver.receive(await v3Trap(engine, agentCredentials(new Secret(user))), sender);
    await send(USER.replace('auth-pass-1', 'auth-pass-2'));
    await send(USER.replace('"u"', '"w"'));
    await send('{"user":"u"}');
    await send(USER.replace('priv-pass-1', 'priv-pass-2'));
    const changed = await v3Trap(engine, agentCredentials(new Secret(USER)));
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
    await receiver.receive(changed, sender);
    expect(traps).toEqual([]);
    const { notAuthentic, unknownUser, wrongLevel } = receiver.counts.dropped;
    expect({ notAuthentic, unknownUser, wrongLevel }).toEqual({ notAuthentic: 2, unknownUser: 1, wrongLevel: 1 });
    const all = Object.values(receiver.counts.dropped).reduce((sum, count) => sum + count, 0);
    expect(all).toBe(5);
  });

  it('never throws, whatever arrives: noise, and traps with octets changed or cut', async () => {
    const { receiver, errors, clock } = await receiverFor(lab, env);
    const v3 = await v3Trap(new LocalEngine(engineIdOf('r2'), () => 0), agentCredentials(new Secret(USER)));
    const arbitrary = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.constantFrom(v2cTrap('alpha'), v3), fc.nat(400), fc.nat(255), fc.nat(400))
        .map(([packet, at, octet, end]) => {
          const copy = Buffer.from(packet);
          copy[at % copy.length] = octet;
          return copy.subarray(0, end < 100 ? copy.length : end);
        }),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.constantFrom('10.0.0.1', '10.0.0.2'), async (packet, address) => {
        clock.nowMs += 1_000;
        await receiver.receive(packet, { address, port: 9 });
        expect(errors).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(receiver.counts.dropped.malformed).toBeGreaterThan(50);
  });

  it('knows an interface by its index alone, and a notification of anything else as such', async () => {
    const { receiver, traps } = await receiverFor(lab, env);
    await receiver.receive(v2cTrap('alpha', linkDown(1_000_001)), R1);
    const other = linkDown();
    // snmpTraps.3 becomes snmpTraps.9.
    const oid = Buffer.from([0x2b, 6, 1, 6, 3, 1, 1, 5, 3]);
    other[other.indexOf(oid) + 8] = 9;
    await receiver.receive(v2cTrap('alpha', other), R1);
    expect(traps.map(({ kind, ifIndex }) => `${kind} ${ifIndex}`)).toEqual(['linkDown 1000001', 'other 3']);
  });
});
