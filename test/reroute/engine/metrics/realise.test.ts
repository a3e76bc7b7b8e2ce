import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../../../src/core/rng.ts';
import type { PlanOptions } from '../../../../src/reroute/engine/options.ts';
import { makePlan } from '../../../../src/reroute/engine/plan.ts';
import { verifyPlan } from '../../../../src/verify/verify.ts';
import { randomNetwork } from '../order/cases.ts';

/** Traffic for a link failure, with an arc to avoid in every other case. */
function randomTask(rng: Rng): PlanOptions {
  const network = randomNetwork(rng, 7, 6);
  const demands = Array.from({ length: 25 }, (_, index) => {
    const source = rng.below(7);
    const target = (source + 1 + rng.below(6)) % 7;
    return { id: `d${index}`, source: `n${source}`, target: `n${target}`, bps: rng.below(4) * 5e8, class: null };
  });
  const [failed, avoided] = [rng.pick(network.links).id, rng.pick(network.links).id];
  const avoid = rng.next() < 0.5 || failed === avoided ? [] : [`${avoided}:az`];
  return { network, demands, failed: [failed], avoid, base: 'igp', realise: 'metrics', limit: 0.5 };
}

describe('a plan that metrics realise', () => {
  it('stands up to verify', async () => {
    const seen = { changed: 0, deadlocked: 0 };
    for (let seed = 0; seed < 36; seed += 1) {
      const task = randomTask(createRng(seed));
      const plan = await makePlan(task);
      const verdict = verifyPlan({
        plan: JSON.parse(JSON.stringify(plan)),
        network: task.network,
        demands: task.demands,
      });
      expect(verdict.checks.filter((check) => !check.ok)).toEqual([]);
      expect(plan.realisation).toBe('metrics');
      if (plan.metricChanges.length > 0) seen.changed += 1;
      if (plan.orderDeadlock) seen.deadlocked += 1;
    }
    expect(seen.changed).toBeGreaterThan(15);
    expect(seen.deadlocked).toBeLessThan(seen.changed / 3);
  });

  it('is refused where demands keep to paths of their own', async () => {
    const task = randomTask(createRng(1));
    await expect(makePlan({ ...task, base: 'pinned' })).rejects.toMatchObject({
      code: 'DETOUR_ERR_INVALID_INPUT',
      field: 'realise',
    });
  });
});
