import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../src/health/link-state.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import type { Proposal } from '../../src/reroute/proposal.ts';
import { AT_MS, corrupted, demand, inputOf, sketch, stateOf } from './fixtures.ts';

const ID = 'r-standing';
const way = (...arcs: string[]) => [{ share: 1, arcs }];

/** Four links between two nodes: the IGP's own, a detour's, where it was to go next, and one that is preferred once up. */
const networkWith = (detourMs: number) =>
  sketch(2, [
    { a: 0, z: 1, metric: { az: 10, za: 10 } },
    { a: 0, z: 1, metric: { az: 20, za: 20 }, latencyMs: detourMs },
    { a: 0, z: 1, metric: { az: 30, za: 30 } },
    { a: 0, z: 1, metric: { az: 5, za: 5 } },
  ]);

/** The second revision waits; of the first one the demand's tunnel over l1 is in the network. */
function revisionOf(bps: number, more: Partial<Proposal> = {}): Proposal {
  const move = {
    ...{ demand: 'd', source: 'n0', target: 'n1', bps, from: way('l1:az'), to: way('l2:az') },
    ...{ latencyMs: { before: 1, after: 1 }, worstHeadroom: { arc: 'l2:az', bps: 1, utilisation: 0.1 }, runnersUp: [] },
  };
  return {
    ...{ id: ID, revision: 2, status: 'proposed', kind: 'reroute', links: ['l0'], moves: [move], cuts: [] },
    ...{ cause: { kind: 'unhealthy', links: ['l0'], epochMs: AT_MS - 60_000 }, expectedSavingBps: 1, planId: 'p' },
    ...{ why: { summary: '', parts: [], stayed: [] }, createdAtMs: AT_MS - 60_000, updatedAtMs: AT_MS - 5_000 },
    ...{ appliedAtMs: AT_MS - 50_000, closedAtMs: null, closedReason: null, ...more },
  };
}

interface Setting {
  readonly bps: number;
  /** Of another demand on the tunnel's way. */
  readonly besideBps: number;
  readonly detourMs: number;
}

/** What becomes of the proposal; l3 is down unless `states` say otherwise. */
function planned(
  states: readonly LinkState[],
  { bps = 40, besideBps = 0, detourMs = 1, ...more }: Partial<Setting & Proposal> = {},
): Proposal | undefined {
  const network = networkWith(detourMs);
  const tunnel = { source: 'n0', target: 'n1', paths: way('l1:az') };
  const tunnels = [
    { demand: 'd', ...tunnel, proposalId: ID },
    { demand: 'beside', ...tunnel, proposalId: 'r-other' },
  ];
  const all = [corrupted('l0'), stateOf('l3', 'down'), ...states];
  const demands = [demand('d', 0, 1, bps), demand('beside', 0, 1, besideBps)];
  const input = inputOf(network, demands, all, {
    tunnels,
    open: [revisionOf(bps, more)],
  });
  const { changed } = planReroutes(network, input, 'request');
  return changed.find(({ id }) => id === ID);
}

describe('what a revision gives up', () => {
  const gone = stateOf('l2', 'unhealthy');

  it('stays on the tunnel that it has: its way was lost, its tunnel was not', () => {
    const revised = planned([gone]);
    expect(revised).toMatchObject({ revision: 3, kind: 'reroute', status: 'proposed' });
    expect(revised?.moves).toMatchObject([{ demand: 'd', from: way('l1:az'), to: way('l1:az') }]);
    expect(revised?.steps).toEqual([['d']]);
  });

  it('stays there, too, where the revision was refused because the network is otherwise now', () => {
    const revised = planned([], { outdatedAtMs: AT_MS - 1000 });
    expect(revised?.moves).toMatchObject([{ demand: 'd', to: way('l1:az') }]);
    expect(revised?.outdatedAtMs).toBeUndefined();
  });

  it('counts as no move of this hour', () => {
    expect(planned([gone])?.moveLog).toEqual([]);
  });

  it('is let go where its tunnel is broken', () => {
    const moves = planned([gone, stateOf('l1', 'down')])?.moves ?? [];
    expect(moves.filter(({ to }) => to[0]?.arcs[0] === 'l1:az')).toEqual([]);
  });

  it('waits where the way that it has is broken: nobody gives it up, and it counts as no difference', () => {
    const [broken, back] = [stateOf('l1', 'down'), stateOf('l3')];
    const moves = revisionOf(40).moves.map((move) => ({ ...move, to: way('l1:az') }));
    expect(planned([broken, back], { moves })).toBeUndefined();
    expect(planned([broken, gone], { moves })?.moves).toMatchObject([{ demand: 'd', to: way('l1:az') }]);
    // While the IGP leads it over the bad link it gets another way, as all that is there does.
    expect(planned([broken], { moves })?.moves).toMatchObject([{ demand: 'd', to: way('l2:az') }, {}]);
  });

  it('is let go where the IGP has a much faster way that is well, and only there', () => {
    const back = stateOf('l3');
    expect(planned([gone, back], { detourMs: 60 })?.status).toBe('rolled-back');
    expect(planned([gone, back], { detourMs: 30 })?.moves).toMatchObject([{ to: way('l1:az') }]);
    // Without l3 the IGP would lead it back over the link that it left.
    expect(planned([gone], { detourMs: 60 })?.moves).toMatchObject([{ to: way('l1:az') }]);
  });

  it('is let go where its tunnel is too full and the IGP has room, and only there', () => {
    const back = stateOf('l3');
    expect(planned([gone, back], { besideBps: 39 })?.moves).toMatchObject([{ to: way('l1:az') }]);
    expect(planned([gone, back], { besideBps: 45 })?.status).toBe('rolled-back');
    expect(planned([gone, back], { bps: 85 })?.moves).toMatchObject([{ to: way('l1:az') }]);
    expect(planned([gone], { besideBps: 45 })?.moves).toMatchObject([{ to: way('l1:az') }]);
  });
});
