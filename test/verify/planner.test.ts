import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../src/verify/verify.ts';
import { loadNetwork } from '../../topology/files.ts';
import type { Demand, Network } from '../../topology/model.ts';
import { networkOf } from './scenarios.ts';
import { tasks } from './tasks.ts';

function wrong(plan: unknown, network: Network, demands: readonly Demand[]): string[] {
  const { checks } = verifyPlan({ plan, network, demands });
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

/** One demand per pair of nodes, of different sizes. */
function everyPair({ nodes }: Network, bps: number): Demand[] {
  return nodes.flatMap(({ id: source }, x) =>
    nodes.flatMap(({ id: target }, y) =>
      x === y
        ? []
        : [{ id: `${source}>${target}`, source, target, bps: bps * (1 + ((3 * x + 5 * y) % 7)), class: null }],
    ),
  );
}

describe('the plans of the reroute engine', () => {
  it('are true on small networks of every kind', async () => {
    let moves = 0;
    await fc.assert(
      fc.asyncProperty(tasks, fc.boolean(), async ({ network, demands, base, failed, limit, ...task }, isStale) => {
        const [avoid, stale] = isStale ? [[], task.stale] : [task.avoided, []];
        const plan = await makePlan({ network, demands, base, failed, avoid, stale, limit });
        moves += plan.moves.length;
        expect(wrong(plan, network, demands)).toEqual([]);
      }),
      { numRuns: 400, seed: 11 },
    );
    expect(moves).toBeGreaterThan(50);
  });

  it('are true where metrics realise them', async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(tasks, async ({ network, demands, failed, avoided, stale, limit }) => {
        const asked = { network, demands, failed, avoid: avoided, stale, limit };
        const plan = await makePlan({ ...asked, base: 'igp', realise: 'metrics' });
        changes += plan.metricChanges.length;
        expect(wrong(plan, network, demands)).toEqual([]);
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(changes).toBeGreaterThan(5);
  });

  it('are true where demands were to be left alone, arcs were named and limits differ', async () => {
    const asked = fc.record({
      keep: fc.subarray(['d0', 'd1', 'd2', 'd3']),
      relieve: fc.option(fc.subarray(['l0:az', 'l0:za', 'l1:az']), { nil: 'auto' as const }),
      limits: fc.record({ l0: fc.constantFrom(0.3, 0.5, 1) }),
      maxExtraMoves: fc.nat(2),
      holdMargin: fc.constantFrom(0, 0.05),
    });
    await fc.assert(
      fc.asyncProperty(tasks, asked, async ({ network, demands, base, failed, avoided }, { keep, ...rest }) => {
        const known = keep.filter((id) => demands.some((demand) => demand.id === id));
        const plan = await makePlan({ network, demands, base, failed, avoid: avoided, ...rest, keep: known });
        expect(wrong(plan, network, demands)).toEqual([]);
      }),
      { numRuns: 300, seed: 12 },
    );
  });

  it('are true where what was to be left alone keeps losing traffic', async () => {
    const network = networkOf(
      [
        ['ab', 'A', 'B', 10, 1],
        ['ac', 'A', 'C', 10, 1],
        ['cb', 'C', 'B', 10, 1],
      ],
      'A',
      'B',
      'C',
    );
    const paths = [
      { share: 0.25, arcs: ['ab:az'] },
      { share: 0.75, arcs: ['ac:az', 'cb:az'] },
    ];
    const demands = ['kept', 'free'].map((id) => ({ id, source: 'A', target: 'B', bps: 4e9, class: null, paths }));
    const plan = await makePlan({ network, demands, failed: ['ab'], keep: ['kept'] });
    expect(plan.moves.map(({ demand }) => demand)).toEqual(['free']);
    expect(plan.after.lostBps).toBe(1e9);
    expect(wrong(plan, network, demands)).toEqual([]);
  });

  it.each(['igp', 'pinned'] as const)('are true on abilene with any link failed, base %s', async (base) => {
    const { network } = await loadNetwork('abilene');
    const demands = everyPair(network, 1.5e8);
    let moves = 0;
    for (const { id } of network.links) {
      const plan = await makePlan({ network, demands, base, failed: [id], limit: 0.8 });
      moves += plan.moves.length;
      expect([id, ...wrong(plan, network, demands)]).toEqual([id]);
    }
    expect(moves).toBeGreaterThan(network.links.length);
  });

  it('are true on abilene with any arc to drain', async () => {
    const { network } = await loadNetwork('abilene');
    const demands = everyPair(network, 5e7);
    for (const { id } of network.links) {
      const plan = await makePlan({ network, demands, avoid: [`${id}:za`], limit: 0.8 });
      expect([id, ...wrong(plan, network, demands)]).toEqual([id]);
    }
  });
});
