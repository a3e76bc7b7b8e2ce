import { preview } from '../core/schema.ts';
import { type Check, Problems, ROUNDING } from './check.ts';
import { arcNumbers, demandNumbers, type Facts } from './facts.ts';
import { type Flow, sameShares } from './flow.ts';

/** Metric changes start from the network's metrics, and every demand that they move is named among the moves. */
export function checkMetrics(facts: Facts): Check {
  const { plan } = facts;
  const problems = new Problems();
  if (plan.realisation === 'explicit') {
    problems.unless(plan.metricChanges.length === 0, () => 'an explicit plan changes no metrics');
    return problems.check('metrics', 'no metric changes');
  }
  problems.unless(plan.base === 'igp', () => 'metrics do not move demands that are pinned: they need base igp');
  checkChanges(facts, problems);
  checkAllNamed(facts, problems);
  return problems.check('metrics', `${plan.metricChanges.length} metrics change; every demand that they move is named`);
}

function checkChanges({ plan, table, alive }: Facts, problems: Problems): void {
  const seen = new Set<string>();
  for (const { arc, from } of plan.metricChanges) {
    const [number] = arcNumbers(table, [arc]) as [number];
    const real = table.metric[number] as number;
    problems.unless(!seen.has(arc), () => `the metric of ${preview(arc)} changes twice`);
    seen.add(arc);
    problems.unless(real === from, () => `the metric of ${preview(arc)} is ${real}, not ${from}`);
    problems.unless(alive[number] === true, () => `the metric of ${preview(arc)} changes, but its link has failed`);
  }
}

function checkAllNamed(facts: Facts, problems: Problems): void {
  const { plan, demands, before, after } = facts;
  const moved = new Set(
    demandNumbers(
      facts,
      plan.moves.map(({ demand }) => demand),
    ),
  );
  demands.forEach((demand, index) => {
    if (moved.has(index) || !(demand.bps > 0)) return;
    problems.unless(sameShares((before[index] as Flow).sent, (after[index] as Flow).sent, ROUNDING), () => {
      return `the metrics move demand ${preview(demand.id)}, which is not among the moves`;
    });
  });
}
