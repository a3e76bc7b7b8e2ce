import { formatRatio } from '../core/units.ts';
import { figuresOf } from './engine/figures.ts';
import type { Optimum } from './engine/optimise.ts';
import type { Scenario } from './engine/prepare.ts';
import type { Proof } from './plan.ts';
import type { Problem } from './solver.ts';

/** The figures of the board as it is now, against the bounds of the optimiser. */
export function proofOf({ board }: Problem, scenario: Scenario, { mlu, overload }: Optimum, easyMlu: number): Proof {
  const { graph, alive, limits: limit } = scenario;
  const after = figuresOf({ graph, alive, limit }, board.loadBps);
  const mluBound = Math.min(mlu.value, after.mlu);
  const gap = mluBound > 0 ? after.mlu / mluBound - 1 : 0;
  return {
    summary: summaryOf({ mlu: after.mlu, mluBound, gap, easyMlu, movable: scenario.affected.length }),
    movable: scenario.affected.length,
    mlu: after.mlu,
    mluBound,
    gap,
    overloadBps: after.overloadBps,
    overloadBoundBps: Math.min(overload.value, after.overloadBps),
    arcPrices: Object.fromEntries(
      graph.arcIds.map((id, arc) => [id, mlu.price[arc] as number] as const).filter(([, price]) => price > 0),
    ),
  };
}

interface ProvenMlu {
  readonly mlu: number;
  readonly mluBound: number;
  readonly gap: number;
  readonly easyMlu: number;
  readonly movable: number;
}

function summaryOf({ mlu, mluBound, gap, easyMlu, movable }: ProvenMlu): string {
  const reached = `highest utilisation ${formatRatio(mlu)}`;
  const means = `by moving these ${movable} demand(s)`;
  if (gap < 5e-4) return `${reached} is the lowest possible ${means}`;
  if (mlu > easyMlu * (1 + 1e-9)) return `${reached} is within ${formatRatio(gap)} of the lowest possible ${means}`;
  return `${reached}, low enough for shorter ways and fewer moves to count more; the lowest possible ${means} is ${formatRatio(mluBound)}`;
}
