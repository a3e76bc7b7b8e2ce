import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/store/events.ts';
import { createHarness, type Harness, linkState, START_MS, writeStates } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
  await writeStates(harness.store, [linkState('AB', 'degraded', 70), linkState('BC', 'healthy', 100)]);
});
afterEach(() => harness.app.close());

const post = async (url: string, payload: object, headers = {}) => {
  const answer = await harness.app.inject({ method: 'POST', url: `/api/v1${url}`, payload, headers });
  return { status: answer.statusCode, body: answer.json() };
};
const get = async (url: string) => (await harness.app.inject(`/api/v1${url}`)).json();
const known = { by: 'local', atMs: START_MS, reason: 'fibre works' };
const acknowledge = () => post('/links/AB/acknowledge', { reason: 'fibre works' });

describe('a link that is not well', () => {
  it('is acknowledged with a reason, which its views, the list, the event and the audit tell', async () => {
    expect(await get('/links/AB')).toMatchObject({ acknowledged: null });
    expect(await acknowledge()).toMatchObject({ status: 200, body: { id: 'AB', acknowledged: known } });
    expect(await get('/links/AB')).toMatchObject({ acknowledged: known });
    expect((await get('/links?acknowledged=true')).items).toMatchObject([{ id: 'AB', acknowledged: known }]);
    const others = (await get('/links?acknowledged=false')).items.map(({ id }: { id: string }) => id);
    expect(others).toEqual(['AB2', 'AD', 'BC', 'DC', 'EF']);
    const [event] = (await harness.store.events.latest(1)) as [Event];
    expect(event).toMatchObject({ type: 'link-acknowledged', linkId: 'AB', cleared: false });
    expect(event.details).toEqual({ acknowledged: known });
    expect((await get('/audit?subject=link&id=AB')).items).toMatchObject([
      { by: 'local', action: 'acknowledge', to: 'acknowledged', reason: 'fibre works' },
    ]);
  });

  it('is open again once that is withdrawn, which twice is as good as once', async () => {
    await acknowledge();
    const withdrawn = await post('/links/AB/unacknowledge', { reason: 'not ours after all' });
    expect(withdrawn).toMatchObject({ status: 200, body: { acknowledged: null } });
    expect(await post('/links/AB/unacknowledge', { reason: 'again' })).toMatchObject({ status: 200 });
    const audit = (await get('/audit?subject=link')).items;
    expect(audit.map(({ action }: { action: string }) => action)).toEqual(['unacknowledge', 'acknowledge']);
    expect(await acknowledge()).toMatchObject({ body: { acknowledged: known } });
  });

  it('shows none that does not hold any more, even before the record is ended', async () => {
    await acknowledge();
    await writeStates(harness.store, [linkState('AB', 'down', 0)]);
    expect(await get('/links/AB')).toMatchObject({ acknowledged: null });
    expect((await get('/links?acknowledged=true')).items).toEqual([]);
  });

  it('is asked for once, however often the request comes', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const ask = () => post('/links/AB/acknowledge', { reason: 'fibre works' }, headers);
    await ask();
    await post('/links/AB/unacknowledge', { reason: 'no' });
    expect(await ask()).toMatchObject({ status: 200, body: { acknowledged: null } });
    const other = await post('/links/BC/acknowledge', { reason: 'x' }, headers);
    expect(other).toMatchObject({ status: 422, body: { code: 'DETOUR_ERR_REQUEST_KEY_USED' } });
  });
});

describe('what cannot be acknowledged', () => {
  it('is a link that is healthy, one that is not there, and one without a reason', async () => {
    const healthy = await post('/links/BC/acknowledge', { reason: 'why not' });
    expect(healthy).toMatchObject({ status: 409, body: { code: 'DETOUR_ERR_CONFLICT' } });
    expect(healthy.body.detail).toContain('BC is healthy');
    expect((await post('/links/XX/acknowledge', { reason: 'x' })).status).toBe(404);
    expect((await post('/links/AB/acknowledge', {})).status).toBe(400);
    expect((await get('/audit?subject=link')).items).toEqual([]);
  });

  it('is anything by a viewer', async () => {
    const make = (name: string, role: string, headers = {}) => post('/tokens', { name, role }, headers);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const admin = bearer((await make('root', 'admin')).body.token);
    const viewer = bearer((await make('wall', 'viewer', admin)).body.token);
    const operator = bearer((await make('night', 'operator', admin)).body.token);
    expect((await post('/links/AB/acknowledge', { reason: 'x' }, viewer)).status).toBe(403);
    expect(await post('/links/AB/acknowledge', { reason: 'x' }, operator)).toMatchObject({
      status: 200,
      body: { acknowledged: { by: 'night' } },
    });
  });
});
