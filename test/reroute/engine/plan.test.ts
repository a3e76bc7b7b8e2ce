import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movablePart } from '../../../src/reroute/engine/commodities.ts';
import { makePlan } from '../../../src/reroute/engine/plan.ts';
import { prepare } from '../../../src/reroute/engine/prepare.ts';
import { solve } from '../../../src/reroute/engine/solve.ts';
import { verifyPlan } from '../../../src/verify/verify.ts';
import { arcFlowOptimum } from './arc-lp.ts';
import { type RandomCase, randomCase } from './random-case.ts';

/** Polishing may give back this much of the highest utilisation; the linear program stops this near. */
const NEAR = 1e-3;
/** bit/s, beside capacities of 10 to 100: the accuracy of the linear programs. */
const ROUNDING = 1e-5;
const RUNS = { numRuns: 300 };

describe('plans on random small networks', () => {
  it('hold what they promise, checked from scratch', async () => {
    let moves = 0;
    await fc.assert(
      fc.asyncProperty(randomCase, async ({ network, demands, options }) => {
        const plan = await makePlan(options);
        moves += plan.moves.length;
        const { checks } = verifyPlan({ plan, network, demands });
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      }),
      RUNS,
    );
    expect(moves).toBeGreaterThan(100);
  });

  it('are the same for the same input', async () => {
    await fc.assert(
      fc.asyncProperty(randomCase, async ({ options }) => {
        const [once, again] = [await makePlan(options), await makePlan(options)];
        expect({ ...again, elapsedMs: 0 }).toEqual({ ...once, elapsedMs: 0 });
      }),
      { numRuns: 100 },
    );
  });

  it('have bounds as good as the arc-flow linear program, and reach them', async () => {
    let contested = 0;
    await fc.assert(
      fc.asyncProperty(randomCase, async ({ options }: RandomCase) => {
        const scenario = prepare({ ...options, stale: [], avoid: [] });
        const solution = solve(scenario);
        if (solution.movable.length === 0) return;
        const { fixedBps } = movablePart(scenario, solution.movable).problem;
        const best = await arcFlowOptimum(scenario, solution.movable, fixedBps);
        const { mlu, overload, figures } = solution.optimum;
        expect(mlu.value).toBeLessThanOrEqual(best.mlu * (1 + 1e-6) + 1e-9);
        expect(mlu.value).toBeGreaterThanOrEqual(best.mlu * (1 - NEAR));
        expect(overload.value).toBeLessThanOrEqual(best.overloadBps * (1 + 1e-6) + ROUNDING);
        expect(overload.value).toBeGreaterThanOrEqual(best.overloadBps * (1 - NEAR) - ROUNDING);
        expect(figures.overloadBps).toBeLessThanOrEqual(best.overloadBps * (1 + NEAR) + ROUNDING);
        if (best.overloadBps <= ROUNDING) {
          expect(figures.mlu).toBeLessThanOrEqual(best.mlu * (1 + NEAR) + 1e-9);
          contested += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(contested).toBeGreaterThan(20);
  });
});
