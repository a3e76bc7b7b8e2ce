import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness, measurement } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  await harness.app.close();
});

const SAMPLES = JSON.stringify({ samples: [measurement()] });
const send = (payload: string | Buffer, headers: Record<string, string>) =>
  harness.app.inject({ method: 'POST', url: '/api/v1/samples', payload, headers });

it.each([
  ['gzip', 'content-encoding', gzipSync(SAMPLES), { 'content-encoding': 'gzip', 'content-type': 'application/json' }],
  [
    'what it only calls gzip',
    'content-encoding',
    SAMPLES,
    { 'content-encoding': 'gzip', 'content-type': 'application/json' },
  ],
  ['UTF-16', 'content-type', Buffer.from(SAMPLES, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }],
  ['Latin-1', 'content-type', SAMPLES, { 'content-type': 'application/json;charset="ISO-8859-1"' }],
] as const)('refuses a body in %s by its %s', async (_name, field, payload, headers) => {
  const answer = await send(payload, headers);
  expect(answer.statusCode).toBe(415);
  expect(answer.json()).toMatchObject({ code: 'DETOUR_ERR_UNSUPPORTED_MEDIA_TYPE', errors: [{ field }] });
  expect(answer.headers['accept-encoding']).toBe(field === 'content-encoding' ? 'identity' : undefined);
  expect(harness.taken).toEqual([]);
});

it.each<Record<string, string>>([
  { 'content-type': 'application/json; charset=UTF-8' },
  { 'content-type': 'application/json', 'content-encoding': 'identity' },
])('takes a body with %j', async (headers) => {
  expect((await send(SAMPLES, headers)).statusCode).toBe(202);
  expect(harness.taken).toHaveLength(1);
});

it.each([
  '/queues/static/..%2f..%2fpackage.json',
  '/queues/static/none.js',
  '/docs/static/../../package.json',
  '/docs/static/%2e%2e/%2e%2e/package.json',
  '/docs/static/none.js',
])('finds nothing at %s', async (url) => {
  const answer = await harness.app.inject(url);
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({ code: 'DETOUR_ERR_NOT_FOUND', errors: [{ field: 'path' }] });
});

it('still tells a wrong method on a file from a file that is not there', async () => {
  const answer = await harness.app.inject({ method: 'DELETE', url: '/docs/static/none.js' });
  expect(answer.statusCode).toBe(405);
  expect(answer.headers.allow).toBe('GET, HEAD');
});
