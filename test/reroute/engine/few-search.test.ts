import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../../src/verify/verify.ts';
import { sketch } from '../fixtures.ts';

/** Between n0 and n1 one way over a node of its own for each capacity: l0 l1, l2 l3, and so on. */
function ways(capacities: readonly number[]) {
  return sketch(
    capacities.length + 2,
    capacities.flatMap((capacityBps, at) => [
      { a: 0, z: at + 2, capacityBps },
      { a: at + 2, z: 1, capacityBps },
    ]),
  );
}

describe('demands with at most two new paths', () => {
  it('share their traffic anew over the paths they had, where rounding the linear program would lose by it', async () => {
    // It had the ways of 16 (which fails), 8 and 6. The two largest others, 16 and 12, and all of the old ones hold 42;
    // rounding alone, or old paths that keep the shares they have, come to 40.
    const { network } = ways([8, 16, 6, 16, 12, 6]);
    const paths = [3, 0, 2].map((way) => ({ share: 1 / 3, arcs: [`l${2 * way}:az`, `l${2 * way + 1}:az`] }));
    const demands = [{ id: 'd', source: 'n0', target: 'n1', bps: 17, class: null, paths }];
    const plan = await makePlan({ network, demands, failed: ['l6'], base: 'pinned' });
    const known = new Set(paths.map(({ arcs }) => arcs.join()));
    const fresh = plan.moves[0]?.to.filter(({ arcs }) => !known.has(arcs.join())) ?? [];
    expect(fresh).toHaveLength(2);
    expect(plan.after.mlu).toBeCloseTo(17 / 42, 3);
    expect(verifyPlan({ plan, network, demands }).ok).toBe(true);
  });
});
