import type { MetricChange, StepChange } from '../actuator.ts';
import type { LiveView } from '../live-view.ts';
import type { Proposal, Tunnel } from '../proposal.ts';
import { effectOf, movesOfProposal } from './effect.ts';
import { planMetrics } from './plan-metrics.ts';
import { metricsOf } from './present.ts';
import { metricSteps } from './steps.ts';

/** A proposal as metric changes of the network as it is now. */
export interface RealisedNow {
  readonly changes: readonly StepChange[];
  /** What an earlier revision of it has in the network. */
  readonly held: readonly MetricChange[];
  /** bit/s per arc that every demand comes to by it. */
  readonly afterBps: Float64Array;
  /** What of the proposal is known anew: the demands that the metrics move now. */
  readonly proposal: Pick<Proposal, 'moves' | 'metrics'>;
}

/**
 * The metrics of a proposal, or ones that are planned now where it has none, with what they do to every demand in the
 * network as it is. Throws UNREALISABLE.
 */
export function realiseNow(view: LiveView, proposal: Proposal): RealisedNow {
  const { twin } = view.board;
  const { open } = view.input;
  const metrics = proposal.metrics ?? planMetrics(view, open, proposal).metrics;
  const effect = effectOf(twin, open, metrics);
  const moves = movesOfProposal(twin, open, proposal.id, metrics, view.limits.utilisationLimit);
  const follows: Tunnel[] = moves.map(({ demand, source, target, to }) => {
    return { demand, source, target, paths: to, proposalId: proposal.id };
  });
  return {
    changes: metricSteps(twin, open, proposal, metrics, follows),
    held: [...metricsOf(proposal)].map(([arc, to]) => ({ arc, from: to, to })),
    afterBps: effect.after.loadBps,
    proposal: { moves, metrics: [...metrics] },
  };
}
