import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { AuthProtocols, createV3Session, PrivProtocols, SecurityLevel, Version3 } from 'net-snmp';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { SnmpAgent } from '../../../src/telemetry/snmp/agent/agent.ts';
import { MibView, mibEntry } from '../../../src/telemetry/snmp/agent/mib-view.ts';
import { agentCredentials, type UserFields, usmUser } from '../../../src/telemetry/snmp/agent-credentials.ts';
import { Secret } from '../../../src/telemetry/snmp/credentials.ts';
import { createSnmpClient } from '../../../src/telemetry/snmp/session.ts';
import { localizedKey, passwordKey, privacyKey } from '../../../src/telemetry/snmp/usm/keys.ts';
import { integerElement, TAG } from '../../../src/telemetry/snmp/wire/ber.ts';

const OID = '1.3.6.1.2.1.1.3.0';
const AUTH = 'canary-auth-71';
const PRIV = 'canary-priv-72';
const mib = new MibView([mibEntry(OID, integerElement(TAG.timeticks, 4711))]);
const started: SnmpAgent[] = [];
afterEach(() => Promise.all(started.splice(0).map((agent) => agent.stop())));

async function agentFor(user: UserFields, nowMs?: () => number): Promise<SnmpAgent> {
  const agent = new SnmpAgent({
    name: 'usm',
    mib,
    credentials: [{ user: usmUser(user) }],
    host: '127.0.0.1',
    port: 0,
    ...(nowMs ? { nowMs } : {}),
  });
  await agent.start();
  started.push(agent);
  return agent;
}

const clientFor = (agent: { readonly port: number }, user: UserFields) =>
  createSnmpClient({ address: '127.0.0.1', port: agent.port, user: usmUser(user) }, systemClock);

describe('keys', () => {
  it('are those of RFC 3414, appendix A.3.2', async () => {
    const userKey = await passwordKey('maplesyrup', 'sha1');
    expect(userKey.toString('hex')).toBe('9fb5cc0381497b3793528939ff788d5d79145211');
    const engineId = Buffer.from('000000000000000000000002', 'hex');
    expect(localizedKey(userKey, engineId, 'sha1').toString('hex')).toBe('6695febc9288e36282235fc7151f128497b38f3f');
  });

  it('are as long as the cipher wants, and differ by the way they are made longer', async () => {
    const engineId = Buffer.from('8000000005aabbccdd', 'hex');
    const [b, r] = [
      await privacyKey(PRIV, engineId, 'sha1', 'aes256b'),
      await privacyKey(PRIV, engineId, 'sha1', 'aes256r'),
    ];
    expect([b.length, r.length]).toEqual([32, 32]);
    expect(b.subarray(0, 20).equals(r.subarray(0, 20))).toBe(true);
    expect(b.equals(r)).toBe(false);
  });
});

const levels: UserFields[] = [
  { user: 'plain' },
  { user: 'sha', auth: 'SHA-1', authPassword: AUTH },
  { user: 'sha2', auth: 'SHA-256', authPassword: AUTH },
  ...['AES-128', 'AES-256b', 'AES-256r'].flatMap((priv) =>
    ['SHA-1', 'SHA-256'].map((auth) => ({
      user: 'full',
      auth,
      authPassword: AUTH,
      priv,
      privPassword: PRIV,
      context: 'vrf-1',
    })),
  ),
];

