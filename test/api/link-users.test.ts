import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usersOf } from '../../src/api/link-users.ts';
import { namedPaths } from '../../src/twin/arc-path.ts';
import { buildTwin, currentPaths } from '../../src/twin/twin.ts';
import { createHarness, type Harness, linkState, NETWORK, START_MS, writeStates } from './harness.ts';

const STATES = NETWORK.network.links.map(({ id }) => linkState(id, 'healthy', 100));
const ROUTERS = ['A', 'B', 'C', 'D'];

const demands = fc.uniqueArray(
  fc.record({
    source: fc.constantFrom(...ROUTERS),
    target: fc.constantFrom(...ROUTERS),
    bps: fc.integer({ min: 1, max: 9 }),
  }),
  { selector: ({ source, target }) => `${source}>${target}`, maxLength: 12 },
);

describe('whose traffic a link carries', () => {
  it('is what the paths of all demands say, the largest first', () => {
    fc.assert(
      fc.property(
        demands,
        fc.constantFrom(...NETWORK.network.links.map(({ id }) => id)),
        fc.integer({ min: 1, max: 5 }),
        (given, linkId, limit) => {
          const list = given
            .filter(({ source, target }) => source !== target)
            .map((each) => ({ ...each, id: `${each.source}>${each.target}`, class: null }));
          const twin = buildTwin({ network: NETWORK.network, states: STATES, demands: list as never, tunnels: [] });
          const told = usersOf({ atMs: 0, demandSource: 'file', twin }, linkId, limit);
          const byHand = list
            .map(({ id, bps }, index) => {
              const paths = namedPaths(twin.graph, currentPaths(twin, index));
              const over = (arc: string) =>
                paths.reduce((sum, { share, arcs }) => sum + ((arcs as string[]).includes(arc) ? share * bps : 0), 0);
              return { demand: id, azBps: over(`${linkId}:az`), zaBps: over(`${linkId}:za`) };
            })
            .filter(({ azBps, zaBps }) => azBps + zaBps > 0)
            .sort((x, y) => y.azBps + y.zaBps - x.azBps - x.zaBps || (x.demand < y.demand ? -1 : 1));
          expect(told.count).toBe(byHand.length);
          expect(told.items.map(({ demand, azBps, zaBps }) => ({ demand, azBps, zaBps }))).toEqual(
            byHand.slice(0, limit),
          );
        },
      ),
    );
  });
});

describe('GET /links/{id}/demands', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await createHarness();
    await writeStates(harness.store, STATES);
  });
  afterEach(async () => {
    await harness.app.close();
    await harness.store.close();
  });
  const get = async (url: string) => {
    const response = await harness.app.inject({ method: 'GET', url });
    return { status: response.statusCode, body: response.json() };
  };

  it('tells demands with their path over the link, and says when traffic is not known', async () => {
    expect((await get('/api/v1/links/BC/demands')).body).toMatchObject({ demandSource: null, count: 0, items: [] });
    await harness.store.traffic.writeDemands({
      source: 'file',
      atMs: null,
      demands: [{ id: 'd1', source: 'B', target: 'C', bps: 5e9, class: null }],
    });
    harness.clock.advance(2_001);
    expect((await get('/api/v1/links/BC/demands')).body).toEqual({
      ...{ linkId: 'BC', atMs: START_MS + 2_001, demandSource: 'file', count: 1 },
      items: [
        {
          ...{ demand: 'd1', source: 'B', target: 'C', bps: 5e9, azBps: 5e9, zaBps: 0, pinned: false },
          arcs: ['BC:az'],
        },
      ],
    });
    expect((await get('/api/v1/links/XY/demands')).status).toBe(404);
    expect((await get('/api/v1/links/BC/demands?limit=0')).status).toBe(400);
  });
});
