import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import type { Network } from '../../../topology/model.ts';
import { demand, sketch } from '../fixtures.ts';
import { randomCase } from './random-case.ts';

interface Why {
  readonly text: string;
  readonly counterfactual: { readonly link: string; readonly addBps: number } | null;
}

function withMore(network: Network, id: string, addBps: number): Network {
  return {
    ...network,
    links: network.links.map((link) =>
      link.id === id
        ? { ...link, capacityBps: { az: link.capacityBps.az + addBps, za: link.capacityBps.za + addBps } }
        : link,
    ),
  };
}

describe('the reasons of a plan', () => {
  it('are given for each move, change nothing else, and hold when planning is run again', async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(randomCase, async ({ network, options }) => {
        const plain = await makePlan(options);
        const plan = await makePlan({ ...options, explain: true });
        const withoutWhy = plan.moves.map((move) => ({ ...move, why: {} }));
        expect({ ...plan, moves: withoutWhy, elapsedMs: 0 }).toEqual({ ...plain, elapsedMs: 0 });
        for (const move of plan.moves) {
          const { text, counterfactual } = move.why as unknown as Why;
          expect(text).not.toBe('');
          if (!counterfactual) continue;
          const { link, addBps } = counterfactual;
          const again = await makePlan({ ...options, network: withMore(network, link, addBps) });
          expect(again.moves.map(({ demand }) => demand)).not.toContain(move.demand);
          checked += 1;
        }
      }),
      { numRuns: 120 },
    );
    expect(checked).toBeGreaterThan(5);
  });

  it('name the shortest ways and the one over the full link, with figures that are true', async () => {
    // 90 from n0 to n1 on a link of 100: some has to go over n2 (50 wide); n3 is longer, and its link is to be avoided.
    const { network } = sketch(4, [
      { a: 0, z: 1 },
      { a: 0, z: 2, capacityBps: 50 },
      { a: 2, z: 1, capacityBps: 50 },
      { a: 0, z: 3 },
      { a: 3, z: 1 },
    ]);
    const demands = [demand('d1', 0, 1, 60), demand('d2', 0, 1, 30)];
    const plan = await makePlan({ network, demands, avoid: ['l4'], explain: true });
    expect(plan.moves.map((move) => move.demand)).toEqual(['d2']);
    const rejected = plan.moves[0]?.why.rejected;
    expect(rejected).toContainEqual({ arcs: ['l0:az'], reason: 'l0:az would be at 90 %, its limit is 80 %' });
    expect(rejected).toContainEqual({ arcs: ['l3:az', 'l4:az'], reason: 'l4:az is to be avoided' });
  });

  it('name the way over the link that binds first, however many ways a demand had', async () => {
    // Six equal ways of two links each; only the last of them is narrow, so that is the one to leave.
    const capacities = [100, 100, 100, 100, 100, 4];
    const { network } = sketch(
      capacities.length + 2,
      capacities.flatMap((capacityBps, at) => [
        { a: 0, z: at + 2, capacityBps },
        { a: at + 2, z: 1, capacityBps },
      ]),
    );
    const plan = await makePlan({ network, demands: [demand('d1', 0, 1, 60)], explain: true });
    const [move] = plan.moves;
    const why = move?.why as unknown as { binding: { arc: string }; rejected: { arcs: string[]; reason: string }[] };
    expect(['l10:az', 'l11:az']).toContain(why.binding.arc);
    expect(why.rejected[0]?.arcs).toEqual(['l10:az', 'l11:az']);
    expect(why.rejected[0]?.reason).toContain('its limit is 80 %');
  });
});
