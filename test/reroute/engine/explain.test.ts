import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import type { Network } from '../../../topology/model.ts';
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
});
