import fc from 'fast-check';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createHarness, type Harness, measurement, plan, proposal, writePlan } from './harness.ts';

vi.setConfig({ testTimeout: 60_000 });

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
  await writePlan(harness.store, plan('p1'), [proposal('r1')]);
});

afterAll(async () => {
  await harness.app.close();
});

/** Whatever comes in: no failure of ours, and a refusal names the field. */
async function send(request: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await harness.app.inject(request);
  const shown = `${request.method ?? 'GET'} ${String(request.url)} -> ${answer.statusCode} ${answer.body.slice(0, 300)}`;
  expect(answer.statusCode, shown).toBeLessThan(500);
  if (answer.statusCode >= 400) {
    expect(answer.headers['content-type'], shown).toMatch(/^application\/problem\+json/);
    const problem = answer.json();
    expect(problem.status, shown).toBe(answer.statusCode);
    expect(problem.code, shown).toMatch(/^DETOUR_ERR_[A-Z_]+$/);
    expect(problem.errors.length, shown).toBeGreaterThan(answer.statusCode === 429 ? -1 : 0);
    for (const { field } of problem.errors) expect(field, shown).not.toBe('');
    expect(answer.body.length, shown).toBeLessThan(64 * 1024);
  }
  return answer;
}

const LISTS = ['links', 'devices', 'reroutes', 'events'];
const READS = [...LISTS, 'network', 'status', 'demands', 'paths', 'plans/latest'];
const NAMES = ['state', 'status', 'minScore', 'maxScore', 'node', 'srlg', 'q', 'sort', 'limit', 'cursor', 'after'];
const MORE_NAMES = ['from', 'to', 'k', '__proto__', 'constructor', 'toString', 'state[]', ''];

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
const oddNumber = fc.constantFrom(
  'NaN',
  'Infinity',
  '-1',
  '1e3',
  '0x10',
  '',
  ' 1',
  '1.5',
  '999999999999999999',
  '0',
  '1',
);
const cursorLike = fc.json().map((json) => Buffer.from(json).toString('base64url'));

const query = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...NAMES, ...MORE_NAMES), text),
      fc.oneof(text, oddNumber, cursorLike, fc.constantFrom('A', 'B', 'down', 'open', 'all', '-score')),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => pairs.map((pair) => pair.map(encode).join('=')).join('&'));

/** Percent-encoding that takes lone surrogates too. */
function encode(part: string): string {
  return [...Buffer.from(part)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

it('takes or refuses every query', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...READS), query, async (path, search) => {
      const answer = await send({ url: `/api/v1/${path}?${search}` });
      if (answer.statusCode === 200 && LISTS.includes(path)) {
        expect(answer.json()).toEqual({ items: expect.any(Array), next: answer.json().next });
      }
    }),
    { numRuns: 400 },
  );
});

it('refuses every parameter that a route does not know, by its name', async () => {
  const unknown = fc
    .stringMatching(/^[a-z][a-zA-Z]{2,11}$/)
    .filter((name) => ![...NAMES, ...MORE_NAMES].includes(name));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...READS), unknown, async (path, name) => {
      const needed = path === 'paths' ? 'from=A&to=B&' : '';
      const answer = await send({ url: `/api/v1/${path}?${needed}${name}=1` });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().errors.map((each: { field: string }) => each.field)).toContain(name);
    }),
    { numRuns: 100 },
  );
});

it('never takes a cursor it did not make', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('links', 'devices', 'reroutes'),
      fc.oneof(text, cursorLike),
      async (path, cursor) => {
        const answer = await send({ url: `/api/v1/${path}?cursor=${encode(cursor)}` });
        expect(answer.statusCode).toBe(400);
        expect(answer.json().errors[0].field).toBe('cursor');
      },
    ),
    { numRuns: 150 },
  );
});

it('finds nothing under an id that is none, in any alphabet', async () => {
  const paths = ['links', 'devices', 'reroutes', 'plans'];
  const id = text.filter(
    (each) => each !== '' && !['latest', '.', '..'].includes(each) && !/^[A-F]{1,2}2?$/.test(each),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), id, async (path, each) => {
      const answer = await send({ url: `/api/v1/${path}/${encode(each)}` });
      expect([400, 404]).toContain(answer.statusCode);
    }),
    { numRuns: 150 },
  );
});

it('takes or refuses every body, and stores nothing of what it refused', async () => {
  const body = fc.oneof(
    fc.json(),
    text,
    fc.json().map((json) => json.slice(0, -1)),
    fc.json().map((json) => `{"samples":[${json}]}`),
    fc.json().map((json) => `{"samples":${json}}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/samples', '/reroutes/zz/apply'),
      body,
      fc.constantFrom(
        'application/json',
        'application/json; charset=utf-8',
        'text/plain',
        'application/json;',
        '???',
        '',
      ),
      async (path, payload, type) => {
        const answer = await send({
          method: 'POST',
          url: `/api/v1${path}`,
          payload,
          ...(type ? { headers: { 'content-type': type } } : {}),
        });
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        expect(harness.taken).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

it('names the field of the one sample that is wrong', async () => {
  const wrong = fc.oneof(
    fc.tuple(fc.constantFrom('linkId', 'deviceId'), fc.constantFrom<unknown>(null, '', 7, [], {}, 'x'.repeat(257))),
    fc.tuple(fc.constantFrom('atMs', 'inOctets', 'inPackets'), fc.constantFrom<unknown>('12', -1, true, [], {}, '')),
    fc.tuple(fc.constantFrom('intervalMs'), fc.constantFrom<unknown>(0, -1, '1000', 1e9)),
    fc.tuple(fc.constantFrom('end', 'operStatus', 'adminStatus'), fc.constantFrom<unknown>('', 'A', 1, {}, true)),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 20 }), wrong, async (index, [field, value]) => {
      const samples = Array.from({ length: 21 }, (_, at) => measurement(at === index ? { [field]: value } : {}));
      const answer = await send({ method: 'POST', url: '/api/v1/samples', payload: { samples } });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().errors[0].field).toBe(`samples[${index}].${field}`);
    }),
    { numRuns: 150 },
  );
  expect(harness.taken).toEqual([]);
});

it('misses no field that is left out', async () => {
  const names = Object.keys(measurement());
  for (const name of names) {
    const { [name as 'end']: _left, ...rest } = measurement();
    const answer = await send({ method: 'POST', url: '/api/v1/samples', payload: { samples: [rest] } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([{ field: `samples[0].${name}`, message: 'is missing' }]);
  }
});

it('answers every method on every address', async () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
  const paths = [...READS.map((path) => `/api/v1/${path}`), '/', '/nothing', '/docs', '/queues/api/queues', '/metrics'];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.constantFrom(...paths),
      fc.json(),
      async (method, url, payload) => {
        const hasBody = !['GET', 'HEAD'].includes(method);
        const answer = await harness.app.inject({
          method,
          url,
          ...(hasBody ? { payload, headers: { 'content-type': 'application/json' } } : {}),
        });
        expect(answer.statusCode, `${method} ${url}`).toBeLessThan(500);
        if (answer.statusCode === 405) expect(String(answer.headers.allow).split(', ')).not.toContain(method);
      },
    ),
    { numRuns: 200 },
  );
});
