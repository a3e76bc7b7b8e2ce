import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededRole } from '../../src/api/plugins/access.ts';
import { makeRoom } from '../../src/api/room.ts';
import type { NewAuditRecord } from '../../src/store/store.ts';
import { createHarness, type Harness, plan, proposal, writePlan } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
  await writePlan(harness.store, plan('p1'), [proposal('r1')]);
});
afterEach(() => harness.app.close());

const call = async (method: InjectOptions['method'], url: string, token?: string, payload?: object, headers = {}) => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await harness.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...authorization, ...headers },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const make = async (name: string, role: string, by?: string, expiresInDays = 1): Promise<string> =>
  (await call('POST', '/tokens', by, { name, role, expiresInDays })).body.token as string;

describe('callers', () => {
  it('are local admins over loopback until the first token is made, which must be an admin', async () => {
    expect((await call('GET', '/caller')).body).toEqual({ name: 'local', role: 'admin' });
    expect(await call('POST', '/tokens', undefined, { name: 'w', role: 'viewer' })).toMatchObject({ status: 409 });
    const admin = await make('root', 'admin');
    expect(await call('GET', '/links')).toMatchObject({ status: 401, body: { code: 'DETOUR_ERR_UNAUTHENTICATED' } });
    expect((await call('GET', '/links')).headers['www-authenticate']).toMatch(/^Bearer/);
    expect((await call('GET', '/caller', admin)).body).toEqual({ name: 'root', role: 'admin' });
    expect((await harness.app.inject('/healthz')).statusCode).toBe(200);
  });

  it('may do what their role allows, and no more', async () => {
    const admin = await make('root', 'admin');
    const tokens = new Map([['admin', admin]]);
    for (const role of ['viewer', 'operator', 'approver']) tokens.set(role, await make(role, role, admin));
    const said = { reason: 'why not' };
    const asks = [
      ['GET', '/reroutes', undefined, 'viewer'],
      ['POST', '/guardrails/kill', said, 'operator'],
      ['POST', '/reroutes/r1/approve', {}, 'approver'],
      ['PUT', '/guardrails', { ...said, maxPerHour: 3 }, 'admin'],
      ['GET', '/tokens', undefined, 'admin'],
    ] as const;
    const order = ['viewer', 'operator', 'approver', 'admin'];
    for (const [method, url, payload, needed] of asks) {
      for (const role of order) {
        const { status } = await call(method, url, tokens.get(role), payload);
        const expected = order.indexOf(role) >= order.indexOf(needed) ? 200 : 403;
        expect([role, method, url, status]).toEqual([role, method, url, expected]);
      }
    }
  });

  it('are refused with a token that is wrong, revoked or expired', async () => {
    const admin = await make('root', 'admin', undefined, 10);
    const short = await make('short', 'viewer', admin, 0.5);
    const wrong = `${admin.slice(0, -1)}${admin.endsWith('A') ? 'B' : 'A'}`;
    expect((await call('GET', '/links', wrong)).status).toBe(401);
    expect((await call('GET', '/links', short)).status).toBe(200);
    harness.clock.advance(43_200_000);
    expect((await call('GET', '/links', short)).body).toMatchObject({ detail: expect.stringContaining('expired') });
    const id = (await call('GET', '/tokens', admin)).body.items.find((one: { name: string }) => one.name === 'root').id;
    expect((await call('DELETE', `/tokens/${id}`, admin)).status).toBe(409);
    const other = await make('other', 'admin', admin);
    expect((await call('DELETE', `/tokens/${id}`, other)).status).toBe(200);
    expect((await call('GET', '/links', admin)).status).toBe(401);
  });

  it('never see a secret or its hash again, nor does the store keep it', async () => {
    const admin = await make('root', 'admin');
    const secret = admin.split('_')[2] as string;
    const shown = JSON.stringify([
      (await call('GET', '/tokens', admin)).body,
      (await call('GET', '/audit', admin)).body,
      await harness.store.control.list('tokens'),
      await harness.store.audit.latest(10),
    ]);
    expect(shown).not.toContain(secret);
    expect(JSON.stringify((await call('GET', '/tokens', admin)).body)).not.toContain('hash');
  });

  it('cannot pass for the service, nor for whoever has no token', async () => {
    for (const name of ['local', 'Detour', 'admin-token'])
      expect([name, (await call('POST', '/tokens', undefined, { name, role: 'admin' })).status]).toEqual([name, 400]);
  });

  it('need a token still where a record of one cannot be read', async () => {
    await make('root', 'admin');
    const [{ id, version } = { id: '', version: 0 }] = await harness.store.control.list('tokens');
    const audit = (await harness.store.audit.latest(1))[0] as NewAuditRecord;
    await harness.store.control.change({
      ...{ kind: 'tokens', id, version, value: { id, from: 'a newer version' } },
      ...{ audit, events: [], requestKey: null },
    });
    expect((await call('GET', '/links')).status).toBe(401);
  });

  it('need a token wherever others can reach the service', async () => {
    const config = { simulated: true, mode: 'manual', version: '1', roles: ['api'], host: '0.0.0.0' } as const;
    const open = await createHarness({ config });
    expect((await open.app.inject('/api/v1/links')).statusCode).toBe(401);
    expect((await open.app.inject('/metrics')).statusCode).toBe(401);
    await open.app.close();
  });

  it('are judged by the route they reach, however its address is written', async () => {
    const admin = await make('root', 'admin');
    const operator = await make('op', 'operator', admin);
    const ask = (method: 'GET' | 'POST', url: string, token?: string, payload?: object) =>
      harness.app.inject({
        ...{ method, url },
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        ...(payload === undefined ? {} : { payload }),
      });
    for (const url of [
      '/%61pi/v1/links',
      '/ap%69/v1/%74okens',
      '/%6detrics',
      '/%71ueues',
      '/%64ocs',
      '/api/v1/links#x',
    ])
      expect([url, (await ask('GET', url)).statusCode]).toEqual([url, 401]);
    const token = { name: 'mine', role: 'admin' };
    expect((await ask('POST', '/api/v1/%74okens', operator, token)).statusCode).toBe(403);
    expect((await ask('POST', '/api/v1/tokens#', operator, token)).statusCode).toBe(403);
    for (const end of ['#', '#x', '?', '#/', '?a#'])
      expect((await ask('POST', `/api/v1/reroutes/r1/apply${end}`, operator)).statusCode).toBe(403);
    expect((await ask('POST', '/api/v1/reroutes/r1/%61pprove', operator)).statusCode).toBe(403);
    expect((await ask('POST', '/api/v1/%67uardrails/release', operator, { reason: 'x' })).statusCode).toBe(403);
  });

  it('need the role of an operator for whatever changes something and is not named', () => {
    expect(neededRole('POST', '/api/v1/anything')).toBe('operator');
    expect(neededRole('GET', '/api/v1/anything')).toBe('viewer');
    expect(neededRole('PUT', '/queues/api/x')).toBe('admin');
  });
});

