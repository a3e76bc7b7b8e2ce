import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../src/health/link-state.ts';
import { planReroutes } from '../../src/reroute/planner.ts';
import { DEFAULT_STABILITY } from '../../src/reroute/stability/settings.ts';
import { AT_MS, corrupted, demand, inputOf, losing, part, ringNetwork, sketch, stateOf } from './fixtures.ts';
import { runLive } from './stability/run.ts';

/** Down again, before it counted as up. */
function flappingDown(linkId: string, more: Partial<LinkState> = {}): LinkState {
  const parts = [
    part('status', 'down', null),
    { ...part('flapping', 'unhealthy', null, 1.9), text: 'went down again' },
  ];
  return stateOf(linkId, 'down', { parts, ...more });
}

const network = ringNetwork();
const around = ['l3:za', 'l2:za', 'l1:za'];
const planOf = (states: readonly LinkState[], demands = [demand('d', 0, 1, 40)], more = {}) =>
  planReroutes(network, inputOf(network, demands, states, more), 'request').changed;

describe('a link that is down and flapping', () => {
  it('keeps what would return to it on the ways that it has', () => {
    const [proposal, ...others] = planOf([flappingDown('l0')]);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({ kind: 'reroute', cause: { kind: 'unhealthy', links: ['l0'] }, cuts: [] });
    expect(proposal?.moves).toMatchObject([
      { demand: 'd', from: [{ share: 1, arcs: around }], to: [{ share: 1, arcs: around }] },
    ]);
    expect(proposal?.steps).toEqual([['d']]);
    expect(proposal?.why.summary).toBe(
      'l0 is unhealthy: went down again. 1 demand(s) with 40 b/s stay on the paths that they have now, also when it is up again.',
    );
    expect(proposal?.expectedSavingBps).toBe(0);
  });

  it('is kept empty after one short outage where changes are made at once, unless its conduit was away', () => {
    const up = { ...stateOf('l0').ends.a, operStatus: 'up' } as const;
    const back = (id: string) => stateOf(id, 'down', { sinceMs: AT_MS - 5_000, ends: { a: up, z: up } });
    const conduit = sketch(2, [
      { a: 0, z: 1, srlgs: ['s'] },
      { a: 0, z: 1, srlgs: ['s'], metric: { az: 20, za: 20 } },
      { a: 0, z: 1, metric: { az: 30, za: 30 } },
    ]);
    const moves = (states: readonly LinkState[], actsAtOnce: boolean) =>
      planReroutes(conduit, inputOf(conduit, [demand('d', 0, 1, 10)], states, { actsAtOnce }), 'request').changed
        .length;
    expect(moves([back('l0')], true)).toBe(1);
    expect(moves([back('l0')], false)).toBe(0);
    expect(moves([back('l0'), back('l1')], true)).toBe(0);
  });

  it('is left alone while it went down only once', () => {
    expect(planOf([stateOf('l0', 'down')])).toEqual([]);
  });

  it('is not kept free of traffic that has no other way', () => {
    const line = sketch(2, [{ a: 0, z: 1 }]);
    const input = inputOf(line, [demand('d', 0, 1, 40)], [flappingDown('l0')]);
    expect(planReroutes(line, input, 'request').changed).toMatchObject([{ kind: 'no-safe-alternative', moves: [] }]);
  });

  it('is not kept free of traffic that its way round has no room for', () => {
    const moves = planOf([flappingDown('l0')], [demand('d', 0, 1, 90)]).flatMap((each) => each.moves);
    // It may be split to relieve the way round; nothing is held on a way that is too full.
    for (const { to } of moves) expect(Math.max(...to.map(({ share }) => share * 90))).toBeLessThanOrEqual(80);
  });

  it('is not kept free by a way that loses packets while another one loses none', () => {
    const three = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 } },
      { a: 0, z: 1, metric: { az: 30, za: 30 } },
    ]);
    const held = (states: readonly LinkState[], bps: number) => {
      const demands = [demand('d', 0, 1, bps), demand('back', 1, 0, bps)];
      const [proposal] = planReroutes(
        three,
        inputOf(three, demands, [flappingDown('l0'), ...states]),
        'request',
      ).changed;
      return Object.fromEntries(proposal?.moves.map(({ demand: id, to }) => [id, to[0]?.arcs]) ?? []);
    };
    expect(held([], 40)).toEqual({ d: ['l1:az'], back: ['l1:za'] });
    expect(held([losing('l1', 60_000)], 40)).toEqual({ d: ['l2:az'], back: ['l1:za'] });
    // Without another way it is held where it is: the next break would cost more.
    expect(held([losing('l1', 60_000), stateOf('l2', 'unhealthy')], 40)).toEqual({ d: ['l1:az'], back: ['l1:za'] });
  });

  it('also of traffic that a tunnel would lead back', () => {
    const tunnels = [
      { demand: 'e', source: 'n3', target: 'n1', paths: [{ share: 1, arcs: ['l3:az', 'l0:az'] }], proposalId: 'r-old' },
    ];
    const [proposal] = planOf([flappingDown('l0')], [demand('e', 3, 1, 10)], { tunnels });
    expect(proposal?.moves).toMatchObject([{ demand: 'e', to: [{ share: 1, arcs: ['l2:za', 'l1:za'] }] }]);
  });

  it('also of traffic that a reroute led over it which stands because its way back does not pay yet', () => {
    const ways = sketch(2, [
      { a: 0, z: 1 },
      { a: 0, z: 1, metric: { az: 20, za: 20 }, capacityBps: 60 },
      { a: 0, z: 1, metric: { az: 30, za: 30 }, capacityBps: 60 },
    ]);
    const states = (elapsedMs: number): LinkState[] => {
      if (elapsedMs === 0) return [corrupted('l0')];
      const healed = stateOf('l0', 'healthy', { sinceMs: AT_MS + 5_000 });
      return elapsedMs < 60_000 ? [healed] : [healed, flappingDown('l1', { sinceMs: AT_MS + 60_000 })];
    };
    const run = { steps: 13, stepMs: 5_000, stability: DEFAULT_STABILITY };
    const steps = runLive(ways, [demand('e', 0, 1, 40), demand('f', 0, 1, 40)], states, run);
    const linksOf = (at: number) =>
      steps[at]?.input.tunnels.map(({ paths }) => paths.flatMap(({ arcs }) => arcs).join()).sort();
    expect(linksOf(12)).toEqual(['l1:az', 'l2:az']);
    const kept = steps[12]?.proposals.find(({ cause }) => cause.links[0] === 'l1');
    expect(kept?.moves.map(({ to }) => to)).toEqual([[{ share: 1, arcs: ['l0:az'] }]]);
  });

  it('stays empty while it comes and goes, and gets its traffic back when it has been well', () => {
    const flaps = 8;
    const well = AT_MS + flaps * 10_000;
    const states = (elapsedMs: number): LinkState[] => {
      if (elapsedMs >= flaps * 10_000) return [stateOf('l0', 'healthy', { sinceMs: well })];
      const isDown = elapsedMs % 10_000 < 5_000;
      const parts = [part('flapping', 'unhealthy', null, 2)];
      if (elapsedMs === 0) return [stateOf('l0', 'down', { sinceMs: AT_MS })];
      return [isDown ? flappingDown('l0', { sinceMs: AT_MS }) : stateOf('l0', 'unhealthy', { sinceMs: AT_MS, parts })];
    };
    const steps = runLive(network, [demand('d', 0, 1, 40)], states, {
      ...{ steps: 4000, stepMs: 5_000 },
      stability: DEFAULT_STABILITY,
    });
    const changes = steps.filter(({ changed }) => changed.length > 0).map(({ atMs }) => atMs);
    expect(changes).toHaveLength(2);
    expect(changes[0]).toBeLessThanOrEqual(AT_MS + 10_000);
    expect(changes[1]).toBeGreaterThan(well + 30_000);
  });
});
