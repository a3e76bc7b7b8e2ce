import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../src/health/link-state.ts';
import type { PlanInput } from '../../src/reroute/plan.ts';
import { planIdsOf, planReroutes } from '../../src/reroute/planner.ts';
import { wayRound } from '../../src/reroute/way-round.ts';
import type { NetworkIndex } from '../../topology/model.ts';
import { corrupted, demand, inputOf, LIMITS, part, ringNetwork, sketch, stateOf } from './fixtures.ts';
import { expectSound, type Plan, scene } from './scenes.ts';

const plan: Plan = (network, input) => planReroutes(network, input, 'request');
const simple = (network: NetworkIndex, input: PlanInput) =>
  planReroutes(network, input, 'request', planIdsOf(input), wayRound);

describe('plans of the reroute engine', () => {
  it('are sound', () => {
    expectSound(plan, 300, 15);
  });

  it('move demands together where one after another gets stuck', () => {
    // n0 to n3: two ways of 100 and 60; the large demand fits both, the two small ones only fit beside each other.
    const network = sketch(4, [
      { a: 0, z: 3, capacityBps: 200 },
      { a: 0, z: 1, capacityBps: 100 },
      { a: 1, z: 3, capacityBps: 100 },
      { a: 0, z: 2, capacityBps: 60 },
      { a: 2, z: 3, capacityBps: 60 },
    ]);
    const demands = [demand('d1', 0, 3, 48), demand('d2', 0, 3, 40), demand('d3', 0, 3, 39)];
    const input = inputOf(network, demands, [corrupted('l0')]);
    const outcome = plan(network, input);
    expect(outcome.changed).toHaveLength(1);
    expect(outcome.changed[0]?.why.stayed).toEqual([]);
    expect(outcome.plan.mlu?.after).toBeLessThanOrEqual(LIMITS.utilisationLimit + 1e-9);
  });

  it('leave no link hotter than the way round does, where both move everything', () => {
    let compared = 0;
    let better = 0;
    fc.assert(
      fc.property(scene, ({ network, input }) => {
        const [mine, other] = [plan(network, input), simple(network, input)];
        const moves = (outcome: typeof mine) => outcome.changed.some(({ moves: found }) => found.length > 0);
        const whole = (outcome: typeof mine) => outcome.changed.every(({ why }) => why.stayed.length === 0);
        if (!moves(mine) || !moves(other) || !whole(mine) || !whole(other)) return;
        compared += 1;
        const [ours, theirs] = [mine.plan.mlu?.after ?? 0, other.plan.mlu?.after ?? 0];
        if (ours < theirs - 1e-6) better += 1;
        expect(ours).toBeLessThanOrEqual(Math.max(theirs, LIMITS.utilisationLimit) + 1e-6);
      }),
      { numRuns: 1200 },
    );
    expect(compared).toBeGreaterThan(10);
    expect(better).toBeGreaterThan(0);
  });

  it('take the shorter way where all are far below the limit, and the roomier one where they are not', () => {
    // n0 to n1: over n2 in 2 ms, over n3 in 60 ms. The longer one would always give the lower highest utilisation.
    const network = sketch(4, [
      { a: 0, z: 1 },
      { a: 0, z: 2 },
      { a: 2, z: 1 },
      { a: 0, z: 3, latencyMs: 30, capacityBps: 300 },
      { a: 3, z: 1, latencyMs: 30, capacityBps: 300 },
    ]);
    const wayOf = (bps: number) => {
      const outcome = plan(network, inputOf(network, [demand('d', 0, 1, bps)], [corrupted('l0')]));
      return outcome.changed[0]?.moves[0]?.to.map(({ arcs }) => arcs.join(' '));
    };
    expect(wayOf(30)).toEqual(['l1:az l2:az']);
    expect(wayOf(79)).not.toEqual(['l1:az l2:az']);
  });

  it('keep out of the conduit of the bad link, and off links that are not well, where another way is as good', () => {
    // Three ways from n0 to n1; the first is the shortest, but lies beside the bad link; the second is degraded.
    const network = sketch(5, [
      { a: 0, z: 1, srlgs: ['s'] },
      { a: 0, z: 2, srlgs: ['s'] },
      { a: 2, z: 1 },
      { a: 0, z: 3, latencyMs: 2 },
      { a: 3, z: 1, latencyMs: 2 },
      { a: 0, z: 4, latencyMs: 4 },
      { a: 4, z: 1, latencyMs: 4 },
    ]);
    const worn = stateOf('l3', 'degraded', { parts: [part('errors', 'degraded', null)] });
    const wayAround = (states: readonly LinkState[]) => {
      const outcome = plan(network, inputOf(network, [demand('d', 0, 1, 20)], states));
      return outcome.changed[0]?.moves[0]?.to.map(({ arcs }) => arcs.join(' '));
    };
    expect(wayAround([corrupted('l0')])).toEqual(['l3:az l4:az']);
    expect(wayAround([corrupted('l0'), worn])).toEqual(['l5:az l6:az']);
  });

  it('move only enough off an arc above its limit', () => {
    // Ten demands of 9 on a link of 100: two of them bring it below the limit less the margin.
    const network = sketch(3, [
      { a: 0, z: 1 },
      { a: 0, z: 2, capacityBps: 400 },
      { a: 2, z: 1, capacityBps: 400 },
    ]);
    const demands = Array.from({ length: 10 }, (_, at) => demand(`d${at}`, 0, 1, 9));
    const { az, za } = stateOf('l0').arcs;
    const full = stateOf('l0', 'unhealthy', {
      parts: [part('loss', 'unhealthy', 'l0:az')],
      arcs: { az: { ...az, utilisation: 0.9, lossRatio: 0.05, congestionLossRatio: 0.05 }, za },
    });
    const outcome = plan(network, inputOf(network, demands, [full]));
    expect(outcome.changed[0]?.moves).toHaveLength(2);
    expect(outcome.plan.mlu?.after).toBeCloseTo(0.72, 9);
  });

  it('still name the cut where there is no safe way', () => {
    const network = ringNetwork();
    const outcome = plan(network, inputOf(network, [demand('d', 0, 1, 90)], [corrupted('l0')]));
    expect(outcome.changed[0]?.why.stayed.length).toBeGreaterThan(0);
    expect(outcome.changed[0]?.cuts.length).toBeGreaterThan(0);
  });
});