describe('what was ended', () => {
  it('makes room for what is new, the oldest first; what stands does not', () => {
    const ended = [
      { id: 'b', endedAtMs: 2 },
      { id: 'a', endedAtMs: 1 },
    ];
    expect(makeRoom({ total: 3, max: 4, what: 'x' }, ended)).toEqual([]);
    expect(makeRoom({ total: 4, max: 4, what: 'x' }, ended)).toEqual(['a']);
    expect(makeRoom({ total: 5, max: 4, what: 'x' }, ended)).toEqual(['a', 'b']);
    expect(() => makeRoom({ total: 6, max: 4, what: 'x' }, ended)).toThrow('there are 4 x already');
  });
});

describe('decisions', () => {
  it('are recorded under their caller, once per idempotency key', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const said = { reason: 'storm' };
    expect((await call('POST', '/guardrails/kill', undefined, said, key)).body.killSwitch).toMatchObject({
      by: 'local',
    });
    expect((await call('POST', '/guardrails/kill', undefined, said, key)).status).toBe(200);
    expect((await call('POST', '/guardrails/release', undefined, said, key)).status).toBe(422);
    expect((await call('GET', '/audit')).body.items).toMatchObject([{ by: 'local', action: 'kill', reason: 'storm' }]);
    expect((await call('GET', '/status')).body).toMatchObject({ mode: 'manual', killSwitch: { by: 'local' } });
    expect((await call('POST', '/guardrails/kill', undefined, said, { 'idempotency-key': 'a b' })).status).toBe(400);
  });

  it('on guardrails keep what they do not name, and refuse what makes no sense', async () => {
    const set = await call('PUT', '/guardrails', undefined, { reason: 'less', maxPerHour: 3 });
    expect(set.body).toMatchObject({ version: 1, maxPerHour: 3, maxAtOnce: 20 });
    expect((await call('PUT', '/guardrails', undefined, { reason: 'x', maxPerHour: -1 })).status).toBe(400);
    expect((await call('PUT', '/guardrails', undefined, { reason: 'x', killSwitch: null })).status).toBe(400);
    expect((await call('GET', '/audit')).body.items[0].details.changes).toEqual({ maxPerHour: { from: 120, to: 3 } });
  });

  it('are refused under a key that came with another body, and answered again under the same', async () => {
    const key = { 'idempotency-key': 'k-2' };
    const set = (maxAtOnce: number) => call('PUT', '/guardrails', undefined, { reason: 'less', maxAtOnce }, key);
    expect((await set(3)).body).toMatchObject({ version: 1, maxAtOnce: 3 });
    expect((await set(3)).body).toMatchObject({ version: 1, maxAtOnce: 3 });
    expect(await set(4)).toMatchObject({ status: 422, body: { code: 'DETOUR_ERR_REQUEST_KEY_USED' } });
    expect((await call('GET', '/guardrails')).body.maxAtOnce).toBe(3);
  });

  it('that make something make it once per idempotency key', async () => {
    const nowMs = harness.clock.nowMs();
    const plan = (links: string[]) =>
      call(
        'POST',
        '/maintenance',
        undefined,
        { links, fromMs: nowMs, toMs: nowMs + 60_000, reason: 'x' },
        { 'idempotency-key': 'm' },
      );
    const both = await Promise.all([plan(['BC']), plan(['BC'])]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(both[0]?.body.id).toBe(both[1]?.body.id);
    expect((await plan(['DC'])).status).toBe(422);
    const token = (name: string) =>
      call('POST', '/tokens', undefined, { name, role: 'admin' }, { 'idempotency-key': 't' });
    const made = await token('root');
    const by = { 'idempotency-key': 't', authorization: `Bearer ${made.body.token}` };
    const next = await call('POST', '/tokens', undefined, { name: 'next', role: 'viewer' }, by);
    const again = await call('POST', '/tokens', undefined, { name: 'next', role: 'viewer' }, by);
    expect([next.status, again.status, again.body.id, again.body.token]).toEqual([201, 201, next.body.id, null]);
    expect((await call('POST', '/tokens', undefined, { name: 'third', role: 'viewer' }, by)).status).toBe(422);
  });

  it('on guardrails that would hold nothing back are refused by name', async () => {
    const refused = async (settings: object) => {
      const { status, body } = await call('PUT', '/guardrails', undefined, { reason: 'x', ...settings });
      return [status, body.errors?.[0]?.field];
    };
    const window = { fromMs: 1000, toMs: 2000, reason: 'r' };
    expect(await refused({ protectedLinks: ['AB', 'BA'] })).toEqual([400, 'protectedLinks[1]']);
    expect(await refused({ scopes: [{ links: ['XX'], mode: 'auto' }] })).toEqual([400, 'scopes[0].links[0]']);
    expect(await refused({ freezeWindows: [window, { ...window, toMs: 999 }] })).toEqual([
      400,
      'freezeWindows[1].toMs',
    ]);
    expect(await refused({ changeWindows: [{ ...window, toMs: 1e300 }] })).toEqual([400, 'changeWindows[0].toMs']);
    expect(await refused({ freezeWindows: [{ ...window, fromMs: 0.5 }] })).toEqual([400, 'freezeWindows[0].fromMs']);
    expect(await refused({ protectedLinks: ['AB'], freezeWindows: [window] })).toEqual([200, undefined]);
  });

  it('on maintenance are checked, shown, and cancelled', async () => {
    const nowMs = harness.clock.nowMs();
    const body = { nodes: ['C'], fromMs: nowMs, toMs: nowMs + 60_000, reason: 'new card' };
    const made = await call('POST', '/maintenance', undefined, body);
    expect(made).toMatchObject({ status: 201, body: { state: 'active', drains: ['BC', 'DC'], by: 'local' } });
    expect((await call('POST', '/maintenance', undefined, { ...body, nodes: ['Z'] })).body.errors[0].field).toBe(
      'nodes',
    );
    for (const times of [{ toMs: nowMs }, { fromMs: nowMs + 90_000 }, { toMs: 1e300 }, { fromMs: nowMs + 0.5 }])
      expect((await call('POST', '/maintenance', undefined, { ...body, ...times })).status).toBe(400);
    const said = { reason: 'not today' };
    const { id } = made.body;
    expect((await call('POST', `/maintenance/${id}/cancel`, undefined, said)).body.state).toBe('cancelled');
    expect((await call('GET', '/maintenance')).body.items).toHaveLength(1);
  });
});
