import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokenPaths } from '../../src/api/proposal-view.ts';
import { ProposalViewSchema } from '../../src/api/schemas/reroutes.ts';
import { compileSchema } from '../../src/core/schema.ts';
import type { Move } from '../../src/reroute/proposal.ts';
import { createHarness, type Harness, linkState, plan, proposal, writePlan, writeStates } from './harness.ts';

const [like] = proposal('x').moves as [Move];
const move = (demand: string, to: Move['to']): Move => ({ ...like, demand, bps: 1e9, to });

describe('broken paths', () => {
  const applied = proposal('r1', {
    status: 'applied',
    moves: [
      move('whole', [{ share: 1, arcs: ['BC:az', 'DC:za'] }]),
      move('part', [
        { share: 0.25, arcs: ['AD:az', 'DC:az'] },
        { share: 0.75, arcs: ['AB:az', 'BC:az'] },
      ]),
      move('other', [{ share: 1, arcs: ['AB2:az'] }]),
    ],
  });

  it('are the shares that cross a link that is down, in either direction', () => {
    expect(brokenPaths(applied, (link) => link === 'DC')).toEqual({
      links: ['DC'],
      demands: [
        { demand: 'whole', share: 1 },
        { demand: 'part', share: 0.25 },
      ],
      bps: 1.25e9,
      follows: 'igp',
    });
  });

  it('are none where every link is up, and none of a proposal that is not applied', () => {
    expect(brokenPaths(applied, () => false)).toBeNull();
    expect(brokenPaths({ ...applied, status: 'proposed' }, () => true)).toBeNull();
    expect(brokenPaths({ ...applied, status: 'rolled-back' }, () => true)).toBeNull();
  });
});

describe('the API says where traffic really goes', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await createHarness();
    await writePlan(harness.store, plan('p1'), [proposal('r1', { status: 'applied' }), proposal('r2')]);
  });

  afterEach(async () => {
    await harness.app.close();
  });

  const get = async (url: string) => (await harness.app.inject(url)).json();
  const schema = compileSchema(ProposalViewSchema, 'INTERNAL');

  it('when a link of an applied path has gone down, and no more when it is back', async () => {
    await writeStates(harness.store, [linkState('AB2', 'down', 0)]);
    const one = await get('/api/v1/reroutes/r1');
    expect(one.brokenPaths).toEqual({
      links: ['AB2'],
      demands: [{ demand: 'd1', share: 1 }],
      bps: 1e9,
      follows: 'igp',
    });
    expect(one.moves[0].to).toEqual([{ share: 1, arcs: ['AB2:az'] }]);
    expect(schema.problems(one)).toEqual([]);
    const { items } = await get('/api/v1/reroutes');
    expect(items.map((each: { id: string; brokenPaths: unknown }) => [each.id, each.brokenPaths !== null])).toEqual([
      ['r1', true],
      ['r2', false],
    ]);
    await writeStates(harness.store, [linkState('AB2', 'healthy', 100)]);
    expect(await get('/api/v1/reroutes/r1')).toHaveProperty('brokenPaths', null);
  });
});
