import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import { createHarness, type Harness, linkState, plan, proposal, writePlan, writeStates } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  await harness.app.close();
});

describe('addresses', () => {
  it('answers in JSON to programs and in HTML to browsers', async () => {
    expect((await harness.app.inject('/')).json()).toMatchObject({ name: 'detour', addresses: { docs: '/docs' } });
    const page = await harness.app.inject({ url: '/', headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).toContain('href="/queues"');
  });

  it('serves the documentation, the error codes and the queue dashboard from here', async () => {
    const docs = await harness.app.inject('/docs/');
    expect(docs.statusCode).toBe(200);
    const script = /src="\.?([^"]*swagger-ui-bundle\.js)"/.exec(docs.body)?.[1];
    expect((await harness.app.inject(`/docs${script}`)).statusCode).toBe(200);
    expect((await harness.app.inject('/docs/errors')).body).toContain('id="DETOUR_ERR_BACKLOG_FULL"');
    const board = await harness.app.inject('/queues');
    expect(board.statusCode).toBe(200);
    expect((await harness.app.inject('/queues/api/queues')).json()).toHaveProperty('queues');
  });

  it('tells a wrong method from a wrong address', async () => {
    const wrongMethod = await harness.app.inject({ method: 'DELETE', url: '/api/v1/links/AB' });
    expect(wrongMethod.statusCode).toBe(405);
    expect(wrongMethod.headers.allow).toBe('GET, HEAD');
    const wrongAddress = await harness.app.inject('/api/v1/nothing');
    expect(wrongAddress.statusCode).toBe(404);
    expect(wrongAddress.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('keeps its form on the addresses of the queue dashboard', async () => {
    const url = '/queues/api/queues/x/pause';
    const headers = { 'content-type': 'application/json' };
    const answer = await harness.app.inject({ method: 'PUT', url, headers, payload: '{"a":' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'DETOUR_ERR_INVALID_INPUT', errors: [{ field: 'body' }] });
  });

  it.each([
    ['a bad escape', '/api/v1/links/%E0%A4%A'],
    ['a lone %', '/%'],
    ['a long id', `/api/v1/links/${'x'.repeat(300)}`],
    ['a very long id', `/api/v1/links/${'x'.repeat(2000)}`],
  ])('answers an address with %s with a problem', async (_name, url) => {
    const answer = await harness.app.inject(url);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(['path', 'id']).toContain(answer.json().errors[0].field);
  });
});

describe('security', () => {
  it('forbids everything that is not ours, everywhere', async () => {
    const api = await harness.app.inject('/api/v1/status');
    expect(api.headers['content-security-policy']).toContain("default-src 'none'");
    expect(api.headers['content-security-policy']).not.toContain('unsafe');
    expect(api.headers['x-content-type-options']).toBe('nosniff');
    const docs = await harness.app.inject('/docs/');
    expect(docs.headers['content-security-policy']).toContain("style-src 'self' 'unsafe-inline'");
    expect(docs.headers['content-security-policy']).not.toMatch(/https?:/);
  });

  it.each([
    ['POST', { host: '127.0.0.1:7600', origin: 'https://evil.example' }],
    ['POST', { host: '127.0.0.1:7600', origin: 'null' }],
    ['POST', { host: '127.0.0.1:7600', origin: 'http://127.0.0.1:9999' }],
    ['POST', { host: '127.0.0.1:7600', 'sec-fetch-site': 'cross-site' }],
    ['POST', { host: 'evil.example', origin: 'http://evil.example' }],
    ['GET', { host: 'evil.example' }],
    ['GET', { host: '127.0.0.1.evil.example' }],
  ] as const)('refuses %s with %j', async (method, headers) => {
    const answer = await harness.app.inject({
      method,
      url: method === 'GET' ? '/api/v1/status' : '/api/v1/plans',
      headers,
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().code).toBe('DETOUR_ERR_FOREIGN_ORIGIN');
  });

  it.each([
    { host: '127.0.0.1:7600', origin: 'http://127.0.0.1:7600' },
    { host: 'localhost:7600' },
    { host: '[::1]:7600' },
    { host: '127.0.0.1:7600', origin: 'http://127.0.0.1:7600', 'sec-fetch-site': 'same-origin' },
  ])('takes a change with %j', async (headers) => {
    expect((await harness.app.inject({ method: 'POST', url: '/api/v1/plans', headers })).statusCode).toBe(201);
  });

  it('answers to any name where it listens on more than loopback', async () => {
    const config = { simulated: true, mode: 'manual', version: '1', roles: ['api'], host: '0.0.0.0' } as const;
    const open = await createHarness({ config, adminToken: { matches: (text) => text === 'a-secret' } });
    const headers = { host: 'noc.example', authorization: 'Bearer a-secret' };
    expect((await open.app.inject({ url: '/api/v1/status', headers })).statusCode).toBe(200);
    await open.app.close();
  });
});

describe('probes and metrics', () => {
  it('is alive, and ready when every check holds', async () => {
    expect((await harness.app.inject('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await harness.app.inject('/readyz')).json()).toMatchObject({ ready: true });
    const unready = await createHarness({
      readiness: [{ name: 'plan', check: () => Promise.reject(new Error('no plan yet')) }],
    });
    const answer = await unready.app.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      ready: false,
      checks: [
        { name: 'store', ok: true, reason: null },
        { name: 'plan', ok: false, reason: 'no plan yet' },
      ],
    });
    await unready.app.close();
  });

  it('counts links, proposals, samples and requests', async () => {
    await writeStates(harness.store, [linkState('AB', 'down', 0)]);
    await writePlan(harness.store, plan('p1'), [proposal('r1')]);
    await harness.app.inject('/api/v1/links/AB');
    await harness.app.inject('/metrics');
    const { body, headers } = await harness.app.inject('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body).toContain('detour_links{state="down"} 1');
    expect(body).toContain('detour_links{state="stale"} 5');
    expect(body).toContain('detour_open_proposals{status="proposed"} 1');
    expect(body).toContain('detour_samples_applied_total 1\n');
    expect(body).toMatch(
      /detour_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/links\/:id",status="200"\} 1/,
    );
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('keeps what it knows of its own failures to itself', async () => {
    const error = new DetourError('REDIS_UNREACHABLE', 'Redis cannot be reached', {
      field: 'redisUrl',
      value: 'redis://:hunter2@x',
    });
    const broken = await createHarness({ planNow: () => Promise.reject(error) });
    const answer = await broken.app.inject({ method: 'POST', url: '/api/v1/plans' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().errors).toEqual([{ field: 'redisUrl', message: 'Redis cannot be reached' }]);
    expect(answer.body).not.toContain('hunter2');
    await broken.app.close();
  });

  it('keeps the metrics of the process when the store is gone', async () => {
    const readAll = () => Promise.reject(new Error('gone'));
    const broken = await createHarness({ store: { ...harness.store, links: { readAll, read: readAll } } });
    const metrics = await broken.app.inject('/metrics');
    expect(metrics.statusCode).toBe(200);
    expect(metrics.body).toContain('detour_store_up 0');
    const links = await broken.app.inject('/api/v1/links');
    expect(links.statusCode).toBe(500);
    expect(links.json()).toMatchObject({ code: 'DETOUR_ERR_INTERNAL' });
    expect(links.body).not.toContain('gone');
    await broken.app.close();
  });
});

describe('OpenAPI', () => {
  interface Operation {
    readonly summary?: string;
    readonly tags?: string[];
    readonly responses: Record<string, unknown>;
    readonly parameters?: { name: string; in: string; schema?: unknown }[];
  }

  it('describes every route in a 3.1 document', async () => {
    const document = (await harness.app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Detour', version: '1.2.3' });
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/audit',
      '/api/v1/caller',
      '/api/v1/demands',
      '/api/v1/devices',
      '/api/v1/devices/{id}',
      '/api/v1/devices/{id}/baseline',
      '/api/v1/devices/{id}/forecast',
      '/api/v1/devices/{id}/history',
      '/api/v1/discovery',
      '/api/v1/events',
      '/api/v1/events/{id}',
      '/api/v1/events/{id}/comments',
      '/api/v1/forecasts/peaks',
      '/api/v1/guardrails',
      '/api/v1/guardrails/kill',
      '/api/v1/guardrails/release',
      '/api/v1/jobs',
      '/api/v1/links',
      '/api/v1/links/{id}',
      '/api/v1/links/{id}/acknowledge',
      '/api/v1/links/{id}/baseline',
      '/api/v1/links/{id}/demands',
      '/api/v1/links/{id}/forecast',
      '/api/v1/links/{id}/history',
      '/api/v1/links/{id}/prediction',
      '/api/v1/links/{id}/unacknowledge',
      '/api/v1/maintenance',
      '/api/v1/maintenance/preview',
      '/api/v1/maintenance/{id}/cancel',
      '/api/v1/models',
      '/api/v1/models/drift',
      '/api/v1/models/{id}',
      '/api/v1/models/{id}/calibration.svg',
      '/api/v1/moments',
      '/api/v1/moments/{id}',
      '/api/v1/moments/{id}/reroutes/{rerouteId}',
      '/api/v1/network',
      '/api/v1/network/layout',
      '/api/v1/outcomes',
      '/api/v1/paths',
      '/api/v1/plans',
      '/api/v1/plans/latest',
      '/api/v1/plans/{id}',
      '/api/v1/plans/{id}/replay',
      '/api/v1/predict',
      '/api/v1/predict/batch',
      '/api/v1/predictions',
      '/api/v1/predictions/quality',
      '/api/v1/reroutes',
      '/api/v1/reroutes/briefs',
      '/api/v1/reroutes/{id}',
      '/api/v1/reroutes/{id}/apply',
      '/api/v1/reroutes/{id}/approve',
      '/api/v1/reroutes/{id}/commands',
      '/api/v1/reroutes/{id}/dismiss',
      '/api/v1/reroutes/{id}/rollback',
      '/api/v1/samples',
      '/api/v1/status',
      '/api/v1/tokens',
      '/api/v1/tokens/{id}',
      '/api/v1/what-if',
      '/healthz',
      '/readyz',
    ]);
    for (const [path, item] of Object.entries<Record<string, Operation>>(document.paths)) {
      for (const operation of Object.values(item)) {
        expect(operation.summary, path).toBeTruthy();
        expect(operation.tags, path).toHaveLength(1);
        expect(
          Object.keys(operation.responses).some((status) => status.startsWith('2')),
          path,
        ).toBe(true);
        const named = (operation.parameters ?? []).filter((each) => each.in === 'path').map((each) => `{${each.name}}`);
        expect(named, path).toEqual(path.match(/\{[^}]+\}/g) ?? []);
      }
    }
    const { post } = document.paths['/api/v1/samples'];
    expect(post.requestBody.content['application/json'].example.samples).toHaveLength(1);
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });
});
