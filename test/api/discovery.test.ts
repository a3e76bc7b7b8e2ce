import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness, NETWORK, START_MS } from './harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  await harness.app.close();
});

const get = async () => {
  const answer = await harness.app.inject('/api/v1/discovery');
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
};

const discovery = (isStale: boolean, lastSeenAtMs: number) => ({
  evidence: [{ source: 'lldp', toldBy: 'A' }],
  confidence: 0.9,
  lastSeenAtMs,
  isStale,
  assumed: ['latencyMs'],
});

describe('what was discovered', () => {
  it('is not there before anything was, and why is said', async () => {
    const { status, body } = await get();
    expect(status).toBe(404);
    expect(body).toMatchObject({
      code: 'DETOUR_ERR_NOT_FOUND',
      hint: expect.stringContaining('DETOUR_DISCOVERY_SEEDS'),
    });
  });

  it('is every link with evidence, confidence and last-seen, and tells nobody addresses or credentials', async () => {
    const known = NETWORK.network.links[0]?.id ?? '';
    const network = {
      format: 'detour-network/1' as const,
      name: 'found',
      nodes: [
        { id: 'A', name: 'A', address: '192.0.2.77', credentials: 'env:SECRET' },
        { id: 'new', address: '192.0.2.78', credentials: 'env:SECRET' },
      ],
      links: [
        { id: known, a: 'A', z: 'B', aInterface: 'xe-0', discovery: discovery(true, START_MS - 5000) },
        { id: 'A-new', a: 'A', z: 'new', zInterface: 'et-1', discovery: discovery(false, START_MS) },
        { id: 'only-on-file', a: 'A', z: 'B' },
      ],
    };
    await harness.store.discovered.write(network);
    const { status, body, text } = await get();
    expect(status).toBe(200);
    expect(body).toMatchObject({ network: 'found', lastSeenAtMs: START_MS });
    expect(body.nodes).toEqual([
      { id: 'A', name: 'A', isOnFile: true },
      { id: 'new', name: 'new', isOnFile: false },
    ]);
    expect(body.links).toEqual([
      {
        ...{ id: known, a: 'A', z: 'B', aInterface: 'xe-0', zInterface: null, isOnFile: true },
        discovery: discovery(true, START_MS - 5000),
      },
      {
        ...{ id: 'A-new', a: 'A', z: 'new', aInterface: null, zInterface: 'et-1', isOnFile: false },
        discovery: discovery(false, START_MS),
      },
      { id: 'only-on-file', a: 'A', z: 'B', aInterface: null, zInterface: null, isOnFile: false, discovery: null },
    ]);
    expect(text).not.toMatch(/192\.0\.2|SECRET/);
  });
});
