import type { MetricChange } from '../actuator.ts';
import type { Proposal } from '../proposal.ts';

/** A metric that a change has set, and whose it is. */
export interface PresentMetric {
  readonly to: number;
  readonly proposalId: string;
}

/** The metrics that a proposal's change has in the network by now, by arc: what stood before it, and its done steps. */
export function metricsOf({ execution }: Pick<Proposal, 'execution'>): Map<string, number> {
  const own = new Map<string, number>();
  if (!execution) return own;
  // On the way back every arc it holds is in its steps, so that each is given up with its step.
  const held: readonly MetricChange[] = execution.direction === 'forward' ? (execution.held ?? []) : [];
  const done = execution.steps.slice(0, execution.done).flatMap(({ metrics }) => metrics);
  for (const { arc, to } of [...held, ...done]) own.set(arc, to);
  return own;
}

/**
 * The metrics that open proposals have in the network, by arc; an arc that several have set is the latest one's. All
 * other arcs have the metric of the network file. `except` leaves one proposal out: what would be without it?
 */
export function presentMetrics(open: readonly Proposal[], except: string | null = null): Map<string, PresentMetric> {
  const present = new Map<string, PresentMetric>();
  const since = ({ execution }: Proposal): number => execution?.startedAtMs ?? 0;
  const inOrder = open
    .filter(({ id, execution }) => id !== except && execution !== undefined)
    .sort((x, y) => since(x) - since(y) || (x.id < y.id ? -1 : 1));
  for (const proposal of inOrder) {
    for (const [arc, to] of metricsOf(proposal)) present.set(arc, { to, proposalId: proposal.id });
  }
  return present;
}
