import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededRole } from '../../src/api/plugins/access.ts';
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

  it('on maintenance are checked, shown, and cancelled', async () => {
    const nowMs = harness.clock.nowMs();
    const body = { nodes: ['C'], fromMs: nowMs, toMs: nowMs + 60_000, reason: 'new card' };
    const made = await call('POST', '/maintenance', undefined, body);
    expect(made).toMatchObject({ status: 201, body: { state: 'active', drains: ['BC', 'DC'], by: 'local' } });
    expect((await call('POST', '/maintenance', undefined, { ...body, nodes: ['Z'] })).body.errors[0].field).toBe(
      'nodes',
    );
    expect((await call('POST', '/maintenance', undefined, { ...body, toMs: nowMs })).status).toBe(400);
    const said = { reason: 'not today' };
    const { id } = made.body;
    expect((await call('POST', `/maintenance/${id}/cancel`, undefined, said)).body.state).toBe('cancelled');
    expect((await call('GET', '/maintenance')).body.items).toHaveLength(1);
  });
});
