import type { DetourPlan } from '../../../../topology/formats/detour-plan.ts';
import type { CompiledGraph } from '../../../twin/compiled.ts';
import { describeMetricDeadlock, describeMetricOffer } from './describe.ts';
import type { MetricsPlan } from './index.ts';

/** The parts of a `detour-plan/1` that are about metrics; a step is one metric. */
export function metricParts(
  graph: CompiledGraph,
  { changes, order, deadlock }: MetricsPlan,
): Pick<DetourPlan, 'realisation' | 'metricChanges' | 'steps' | 'orderDeadlock'> {
  const metricChanges = changes.map(({ arc, from, to }) => ({ arc: graph.arcIds[arc] as string, from, to }));
  return {
    realisation: 'metrics',
    metricChanges,
    steps: order.map((change) => [metricChanges[change]?.arc as string]),
    orderDeadlock: deadlock && {
      demands: [],
      reason: describeMetricDeadlock(graph, changes, deadlock),
      offer: describeMetricOffer(graph, deadlock.offer),
    },
  };
}