describe('a v3 client', () => {
  it.each(levels)('reads an agent as $user $auth $priv, and a foreign library reads it too', async (user) => {
    const agent = await agentFor(user);
    const client = clientFor(agent, user);
    expect((await client.get([OID], 2_000)).varbinds).toEqual([{ oid: OID, type: 'timeticks', value: 4711 }]);
    client.close();
    expect(await readByLibrary(agent.port, user)).toBe(4711);
  });

  const user = { user: 'full', auth: 'SHA-256', authPassword: AUTH, priv: 'AES-128', privPassword: PRIV };

  it('follows an agent through a reboot, and through one that lost its boot count', async () => {
    let nowMs = 1_000_000;
    const agent = await agentFor(user, () => nowMs);
    const client = clientFor(agent, user);
    nowMs += 5_000_000;
    await client.get([OID], 2_000);
    agent.engine.reboot();
    expect((await client.get([OID], 2_000)).varbinds).toHaveLength(1);
    const { port } = agent;
    await agent.stop();
    // The same engine id and boots, but its time begins anew: far behind what the client believes.
    const again = new SnmpAgent({ name: 'usm', mib, credentials: [{ user: usmUser(user) }], host: '127.0.0.1', port });
    started.push(again);
    await again.start();
    expect((await client.get([OID], 2_000)).varbinds).toHaveLength(1);
    client.close();
  });

  it('does not believe a message that was changed on its way', async () => {
    const open = { user: 'sha2', auth: 'SHA-256', authPassword: AUTH };
    const agent = await agentFor(open);
    let harm = false;
    const way = createSocket('udp4').bind(0, '127.0.0.1');
    await once(way, 'listening');
    let asker = 0;
    way.on('message', (packet, { port }) => {
      if (port !== agent.port) asker = port;
      else if (harm) packet[packet.length - 1] = 99;
      way.send(packet, port === agent.port ? asker : agent.port, '127.0.0.1');
    });
    const client = clientFor({ port: way.address().port }, open);
    expect((await client.get([OID], 2_000)).varbinds).toHaveLength(1);
    harm = true;
    await expect(client.get([OID], 300)).rejects.toMatchObject({ message: expect.stringContaining('not authentic') });
    client.close();
    way.close();
  });

  it('follows an agent whose clock drifts out of the window', async () => {
    let nowMs = 0;
    const agent = await agentFor(user, () => nowMs);
    const client = clientFor(agent, user);
    await client.get([OID], 2_000);
    nowMs += 3_600_000;
    expect((await client.get([OID], 2_000)).varbinds).toHaveLength(1);
    expect(agent.stats().requests).toBeGreaterThanOrEqual(4);
    client.close();
  });

  it.each([
    ['another user', { ...user, user: 'nobody' }, 'does not know this user'],
    ['another authentication password', { ...user, authPassword: 'canary-wrong-1' }, 'authentication password'],
    ['less security', { user: 'full', auth: 'SHA-256', authPassword: AUTH }, 'security level'],
    ['another privacy password', { ...user, privPassword: 'canary-wrong-2' }, 'stays silent'],
  ])('says that it is the credentials, not only a timeout: %s', async (_what, wrong, reason) => {
    const agent = await agentFor(user);
    const client = clientFor(agent, wrong);
    const error = await client.get([OID], 500).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'DETOUR_ERR_SNMP_REFUSED',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('possible credentials'),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    client.close();
  });
});

describe('credentials of a v3 user', () => {
  it.each([
    ['{"user":"u","auth":"md5","authPassword":"canary-12345"}', 'auth'],
    ['{"user":"u","auth":"sha","authPassword":"canary"}', 'authPassword'],
    ['{"user":"u","priv":"aes","privPassword":"canary-12345"}', 'priv'],
    ['{"user":"u","auth":"sha"}', 'authPassword'],
    ['{"user":', 'credentials'],
    ['{"user":"u","canary":"canary"}', 'credentials'],
  ])('are refused by the name of the field, never by value: %s', (text, field) => {
    let error: unknown = null;
    try {
      agentCredentials(new Secret(text));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'DETOUR_ERR_SNMP_CREDENTIALS', field });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

function readByLibrary(port: number, fields: UserFields): Promise<unknown> {
  const { auth, priv } = usmUser(fields);
  const level = priv ? SecurityLevel.authPriv : auth ? SecurityLevel.authNoPriv : SecurityLevel.noAuthNoPriv;
  const user = {
    name: fields.user,
    level,
    ...(auth
      ? { authProtocol: auth.protocol === 'sha1' ? AuthProtocols.sha : AuthProtocols.sha256, authKey: AUTH }
      : {}),
    ...(priv
      ? {
          privProtocol: { aes128: PrivProtocols.aes, aes256b: PrivProtocols.aes256b, aes256r: PrivProtocols.aes256r }[
            priv.protocol
          ],
          privKey: PRIV,
        }
      : {}),
  };
  const session = createV3Session('127.0.0.1', user, { port, version: Version3, context: fields.context ?? '' });
  return new Promise((resolve, reject) => {
    session.get([OID], (error, varbinds) => {
      session.close();
      if (error) reject(error);
      else resolve((varbinds?.[0] as { value: unknown } | undefined)?.value);
    });
  });
}
