import type { PlanFigures } from '../../topology/formats/detour-plan.ts';
import { formatBps, formatRatio } from '../core/units.ts';
import { type Check, nearly, Problems, ROUNDING } from './check.ts';
import type { Facts } from './facts.ts';
import { figures } from './figures.ts';

const TERMS = ['lostBps', 'overloadBps', 'mlu', 'cost'] as const;

/** The figures before the plan are those of the routing worked out anew. */
export function checkBefore(facts: Facts): Check {
  const real = figuresOf(facts, 'before');
  return compare(facts, 'before', real);
}

/** The figures after the plan are those of the moves, or of the changed metrics. */
export function checkAfter(facts: Facts): Check {
  return compare(facts, 'after', figuresOf(facts, 'after'));
}

export function figuresOf(facts: Facts, when: 'before' | 'after'): PlanFigures {
  const { demands, table, limitBps, alive } = facts;
  const loadBps = when === 'before' ? facts.beforeBps : facts.afterBps;
  return figures({ demands, flows: facts[when], loadBps, capacityBps: table.capacityBps, limitBps, alive });
}

function compare(facts: Facts, when: 'before' | 'after', real: PlanFigures): Check {
  const problems = new Problems();
  const stated = facts.plan[when];
  const floor = floors(facts);
  for (const term of TERMS) {
    problems.unless(nearly(stated[term], real[term], floor[term]), () => {
      return `${when}.${term} is ${stated[term]}, worked out anew it is ${real[term]}`;
    });
  }
  const { lostBps, overloadBps, mlu } = real;
  return problems.check(
    when,
    `lost ${formatBps(lostBps)}, overload ${formatBps(overloadBps)}, highest utilisation ${formatRatio(mlu)}: as stated`,
  );
}

/** What counts as nothing, per figure: rounding beside the largest capacity. */
function floors({ scaleBps }: Facts): PlanFigures {
  return { lostBps: scaleBps * ROUNDING, overloadBps: scaleBps * ROUNDING, mlu: ROUNDING, cost: ROUNDING };
}

/**
 * After is not worse than before: first by lost traffic, then overload, then MLU, then cost. Emptying arcs to avoid
 * may raise the last two.
 */
export function checkImprovement(facts: Facts): Check {
  const problems = new Problems();
  const before = figuresOf(facts, 'before');
  const after = figuresOf(facts, 'after');
  const floor = floors(facts);
  const judged = facts.avoided.size > 0 ? TERMS.slice(0, 2) : TERMS;
  for (const term of judged) {
    if (after[term] < before[term] - floor[term]) break;
    problems.unless(after[term] <= before[term] || nearly(after[term], before[term], floor[term]), () => {
      return `${term} rises from ${before[term]} to ${after[term]}, and nothing that matters more gets better`;
    });
  }
  return problems.check('improvement', 'nothing gets worse for the sake of something that matters less');
}
