import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetourError } from '../../src/core/errors.ts';
import { type Verdict, verifyPlan } from '../../src/verify/verify.ts';
import type { DetourPlan } from '../../topology/formats/detour-plan.ts';
import { planExhaustively } from './exhaustive.ts';
import { SCENARIOS } from './scenarios.ts';
import { tasks as anyTasks } from './tasks.ts';

/** What only arcs of which nothing is known could carry is beyond a planner that tries everything else. */
const tasks = anyTasks.map((task) => (task.base === 'igp' ? task : { ...task, stale: [] }));

const wrong = ({ checks }: Verdict): string[] =>
  checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);

describe('verifyPlan on plans found by trying everything', () => {
  it('finds them true', () => {
    let moves = 0;
    let lost = 0;
    fc.assert(
      fc.property(tasks, (task) => {
        const plan = planExhaustively(task);
        moves += plan.moves.length;
        lost += plan.unavoidable.demands.length;
        expect(wrong(verifyPlan({ plan, network: task.network, demands: task.demands }))).toEqual([]);
      }),
      { numRuns: 400, seed: 7 },
    );
    // The cases must be worth something.
    expect(moves).toBeGreaterThan(60);
    expect(lost).toBeGreaterThan(20);
  });

  it('finds figures that are better than the truth false', () => {
    const figure = fc.constantFrom('lostBps' as const, 'overloadBps' as const, 'mlu' as const, 'cost' as const);
    const when = fc.constantFrom('before' as const, 'after' as const);
    fc.assert(
      fc.property(tasks, figure, when, fc.double({ min: 0, max: 0.999, noNaN: true }), (task, name, side, factor) => {
        const plan = planExhaustively(task);
        fc.pre(plan[side][name] > 0);
        plan[side][name] *= factor;
        const { checks } = verifyPlan({ plan, network: task.network, demands: task.demands });
        expect(checks.find((check) => check.name === side)?.ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('believes no bound above what any routing reaches', () => {
    fc.assert(
      fc.property(
        tasks,
        fc.dictionary(fc.constantFrom('l0:az', 'l0:za', 'l1:az'), fc.double({ min: 0 })),
        (task, arcPrices) => {
          const plan = planExhaustively(task);
          const claimed = plan.after.mlu * 1.01 + 1e-6;
          plan.bound = { ...plan.bound, arcPrices, mlu: claimed, gap: 0 };
          const { checks } = verifyPlan({ plan, network: task.network, demands: task.demands });
          expect(checks.find((check) => check.name === 'mlu-bound')?.ok ?? false).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Puts a value at some place of a JSON tree; `pick` chooses the way down. */
function replaceSomewhere(root: unknown, pick: readonly number[], value: unknown): void {
  let at = root;
  for (const [depth, choice] of pick.entries()) {
    if (at === null || typeof at !== 'object') return;
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = keys[choice % keys.length] as string;
    const holder = at as Record<string, unknown>;
    const next = holder[key];
    if (depth === pick.length - 1 || next === null || typeof next !== 'object') {
      holder[key] = value;
      return;
    }
    at = next;
  }
}

describe('verifyPlan on anything', () => {
  const values = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('d1', 'd2', 'd9', 'ab:az', 'l1:az', 'l9:az', '__proto__', 'constructor', '', 'A'),
    fc.constantFrom(0, -0, -1, 1e308, 5e-324, Number.NaN, Infinity, -Infinity, 0.5, 1, 2, undefined, null),
    fc.constantFrom([], {}, ['d1'], [['d1']], [{ share: 1, arcs: [] }], [{ nodes: [] }], { 'ab:az': 1 }),
  );
  const edits = fc.array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), values), {
    minLength: 1,
    maxLength: 4,
  });

  it('never fails but by a DetourError', () => {
    let reached = 0;
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SCENARIOS)), edits, (make, changes) => {
        const { plan, network, demands } = make();
        for (const [pick, value] of changes) replaceSomewhere(plan, pick, structuredClone(value));
        try {
          const { ok, checks } = verifyPlan({ plan, network, demands });
          expect(ok).toBe(checks.every((check) => check.ok));
          if (checks.length > 2) reached += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(DetourError);
        }
      }),
      { numRuns: 3000 },
    );
    expect(reached).toBeGreaterThan(100);
  });

  it('rejects any JSON that is no plan', () => {
    const { network, demands } = SCENARIOS.relief();
    fc.assert(
      fc.property(fc.jsonValue(), (plan) => {
        expect(verifyPlan({ plan, network, demands }).ok).toBe(false);
      }),
    );
  });

  it('stays bounded on huge lists', () => {
    const { plan, network, demands } = SCENARIOS.tunnels();
    const many = <T>(list: readonly T[]): T[] => Array.from({ length: 100_000 }, () => list[0] as T);
    const huge: DetourPlan = {
      ...plan,
      moves: many(plan.moves),
      steps: many(plan.steps),
      stayed: many([{ demand: 'd1', arc: 'l2:az', reason: 'x' }]),
      unavoidable: { ...plan.unavoidable, partitions: many(plan.unavoidable.partitions) },
    };
    const { ok, checks } = verifyPlan({ plan: huge, network, demands });
    expect(ok).toBe(false);
    for (const { detail } of checks) expect(detail.length).toBeLessThan(2000);
  });
});
