import type { Twin } from '../../twin/twin.ts';
import type { MetricChange, StepChange } from '../actuator.ts';
import type { Proposal, Tunnel } from '../proposal.ts';
import { MAX_METRIC } from './plan-metrics.ts';
import { metricsOf, presentMetrics } from './present.ts';

/**
 * The steps of a metric change: links that are costed out together, every other metric by itself, in the given order.
 * What an earlier revision has in the network and this one leaves as it is belongs to the first step, so that all of it
 * is taken back with it. `follows`: where all demands go in the end.
 */
export function metricSteps(
  { graph }: Pick<Twin, 'graph'>,
  open: readonly Proposal[],
  proposal: Pick<Proposal, 'id' | 'execution'>,
  metrics: readonly MetricChange[],
  follows: readonly Tunnel[],
): StepChange[] {
  const present = presentMetrics(open);
  const costOf = (arc: string): number =>
    present.get(arc)?.to ?? (graph.metric[graph.arcIndex.get(arc) ?? -1] as number | undefined) ?? MAX_METRIC;
  const changing = new Set(metrics.map(({ arc }) => arc));
  const kept = [...metricsOf(proposal)].filter(([arc]) => !changing.has(arc));
  const groups: MetricChange[][] = [];
  for (const { arc, to } of metrics) {
    const last = groups.at(-1);
    const isWithLast = to === MAX_METRIC && last?.every((each) => each.to === MAX_METRIC);
    const change = { arc, from: costOf(arc), to };
    if (isWithLast) last?.push(change);
    else groups.push([change]);
  }
  if (kept.length > 0) {
    const held = kept.map(([arc, to]) => ({ arc, from: to, to }));
    groups[0] = [...held, ...(groups[0] ?? [])];
  }
  const isLast = (index: number): boolean => index === groups.length - 1;
  return groups.map((group, index) => ({
    ...{ set: [], remove: [], before: [], metrics: group },
    ...(isLast(index) ? { follows: [...follows] } : {}),
  }));
}

/**
 * What of a step's metrics is to be set when it is taken back: what the arcs would have without this proposal, which is
 * what another one has set meanwhile, or what the network file says.
 */
export function metricsToRevert(
  metrics: readonly MetricChange[],
  proposalId: string,
  open: readonly Proposal[],
  fileMetric: (arc: string) => number | null,
): MetricChange[] {
  const others = presentMetrics(open, proposalId);
  return metrics.flatMap(({ arc, from, to }) => {
    const back = others.get(arc)?.to ?? fileMetric(arc) ?? from;
    return back === to ? [] : [{ arc, from: back, to }];
  });
}

/** The metrics of a step that the network must have: not those that a later change has set anew. */
export function metricsInOwnForce(
  metrics: readonly MetricChange[],
  proposalId: string,
  open: readonly Proposal[],
): MetricChange[] {
  const present = presentMetrics(open);
  return metrics.filter(({ arc, to }) => {
    const now = present.get(arc);
    return now === undefined || (now.proposalId === proposalId && now.to === to);
  });
}
