import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import type { Move } from '../../src/reroute/proposal.ts';
import {
  createHarness,
  type Harness,
  linkEvent,
  linkState,
  measurement,
  NETWORK,
  plan,
  proposal,
  START_MS,
  writePlan,
  writeStates,
} from './harness.ts';

vi.setConfig({ testTimeout: 30_000 });

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  await harness.app.close();
});

const get = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await harness.app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};

const post = async (url: string, payload?: object | string, headers: Record<string, string> = {}) => {
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await harness.app.inject({ method: 'POST', url, payload, headers: { ...type, ...headers } });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};

const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);

describe('network', () => {
  it('shows what the network is, and in how many pieces', async () => {
    const { status, body } = await get('/api/v1/network');
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'square', components: 2, warnings: ['the network is in 2 pieces'] });
    expect(body.nodes).toHaveLength(6);
    expect(body.links).toHaveLength(6);
    expect(body.hash).toMatch(/^[0-9a-f]{12}$/);
  });

  it('tells nobody addresses or where credentials are', async () => {
    for (const url of ['/api/v1/network', '/api/v1/devices', '/api/v1/devices/A']) {
      const text = JSON.stringify((await get(url)).body);
      expect(text).not.toContain('192.0.2.1');
      expect(text).not.toContain('SECRET_COMMUNITY');
    }
  });
});

