import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../../src/verify/verify.ts';
import { sketch } from '../fixtures.ts';

describe('demands with at most two new paths', () => {
  it('share their traffic anew over the paths they had', async () => {
    // n0 to n1 six ways, over n2 to n7; the way over n4 fails. What is left holds 20, 4, 10, 10 and 10.
    const capacities = [20, 4, 20, 10, 10, 10];
    const links = capacities.flatMap((capacityBps, at) => [
      { a: 0, z: at + 2, capacityBps },
      { a: at + 2, z: 1, capacityBps },
    ]);
    const { network } = sketch(8, links);
    const paths = [0, 1, 2].map((way) => ({ share: 1 / 3, arcs: [`l${2 * way}:az`, `l${2 * way + 1}:az`] }));
    const demands = [{ id: 'd', source: 'n0', target: 'n1', bps: 12, class: null, paths }];
    const plan = await makePlan({ network, demands, failed: ['l4'], base: 'pinned' });
    const known = new Set(paths.map(({ arcs }) => arcs.join()));
    const fresh = plan.moves[0]?.to.filter(({ arcs }) => !known.has(arcs.join())) ?? [];
    expect(fresh).toHaveLength(2);
    expect(plan.after.mlu).toBeCloseTo(12 / 44, 3);
    expect(verifyPlan({ plan, network, demands }).ok).toBe(true);
  });
});
