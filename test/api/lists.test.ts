import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CsvTable, prefersCsv, toCsv } from '../../src/api/csv.ts';
import {
  createHarness,
  type Harness,
  linkEvent,
  linkState,
  NETWORK,
  plan,
  proposal,
  START_MS,
  writePlan,
  writeStates,
} from './harness.ts';

const TABLE: CsvTable<{ text: string; number: number | null }> = {
  name: 'rows',
  columns: { text: (row) => row.text, number: (row) => row.number },
};

/** A reader of RFC 4180 that is written for nothing else. */
function readCsv(text: string): string[][] {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(cells)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  it('reads back as what it was, whatever is in a cell', () => {
    const row = fc.record({ text: fc.string({ unit: 'grapheme' }), number: fc.option(fc.double({ noNaN: true })) });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const [header, ...read] = readCsv(toCsv(TABLE, rows));
        expect(header).toEqual(['text', 'number']);
        const guarded = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
        expect(read).toEqual(rows.map((each) => [guarded(each.text), each.number === null ? '' : `${each.number}`]));
      }),
    );
  });

  it('never begins a cell of text like a formula', () => {
    expect(toCsv(TABLE, [{ text: '=HYPERLINK("x")', number: -1 }])).toBe('text,number\r\n"\'=HYPERLINK(""x"")",-1\r\n');
  });

  it.each([
    [undefined, false],
    ['*/*', false],
    ['text/csv', true],
    ['text/csv, application/json', false],
    ['text/csv, application/json;q=0.5', true],
    ['application/json, text/csv;q=0.9', false],
    ['text/*', true],
    ['text/csv;q=0', false],
    ['text/csv;q=nonsense', false],
    ['text/html, */*;q=0.8', false],
  ])('is what Accept: %s asks for: %s', (accept, expected) => {
    expect(prefersCsv(accept)).toBe(expected);
  });
});

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
});
afterEach(async () => {
  await harness.app.close();
  await harness.store.close();
});

const get = (url: string, headers: Record<string, string> = {}) => harness.app.inject({ method: 'GET', url, headers });
const csv = (url: string) => get(url, { accept: 'text/csv' });

describe('lists as CSV', () => {
  it('has every link, unless a limit is given', async () => {
    await writeStates(harness.store, [linkState('AB', 'unhealthy', 20, 0.9)]);
    const answer = await csv('/api/v1/links');
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="links.csv"');
    expect(answer.headers.link).toBeUndefined();
    const [header = [], ...rows] = readCsv(answer.body);
    expect(rows.map(([id]) => id)).toEqual(NETWORK.network.links.map(({ id }) => id).sort());
    const first = Object.fromEntries(header.map((name, index) => [name, rows[0]?.[index]]));
    expect(first).toMatchObject({ id: 'AB', state: 'unhealthy', score: '20', utilisationAz: '0.9', latencyMsAz: '' });
  });

  it('names the next page of a limited one, filter and order kept', async () => {
    const seen: string[] = [];
    for (let url: string | undefined = '/api/v1/links?sort=-id&limit=4'; url; ) {
      const answer = await csv(url);
      seen.push(
        ...readCsv(answer.body)
          .slice(1)
          .map(([id = '']) => id),
      );
      url = /<(.*)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect(seen).toEqual(
      NETWORK.network.links
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
  });

  it('has devices, events, and proposals in short', async () => {
    await harness.store.events.append([linkEvent('AB', 'AB, the "river" link, is down')]);
    await writePlan(harness.store, plan('p'), [
      proposal('r1'),
      proposal('r2', { status: 'expired', closedAtMs: START_MS }),
    ]);
    expect(readCsv((await csv('/api/v1/devices')).body)).toHaveLength(NETWORK.network.nodes.length + 1);
    expect(readCsv((await csv('/api/v1/events')).body).at(1)).toContain('AB, the "river" link, is down');
    expect(
      readCsv((await csv('/api/v1/reroutes')).body)
        .slice(1)
        .map(([id]) => id),
    ).toEqual(['r1']);
    expect(readCsv((await csv('/api/v1/reroutes?status=all')).body)).toHaveLength(3);
  });

  it('refuses as problem+json all the same', async () => {
    const answer = await csv('/api/v1/links?limit=0');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, expect.stringContaining('problem+json')]);
  });
});

describe('ETag', () => {
  it.each(['/api/v1/links', '/api/v1/links/AB', '/api/v1/network', '/api/v1/devices/A', '/api/v1/events'])(
    'saves sending %s again',
    async (url) => {
      const first = await get(url);
      const tag = String(first.headers.etag);
      expect(tag).toMatch(/^"[\w-]{27}"$/);
      for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await get(url, { 'if-none-match': header });
        expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', tag]);
        expect(again.headers['content-type']).toBeUndefined();
      }
      expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
    },
  );

  it('is another one when anything changed, and for another form', async () => {
    const before = await get('/api/v1/links');
    expect((await csv('/api/v1/links')).headers.etag).not.toBe(before.headers.etag);
    await writeStates(harness.store, [linkState('AB', 'down', 0)]);
    const after = await get('/api/v1/links', { 'if-none-match': String(before.headers.etag) });
    expect(after.statusCode).toBe(200);
    expect(after.headers.etag).not.toBe(before.headers.etag);
  });

  it('is not on refusals', async () => {
    const missing = await get('/api/v1/links/none', { 'if-none-match': '*' });
    expect([missing.statusCode, missing.headers.etag]).toEqual([404, undefined]);
  });
});
