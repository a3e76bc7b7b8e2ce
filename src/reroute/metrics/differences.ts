import type { Difference, LiveView } from '../live-view.ts';
import type { Proposal } from '../proposal.ts';
import { effectOf } from './effect.ts';
import { helps, objectionTo } from './plan-metrics.ts';
import { metricsInForce } from './routing.ts';

/**
 * Whether a proposal's metrics still do what they were planned for: the routing of every demand is computed anew with
 * them, from the network and the traffic as they are now. Empty when they do, or where nothing was planned yet.
 */
export function metricDifferences(view: LiveView, proposal: Proposal): Difference[] {
  const { metrics } = proposal;
  if (!metrics) return [];
  const { twin } = view.board;
  const { open } = view.input;
  const now = metricsInForce(open);
  const other = metrics.flatMap(({ arc, from, to }) => {
    const index = twin.graph.arcIndex.get(arc);
    const present = now.get(arc) ?? (index === undefined ? undefined : twin.graph.metric[index]);
    if (present === from || present === to) return [];
    const message =
      present === undefined ? `arc ${arc} is not there any more` : `${arc} costs ${present}, and cost ${from}`;
    return [{ field: `metrics[${arc}]`, message, value: present ?? null }];
  });
  if (other.length > 0) return other;
  const effect = effectOf(twin, open, metrics);
  const objection = objectionTo(view, effect);
  if (objection !== null) return [{ field: 'metrics', message: objection, value: metrics }];
  if (effect.moved.length === 0 || helps(twin, proposal, effect, view.limits.utilisationLimit)) return [];
  return [{ field: 'metrics', message: 'the metrics would not help any more', value: metrics }];
}
