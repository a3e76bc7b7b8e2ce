import { DetourError } from '../../../core/errors.ts';
import { movablePart } from '../commodities.ts';
import { optimise } from '../optimise.ts';
import type { Scenario } from '../prepare.ts';
import type { Solution } from '../solve.ts';
import { startRouting } from '../start.ts';
import { type MetricsPlan, planByMetrics } from './index.ts';

/**
 * The solution of a scenario by metrics. What may move is the affected demands and all that the metrics do move; what
 * the affected ones alone could reach with explicit paths is enough. Throws INVALID_INPUT where demands are pinned.
 */
export function solveByMetrics(scenario: Scenario): Solution & { readonly metrics: MetricsPlan } {
  if (scenario.base !== 'igp') {
    throw new DetourError(
      'INVALID_INPUT',
      'realise: metrics move what the IGP routes, and demands with paths do not follow it',
      {
        field: 'realise',
        value: 'metrics',
        hint: 'take --base igp to plan as if all demands followed the IGP',
      },
    );
  }
  const { graph, alive, limits, avoided, relieved, stale, ends, affected } = scenario;
  const enoughMlu = affected.length > 0 ? optimumOf(scenario, affected).figures.mlu : 0;
  const kept = keptOf(scenario);
  const metrics = planByMetrics({ graph, alive, limit: limits, avoided, relieved, stale, ends, kept, enoughMlu });
  const isAffected = new Set(affected);
  const extra = new Set(metrics.flows.map(({ demand }) => demand).filter((demand) => !isAffected.has(demand)));
  const movable = [...affected, ...extra].sort((x, y) => x - y);
  const reason = 'no metrics were found that take it off without more overload';
  return {
    flows: metrics.flows,
    optimum: optimumOf(scenario, movable),
    movable,
    extra,
    reasons: new Map(movable.map((demand) => [demand, reason])),
    metrics,
  };
}

function optimumOf(scenario: Scenario, demands: readonly number[]): Solution['optimum'] {
  const movable = movablePart(scenario, demands);
  const { routing, stays } = startRouting(movable);
  return optimise(movable.problem, routing, { stays });
}

/** Without those that no path connects: they go nowhere anyway. */
function keptOf({ kept, unavoidable }: Scenario): Uint8Array {
  const named = kept.slice();
  for (const demand of unavoidable.demands) named[demand] = 0;
  return named;
}
