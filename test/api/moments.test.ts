import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulatorActuator } from '../../src/actuate/simulator.ts';
import { isLate } from '../../src/api/routes/jobs.ts';
import type { QueueBrief } from '../../src/api/schemas/jobs.ts';
import { runCycle } from '../../src/reroute/cycle.ts';
import type { Plan } from '../../src/reroute/plan.ts';
import { LIMITS } from '../reroute/fixtures.ts';
import { createHarness, type Harness, linkState, NETWORK, plan, START_MS, writePlan, writeStates } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
});
afterEach(async () => {
  await harness.app.close();
  await harness.store.close();
});

async function call(method: 'GET' | 'POST', url: string) {
  const response = await harness.app.inject({ method, url });
  return { status: response.statusCode, body: response.json() };
}

/** A plan as the job makes it, of the network with one link in this state. */
async function planWith(state: 'healthy' | 'unhealthy', runId: string): Promise<Plan> {
  const { store, clock } = harness;
  const states = NETWORK.network.links.map(({ id }) => linkState(id, 'healthy', 100));
  await writeStates(store, [...states.slice(1), linkState('AB', state, state === 'healthy' ? 100 : 20)]);
  const actuator = createSimulatorActuator(store.traffic);
  return runCycle({ store, clock, network: NETWORK, limits: LIMITS, mode: 'manual', actuator }, 'request', runId);
}

describe('/moments', () => {
  it('tells the moments of the last day, and how the network was', async () => {
    const good = await planWith('healthy', 'one');
    harness.clock.advance(500);
    const bad = await planWith('unhealthy', 'two');
    harness.clock.advance(500);
    const again = await planWith('unhealthy', 'three');
    const { body } = await call('GET', '/api/v1/moments');
    expect(body.items).toMatchObject([
      { planId: good.id, atMs: START_MS, links: { healthy: 6, unhealthy: 0 }, proposals: { open: 0, created: 0 } },
      { planId: bad.id, links: { healthy: 5, unhealthy: 1 }, proposals: { open: 0, created: 1 } },
      { planId: again.id, proposals: { open: 1, created: 0 } },
    ]);
    const some = await call('GET', `/api/v1/moments?from=${START_MS + 1}&to=${START_MS + 999}`);
    expect(some.body.items.map(({ planId }: { planId: string }) => planId)).toEqual([bad.id]);

    const before = (await call('GET', `/api/v1/moments/${bad.id}`)).body;
    expect(before).toMatchObject({ planId: bad.id, currentNetwork: true, open: [], plan: { created: bad.created } });
    expect(before.links.find(({ id }: { id: string }) => id === 'AB')).toMatchObject({ state: 'unhealthy', a: 'A' });
    const after = (await call('GET', `/api/v1/moments/${again.id}`)).body;
    expect(after.open).toMatchObject([{ id: bad.created[0], status: 'proposed' }]);
    const whole = await call('GET', `/api/v1/moments/${again.id}/reroutes/${bad.created[0]}`);
    expect(whole.body).toMatchObject({ id: bad.created[0], links: ['AB'] });
    expect(await call('GET', `/api/v1/moments/${bad.id}/reroutes/${bad.created[0]}`)).toMatchObject({ status: 404 });
    expect((await call('POST', `/api/v1/plans/${bad.id}/replay`)).body).toMatchObject({ same: true });
  });

  it('refuses what makes no sense, and says what is not kept', async () => {
    expect(await call('GET', '/api/v1/moments?from=5&to=4')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'from' }] },
    });
    await writePlan(harness.store, plan('p-1'), []);
    expect((await call('GET', '/api/v1/moments')).body.items).toEqual([]);
    expect((await call('GET', '/api/v1/moments/p-1')).status).toBe(404);
    expect((await call('GET', '/api/v1/moments/p-2')).status).toBe(404);
  });
});

describe('/network/layout', () => {
  it('has a place for every node', async () => {
    const { body } = await call('GET', '/api/v1/network/layout');
    expect(body).toMatchObject({ kind: 'geographic', networkHash: (await call('GET', '/api/v1/network')).body.hash });
    expect(body.nodes.map(({ id }: { id: string }) => id)).toEqual(NETWORK.network.nodes.map(({ id }) => id));
  });
});

describe('/jobs', () => {
  const queue = (finishedAtMs: number | null): QueueBrief => ({
    ...{ name: 'plan', paused: false, workers: 1, everyMs: 1000, nextAtMs: START_MS + 400, lateAfterMs: 1500 },
    counts: { waiting: 1, active: 0, delayed: 1, completed: 7, failed: 0 },
    lastCompleted: { id: 'j', trigger: 'schedule', finishedAtMs, elapsedMs: 12, attempts: 1, failure: null },
    lastFailed: null,
  });

  it('tells the queues in brief, and which is late', async () => {
    await harness.app.close();
    harness = await createHarness({ jobs: async () => [queue(START_MS - 1000), queue(START_MS - 1501)] });
    const { body } = await call('GET', '/api/v1/jobs');
    expect(body).toMatchObject({ atMs: START_MS, board: '/queues', queues: [{ late: false }, { late: true }] });
  });

  it('does not call late what has no schedule or never ran', () => {
    expect(isLate({ ...queue(0), lateAfterMs: null }, START_MS)).toBeNull();
    expect(isLate(queue(null), START_MS)).toBeNull();
    expect(isLate({ ...queue(0), lastCompleted: null }, START_MS)).toBeNull();
  });
});
