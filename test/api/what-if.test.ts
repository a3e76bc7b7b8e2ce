import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import { LIMITS } from '../reroute/fixtures.ts';
import { createHarness, type Harness, linkState, NETWORK, plan, START_MS, writePlan, writeStates } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
  await writeStates(
    harness.store,
    NETWORK.network.links.map(({ id }) => linkState(id, 'healthy', 100)),
  );
});
afterEach(async () => {
  await harness.app.close();
  await harness.store.close();
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
async function call(method: Method, url: string, payload?: object) {
  const response = await harness.app.inject({ method, url, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.json() };
}

const DEMANDS = {
  format: 'detour-demands/1',
  demands: [
    { id: 'd1', source: 'A', target: 'B', bps: 1e9, class: 'gold' },
    { id: 'd2', source: 'B', target: 'C', bps: 5e9 },
  ],
};

describe('POST /what-if', () => {
  beforeEach(async () => {
    expect((await call('PUT', '/api/v1/demands', DEMANDS)).status).toBe(200);
  });

  it('tells what would be planned, and changes nothing', async () => {
    const { status, body } = await call('POST', '/api/v1/what-if', { drain: ['BC'], top: 3 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      refused: null,
      demandSource: 'file',
      drainedArcs: ['BC:az', 'BC:za'],
      now: { lostBps: 0 },
    });
    expect(body.proposals).toMatchObject([{ fate: 'created', kind: 'reroute', moves: [{ demand: 'd2' }] }]);
    expect(body.loads).toHaveLength(3);
    expect(await harness.store.plans.briefs('all')).toEqual([]);
    expect(await harness.store.plans.latest()).toBeNull();
    expect((await harness.store.traffic.tunnels()).version).toBe(0);
  });

  it('takes nothing as a question too', async () => {
    expect(await call('POST', '/api/v1/what-if')).toMatchObject({ status: 200, body: { proposals: [], change: {} } });
  });

  it.each([
    [{ fail: ['XY'] }, 'fail'],
    [{ capacityBps: { XY: 1e9 } }, 'capacityBps'],
    [{ scale: { d9: 2 } }, 'scale'],
    [{ fail: 'AB' }, 'fail'],
    [{ scale: '1.3' }, 'scale'],
    [{ capacityBps: { AB: 0 } }, 'capacityBps.AB'],
    [{ broken: ['AB'] }, 'broken'],
    [{ top: -1 }, 'top'],
  ])('refuses %j by name', async (change, field) => {
    const { status, body } = await call('POST', '/api/v1/what-if', change);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT', errors: [{ field }] });
  });

  it('answers so many a minute', async () => {
    for (let count = 0; count < 30; count += 1) {
      expect((await call('POST', '/api/v1/what-if', { fail: ['XY'] })).status).toBe(400);
    }
    expect(await call('POST', '/api/v1/what-if', {})).toMatchObject({
      status: 429,
      body: { code: 'DETOUR_ERR_RATE_LIMITED' },
    });
  });
});

describe('POST /plans/{id}/replay', () => {
  it('makes a stored plan again', async () => {
    const { store, clock } = harness;
    const actuator = createSimulatorActuator(store.traffic);
    const deps = { store, clock, network: NETWORK, limits: LIMITS, mode: 'manual', actuator } as const;
    const made = await runCycle(deps, 'request', 'run-1');
    const { status, body } = await call('POST', `/api/v1/plans/${made.id}/replay`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ planId: made.id, inputId: made.inputId, same: true, differences: [] });
  });

  it('says what is not kept any more', async () => {
    expect(await call('POST', '/api/v1/plans/p-9/replay')).toMatchObject({
      status: 404,
      body: { code: 'DETOUR_ERR_NOT_FOUND', detail: 'there is no plan "p-9"' },
    });
    await writePlan(harness.store, plan('p-1'), []);
    expect(await call('POST', '/api/v1/plans/p-1/replay')).toMatchObject({
      status: 404,
      body: { detail: 'the input of plan p-1 is not kept any more' },
    });
  });
});

describe('/demands', () => {
  it('takes a demands document, and forgets it again', async () => {
    const put = await call('PUT', '/api/v1/demands', DEMANDS);
    expect(put.body).toMatchObject({ source: 'file', atMs: null, ageMs: null, count: 2, totalBps: 6e9, warnings: [] });
    expect(await harness.store.traffic.demands()).toMatchObject({ demands: [{ class: 'gold' }, { class: null }] });
    expect((await call('DELETE', '/api/v1/demands')).body).toMatchObject({ source: null, count: 0 });
    expect(await call('DELETE', '/api/v1/demands')).toMatchObject({ status: 404 });
  });

  it('says that paths are not used', async () => {
    const demands = [{ id: 'd1', source: 'A', target: 'B', bps: 1e9, paths: [{ share: 1, arcs: ['AB2:az'] }] }];
    const { body } = await call('PUT', '/api/v1/demands', { format: 'detour-demands/1', demands });
    expect(body.warnings).toEqual([expect.stringContaining('paths of 1 demand')]);
  });

  it.each([
    [{ format: 'detour-demands/2', demands: [] }, 'format'],
    [{ ...DEMANDS, demands: [{ id: 'd1', source: 'A', target: 'Q', bps: 1 }] }, 'demands[0].target'],
    [{ ...DEMANDS, demands: [{ id: 'd1', source: 'A', target: 'B', bps: '12' }] }, 'demands[0].bps'],
    [{ ...DEMANDS, demands: [DEMANDS.demands[0] ?? {}, DEMANDS.demands[0] ?? {}] }, 'demands[1].id'],
  ])('refuses %j by the field, and keeps what was there', async (body, field) => {
    await call('PUT', '/api/v1/demands', DEMANDS);
    const refused = await call('PUT', '/api/v1/demands', body);
    expect(refused).toMatchObject({ status: 422, body: { code: 'DETOUR_ERR_INVALID_DEMANDS', errors: [{ field }] } });
    expect((await call('GET', '/api/v1/demands')).body).toMatchObject({ source: 'file', count: 2 });
  });

  it('refuses a body that is none', async () => {
    expect(await call('PUT', '/api/v1/demands')).toMatchObject({ status: 422 });
    expect(await call('PUT', '/api/v1/demands', [])).toMatchObject({ status: 422 });
  });

  it('leaves measured demands alone', async () => {
    const measured = {
      source: 'measured',
      atMs: START_MS,
      demands: [{ id: 'm', source: 'A', target: 'B', bps: 1, class: null }],
    };
    await harness.store.traffic.writeDemands(measured as never);
    expect(await call('PUT', '/api/v1/demands', DEMANDS)).toMatchObject({ status: 409 });
    expect(await call('DELETE', '/api/v1/demands')).toMatchObject({ status: 404 });
    harness.clock.advance(60_001);
    expect((await call('PUT', '/api/v1/demands', DEMANDS)).body).toMatchObject({ source: 'file' });
  });

  it('shows the residual and the age of an estimate, and why it is not used', async () => {
    const demands = [{ id: 'A>C', source: 'A', target: 'C', bps: 7, class: null }];
    await harness.store.traffic.writeDemands({ source: 'estimated', atMs: START_MS, residual: 0.04, demands });
    harness.clock.advance(90_000);
    expect((await call('GET', '/api/v1/demands')).body).toMatchObject({
      ...{ source: 'estimated', atMs: START_MS, ageMs: 90_000, residual: 0.04, count: 1 },
      estimate: { count: 1, residual: 0.04, unused: null },
    });
    await call('PUT', '/api/v1/demands', DEMANDS);
    expect((await call('GET', '/api/v1/demands')).body).toMatchObject({
      ...{ source: 'file', residual: null },
      estimate: { unused: 'better demands are known' },
    });
    await call('DELETE', '/api/v1/demands');
    harness.clock.advance(600_000);
    expect((await call('GET', '/api/v1/demands')).body).toMatchObject({
      ...{ source: null, count: 0 },
      estimate: { ageMs: 690_000, unused: 'it is too old' },
    });
  });
});