describe('links', () => {
  beforeEach(async () => {
    await writeStates(harness.store, [
      linkState('AB', 'unhealthy', 40, 0.9),
      linkState('AB2', 'healthy', 100, 0.2),
      linkState('BC', 'degraded', 80, 0.5),
      linkState('AD', 'down', 0, 0),
    ]);
  });

  it('shows facts and health of each, and those never heard from as stale', async () => {
    const { body } = await get('/api/v1/links');
    expect(ids(body)).toEqual(['AB', 'AB2', 'AD', 'BC', 'DC', 'EF']);
    expect(body.next).toBeNull();
    expect(body.items[0]).toMatchObject({ a: 'A', z: 'B', state: 'unhealthy', score: 40, srlgs: ['duct'] });
    expect(body.items[4]).toMatchObject({ id: 'DC', state: 'stale', score: null });
  });

  it('shows what is left of an aggregate beside its capacity on file', async () => {
    const state = linkState('AB2', 'healthy', 100, 0.2);
    const arcs = { ...state.arcs, az: { ...state.arcs.az, capacityBps: 5e9 } };
    await writeStates(harness.store, [{ ...state, arcs, receivedAtMs: START_MS + 1 }]);
    const { body } = await get('/api/v1/links/AB2');
    expect(body).toMatchObject({ capacityBps: { az: 1e10 }, presentCapacityBps: { az: 5e9, za: 5e9 } });
    const whole = (await get('/api/v1/links/BC')).body;
    expect(whole.presentCapacityBps).toEqual(whole.capacityBps);
  });

  it('applies staleness when it is read', async () => {
    harness.clock.advance(60_000);
    const { body } = await get('/api/v1/links?state=stale');
    expect(body.items).toHaveLength(6);
    expect((await get('/api/v1/links/AB')).body).toMatchObject({ state: 'stale', score: null });
  });

  it.each([
    ['state=unhealthy', ['AB']],
    ['state=unhealthy,down', ['AB', 'AD']],
    ['state=unhealthy&state=down', ['AB', 'AD']],
    ['node=C', ['BC', 'DC']],
    ['srlg=duct', ['AB', 'AB2']],
    ['minScore=80', ['AB2', 'BC']],
    ['maxScore=79.5', ['AB', 'AD']],
    ['q=ab2', ['AB2']],
    ['sort=score', ['AD', 'AB', 'BC', 'AB2', 'DC', 'EF']],
    ['sort=-score', ['AB2', 'BC', 'AB', 'AD', 'DC', 'EF']],
    ['sort=-utilisation&limit=2', ['AB', 'BC']],
    ['sort=-loss&limit=1', ['AB']],
    ['sort=state', ['AB2', 'BC', 'AB', 'AD', 'DC', 'EF']],
    ['node=nowhere', []],
  ])('filters and sorts by %s', async (query, expected) => {
    const { status, body } = await get(`/api/v1/links?${query}`);
    expect(status).toBe(200);
    expect(ids(body)).toEqual(expected);
  });

  it('goes through all pages, each link once, while scores move', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: { items: { id: string }[]; next: string | null } } = await get(
        `/api/v1/links?sort=-score&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...ids(page.body));
      cursor = page.body.next;
      // Worse than it was, and behind the cursor either way.
      await writeStates(harness.store, [linkState('AD', 'down', 0)]);
    } while (cursor !== null);
    expect(seen).toEqual(['AB2', 'BC', 'AB', 'AD', 'DC', 'EF']);
  });

  it('refuses a cursor of another filter, and one that it did not make', async () => {
    const { body } = await get('/api/v1/links?limit=1');
    for (const query of [`state=down&cursor=${body.next}`, 'cursor=abc', 'cursor=%00']) {
      const refused = await get(`/api/v1/links?${query}`);
      expect(refused.status).toBe(400);
      expect(refused.body.errors[0].field).toBe('cursor');
    }
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['limit=1.5', 'limit'],
    ['minScore=NaN', 'minScore'],
    ['minScore=-1', 'minScore'],
    ['state=broken', 'state[0]'],
    ['sort=capacity', 'sort'],
    ['q=', 'q'],
    ['colour=red', 'colour'],
  ])('refuses %s naming %s', async (query, field) => {
    const { status, body, headers } = await get(`/api/v1/links?${query}`);
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body.code).toBe('DETOUR_ERR_INVALID_INPUT');
    expect(body.errors.map((each: { field: string }) => each.field)).toContain(field);
  });

  it('does not repeat the value of a parameter it does not know', async () => {
    const { body } = await get('/api/v1/links?token=hunter2');
    expect(body.errors).toEqual([{ field: 'token', message: 'is not a known field' }]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('answers 404 for a link that is not', async () => {
    const { status, body } = await get('/api/v1/links/ZZ');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'DETOUR_ERR_NOT_FOUND', instance: '/api/v1/links/ZZ', status: 404 });
    expect(body.errors[0]).toMatchObject({ field: 'id', value: 'ZZ' });
  });
});

describe('devices', () => {
  it('says who is heard', async () => {
    await writeStates(harness.store, [linkState('AB', 'healthy', 100)]);
    const { body } = await get('/api/v1/devices/A');
    expect(body).toMatchObject({
      hasAddress: true,
      state: 'reporting',
      lastHeardMs: START_MS,
      interfaces: { total: 3, reporting: 1 },
      links: { healthy: 1, stale: 2 },
    });
    harness.clock.advance(60_000);
    expect((await get('/api/v1/devices/A')).body.state).toBe('silent');
    expect(ids((await get('/api/v1/devices?state=never-heard')).body)).toEqual(['C', 'D', 'E', 'F']);
    expect((await get('/api/v1/devices/nobody')).status).toBe(404);
  });
});

describe('reroutes', () => {
  beforeEach(async () => {
    await writePlan(harness.store, plan('p1'), [
      proposal('r1', { createdAtMs: START_MS }),
      proposal('r2', { createdAtMs: START_MS + 1, status: 'applied', appliedAtMs: START_MS + 2 }),
      proposal('r3', { createdAtMs: START_MS + 2, status: 'expired', closedAtMs: START_MS + 3 }),
      proposal('r4', { createdAtMs: START_MS + 3, kind: 'no-safe-alternative', moves: [] }),
    ]);
  });

  it('lists the open ones, newest first, unless told otherwise', async () => {
    expect(ids((await get('/api/v1/reroutes')).body)).toEqual(['r4', 'r2', 'r1']);
    expect(ids((await get('/api/v1/reroutes?status=all')).body)).toEqual(['r4', 'r3', 'r2', 'r1']);
    expect(ids((await get('/api/v1/reroutes?status=expired')).body)).toEqual(['r3']);
    const first = (await get('/api/v1/reroutes?limit=2')).body;
    expect(ids((await get(`/api/v1/reroutes?limit=2&cursor=${first.next}`)).body)).toEqual(['r1']);
  });

  it('ends a page early when its proposals are large, and loses none', async () => {
    const move = proposal('any').moves[0] as Move;
    const many = ['m1', 'm2', 'm3'].map((id, index) =>
      proposal(id, { createdAtMs: START_MS - 1 - index, moves: Array.from({ length: 900 }, () => move) }),
    );
    await writePlan(harness.store, plan('p2'), many);
    const first = (await get('/api/v1/reroutes?status=proposed')).body;
    expect(ids(first)).toEqual(['r4', 'r1', 'm1', 'm2']);
    expect(first.items[2].moves).toHaveLength(900);
    const rest = (await get(`/api/v1/reroutes?status=proposed&cursor=${first.next}`)).body;
    expect(ids(rest)).toEqual(['m3']);
    expect(rest.next).toBeNull();
  });

  it('shows one with its paths', async () => {
    const { body } = await get('/api/v1/reroutes/r1');
    expect(body.moves[0]).toMatchObject({
      from: [{ share: 1, arcs: ['AB:az'] }],
      to: [{ share: 1, arcs: ['AB2:az'] }],
      latencyMs: { before: 1, after: 2 },
    });
    expect((await get('/api/v1/reroutes/none')).status).toBe(404);
  });

  it('applies one that is open, and leaves an applied one as it is', async () => {
    expect(await post('/api/v1/reroutes/r1/apply')).toMatchObject({ status: 200, body: { status: 'applied' } });
    expect(await post('/api/v1/reroutes/r2/apply', {})).toMatchObject({ status: 200, body: { status: 'applied' } });
    expect(harness.applied).toEqual(['r1']);
  });

  it.each([
    ['r3', 409, 'DETOUR_ERR_CONFLICT'],
    ['r4', 409, 'DETOUR_ERR_CONFLICT'],
    ['zz', 404, 'DETOUR_ERR_NOT_FOUND'],
  ])('refuses to apply %s with %i', async (id, status, code) => {
    expect(await post(`/api/v1/reroutes/${id}/apply`)).toMatchObject({ status, body: { code } });
    expect(harness.applied).toEqual([]);
  });

  it('takes back what is applied and dismisses what is not, with the reason', async () => {
    const said = { reason: 'the customer asked' };
    expect(await post('/api/v1/reroutes/r2/rollback', said)).toMatchObject({
      status: 200,
      body: { status: 'rolled-back' },
    });
    expect(await post('/api/v1/reroutes/r1/dismiss', said)).toMatchObject({ status: 200, body: { status: 'expired' } });
    expect(harness.withdrawn).toEqual([
      ['r2', said.reason],
      ['r1', said.reason],
    ]);
  });

  it.each([
    ['r1/rollback', { reason: 'x' }, 409, 'status'],
    ['r2/dismiss', { reason: 'x' }, 409, 'status'],
    ['r3/dismiss', { reason: 'x' }, 409, 'status'],
    ['r2/rollback', {}, 400, 'reason'],
    ['r1/dismiss', { reason: '' }, 400, 'reason'],
    ['zz/dismiss', { reason: 'x' }, 404, 'id'],
  ])('refuses %s with %j', async (path, body, status, field) => {
    expect(await post(`/api/v1/reroutes/${path}`, body)).toMatchObject({ status, body: { errors: [{ field }] } });
    expect(harness.withdrawn).toEqual([]);
  });

  it('changes nothing in a real network', async () => {
    const config = { simulated: false, mode: 'manual', version: '1', roles: ['api'], host: '127.0.0.1' } as const;
    const real = await createHarness({ config });
    await writePlan(real.store, plan('p1'), [proposal('r1')]);
    const answer = await real.app.inject({ method: 'POST', url: '/api/v1/reroutes/r1/apply' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json().code).toBe('DETOUR_ERR_NOT_SIMULATED');
    expect(real.applied).toEqual([]);
    await real.app.close();
  });
});

describe('plans', () => {
  it('plans when asked, and finds plans again', async () => {
    expect((await get('/api/v1/plans/latest')).status).toBe(404);
    const made = await post('/api/v1/plans');
    expect(made).toMatchObject({ status: 201, body: { id: 'now' } });
    expect(made.headers.location).toBe('/api/v1/plans/now');
    await writePlan(harness.store, plan('p1'), []);
    expect((await get('/api/v1/plans/latest')).body.id).toBe('p1');
    expect((await get('/api/v1/plans/p1')).body.id).toBe('p1');
    expect((await get('/api/v1/plans/p2')).status).toBe(404);
  });

  it.each([['null'], ['[]'], ['{"now":true}'], ['"x"']])('refuses the body %s', async (payload) => {
    expect((await post('/api/v1/plans', payload)).status).toBe(400);
  });

  it('takes an empty body with a media type', async () => {
    expect((await post('/api/v1/plans', '')).status).toBe(201);
  });

  it('limits how often', async () => {
    for (let count = 0; count < 30; count += 1) expect((await post('/api/v1/plans')).status).toBe(201);
    const last = await post('/api/v1/plans');
    expect(last).toMatchObject({ status: 429, body: { code: 'DETOUR_ERR_RATE_LIMITED' } });
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('samples', () => {
  it('takes a batch', async () => {
    const samples = [measurement(), measurement({ end: 'z', deviceId: 'B' })];
    const answer = await post('/api/v1/samples', { samples });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, refused: 0, problems: [] } });
    expect(harness.taken).toEqual(samples);
  });

  it('refuses single samples by their place', async () => {
    const answer = await post('/api/v1/samples', { samples: [measurement(), measurement({ linkId: 'ZZ' })] });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, refused: 1 } });
    expect(answer.body.problems).toEqual([
      { field: 'samples[1].linkId', code: 'DETOUR_ERR_UNKNOWN_LINK', message: 'is not of the network' },
    ]);
  });

  it('answers 422 when none was taken', async () => {
    const { status, body } = await post('/api/v1/samples', { samples: [measurement({ linkId: 'ZZ' })] });
    expect(status).toBe(422);
    expect(body.code).toBe('DETOUR_ERR_SAMPLES_REFUSED');
    expect(body.errors).toEqual([{ field: 'samples[0].linkId', message: 'is not of the network', value: 'ZZ' }]);
  });

  it.each([
    ['inOctets', '12'],
    ['inOctets', -1],
    ['intervalMs', 0],
    ['end', 'b'],
    ['linkId', null],
    ['linkId', ''],
    ['atMs', null],
    ['operStatus', 'sideways'],
    ['colour', 'red'],
  ])('refuses the whole batch for %s = %j', async (field, value) => {
    const samples = [measurement(), measurement(), measurement(), measurement({ [field]: value })];
    const { status, body } = await post('/api/v1/samples', { samples });
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe(`samples[3].${field}`);
    expect(harness.taken).toEqual([]);
  });

  it('keeps null null', async () => {
    await post('/api/v1/samples', { samples: [measurement({ inOctets: null })] });
    expect(harness.taken[0]?.inOctets).toBeNull();
  });

  it('refuses numbers that JSON cannot hold', async () => {
    const text = JSON.stringify({ samples: [measurement({ inOctets: 777 })] }).replace('777', '1e999');
    const { status, body } = await post('/api/v1/samples', text);
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('samples[0].inOctets');
  });

  it('takes 10,000 and refuses 10,001', async () => {
    const many = Array.from({ length: 10_000 }, () => measurement());
    expect((await post('/api/v1/samples', { samples: many })).body.accepted).toBe(10_000);
    const { status, body } = await post('/api/v1/samples', { samples: [...many, measurement()] });
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('samples');
    expect(JSON.stringify(body).length).toBeLessThan(2000);
  });

  it('says when it cannot keep up, and when to come again', async () => {
    const full = await createHarness({
      ingest: { accept: () => Promise.reject(new DetourError('BACKLOG_FULL', 'the queue is full')) },
    });
    const answer = await full.app.inject({
      method: 'POST',
      url: '/api/v1/samples',
      payload: { samples: [measurement()] },
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json().code).toBe('DETOUR_ERR_BACKLOG_FULL');
    await full.app.close();
  });
});

describe('bodies', () => {
  it.each([
    ['{"samples":', 400, 'application/json', 'body'],
    ['{"__proto__":{}}', 400, 'application/json', 'body'],
    ['', 400, 'application/json', 'body'],
    ['a=b', 415, 'application/x-www-form-urlencoded', 'content-type'],
    ['<samples/>', 415, 'application/xml', 'content-type'],
    ['hello', 415, 'text/plain', 'content-type'],
  ])('refuses %j with %i', async (payload, status, type, field) => {
    const answer = await post('/api/v1/samples', payload, { 'content-type': type });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it.each(['DEEP', '{"samples":DEEP}', '{"samples":[{"linkId":DEEP}]}'])('refuses %s, 100,000 deep', async (body) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const answer = await post('/api/v1/samples', body.replace('DEEP', deep));
    expect(answer).toMatchObject({ status: 400, body: { code: 'DETOUR_ERR_INVALID_INPUT' } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('refuses a body that is too large', async () => {
    const large = JSON.stringify({ x: 'y'.repeat(9 << 20) });
    expect(await post('/api/v1/samples', large)).toMatchObject({
      status: 413,
      body: { code: 'DETOUR_ERR_BODY_TOO_LARGE' },
    });
    expect((await post('/api/v1/plans', JSON.stringify({ x: 'y'.repeat(70_000) }))).status).toBe(413);
  });
});

describe('events', () => {
  it('lists the newest first, or those after an event', async () => {
    await harness.store.events.append([linkEvent('AB'), linkEvent('BC'), linkEvent('AD')]);
    const newest = (await get('/api/v1/events?limit=2')).body;
    expect(newest.items.map((each: { linkId: string }) => each.linkId)).toEqual(['AD', 'BC']);
    const after = (await get(`/api/v1/events?limit=1&after=${newest.items[1].id}`)).body;
    expect(after.items[0].linkId).toBe('AD');
    expect(after.next).toBeNull();
    const end = (await get(`/api/v1/events?limit=1&after=${after.items[0].id}`)).body;
    expect(end).toEqual({ items: [], next: null });
    expect((await get('/api/v1/events?after=yesterday')).body.errors[0].field).toBe('after');
  });

  it('refuses a Last-Event-ID that is none', async () => {
    const { status, body } = await get('/api/v1/events', { accept: 'text/event-stream', 'last-event-id': 'x' });
    expect(status).toBe(400);
    expect(body.errors[0].field).toBe('last-event-id');
  });
});

describe('paths', () => {
  it('shows the ways of the IGP with their shares, and others', async () => {
    await writeStates(
      harness.store,
      [...NETWORK.linkById.keys()].map((id) => linkState(id, 'healthy', 100)),
    );
    const { body } = await get('/api/v1/paths?from=A&to=C&k=5');
    expect(body.igp.map((each: { arcs: string[] }) => each.arcs).sort()).toEqual([
      ['AB2:az', 'BC:az'],
      ['AB:az', 'BC:az'],
    ]);
    expect(body.igp[0]).toMatchObject({ share: 0.5, nodes: ['A', 'B', 'C'], metric: 20 });
    expect(body.alternatives.map((each: { latencyMs: number }) => each.latencyMs)).toEqual([4, 5, 9]);
  });

  it('keeps alternatives away from bad links, and the IGP away from cut ones only', async () => {
    const states = [...NETWORK.linkById.keys()].map((id) => linkState(id, 'healthy', 100));
    await writeStates(harness.store, [...states, linkState('AB', 'unhealthy', 20), linkState('AB2', 'down', 0)]);
    const { body } = await get('/api/v1/paths?from=A&to=C');
    expect(body.igp).toHaveLength(1);
    expect(body.igp[0]).toMatchObject({ arcs: ['AB:az', 'BC:az'], worstState: 'unhealthy', worstUtilisation: 0.1 });
    expect(body.alternatives).toHaveLength(1);
    expect(body.alternatives[0].arcs).toEqual(['AD:az', 'DC:az']);
    expect(body.avoided).toEqual(['AB', 'AB2']);
  });

  it('finds no way between pieces', async () => {
    expect((await get('/api/v1/paths?from=A&to=E')).body).toMatchObject({ igp: [], alternatives: [] });
  });

  it.each([
    ['from=A', 400, 'to'],
    ['to=A', 400, 'from'],
    ['from=A&to=A', 400, 'to'],
    ['from=A&to=ZZ', 404, 'to'],
    ['from=ZZ&to=A', 404, 'from'],
    ['from=A&to=B&k=6', 400, 'k'],
    ['from=A&from=B&to=C', 400, 'from'],
  ])('refuses %s with %i naming %s', async (query, status, field) => {
    const answer = await get(`/api/v1/paths?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.errors[0].field).toBe(field);
  });
});

describe('status and demands', () => {
  it('sums everything up', async () => {
    await writeStates(harness.store, [linkState('AB', 'unhealthy', 40), linkState('BC', 'healthy', 100)]);
    await writePlan(harness.store, plan('p1'), [proposal('r1'), proposal('r2', { kind: 'no-safe-alternative' })]);
    await harness.store.counters.add('savedBits', 5e9);
    harness.clock.advance(1020);
    expect((await get('/api/v1/status')).body).toEqual({
      atMs: START_MS + 1020,
      network: 'square',
      version: '1.2.3',
      simulated: true,
      mode: 'manual',
      roles: ['api'],
      changesNetwork: true,
      killSwitch: null,
      links: { healthy: 1, degraded: 0, unhealthy: 1, down: 0, stale: 4 },
      lostBps: 5e7,
      lostAgeMs: 1020,
      proposals: { proposed: 1, applying: 0, applied: 0, noSafeAlternative: 1 },
      savedBits: 5e9,
      lastPlan: { id: 'p1', ageMs: 1000, elapsedMs: 20, refused: null },
      samples: { applied: 2, refused: 0, backlog: 0 },
    });
  });

  it('says what is known of the traffic', async () => {
    expect((await get('/api/v1/demands')).body).toMatchObject({ source: null, count: 0 });
    await harness.store.traffic.writeDemands({
      source: 'measured',
      atMs: START_MS,
      demands: [
        { id: 'd1', source: 'A', target: 'B', bps: 1e9, class: null },
        { id: 'd2', source: 'A', target: 'C', bps: 3e9, class: null },
      ],
    });
    const { body } = await get('/api/v1/demands');
    expect(body).toMatchObject({ source: 'measured', count: 2, totalBps: 4e9, tunnels: 0 });
    expect(body.largest[0].id).toBe('d2');
  });
});
