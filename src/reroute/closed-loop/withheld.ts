import type { PlanInput, PlanOutcome } from '../plan.ts';
import type { Proposal } from '../proposal.ts';

export interface Returns {
  /** What of a plan can be written at once. */
  readonly outcome: PlanOutcome;
  /** Proposals in the network whose traffic may go back: that is a change of the network, too. */
  readonly returns: readonly Proposal[];
}

/**
 * Takes out of a plan what is a change of the network: proposals that end while their paths are in it go back step by
 * step, and are closed then. What is under way just now is left alone altogether.
 */
export function withoutReturns({ open }: Pick<PlanInput, 'open'>, { plan, changed }: PlanOutcome): Returns {
  const before = new Map(open.map((proposal) => [proposal.id, proposal]));
  const isBusy = ({ id }: Proposal): boolean => before.get(id)?.status === 'applying';
  const isReturn = (proposal: Proposal): boolean => proposal.status === 'rolled-back' && before.has(proposal.id);
  const returns = changed.filter((proposal) => isReturn(proposal) && !isBusy(proposal));
  const held = new Set(changed.filter((each) => isReturn(each) || isBusy(each)).map(({ id }) => id));
  const without = (ids: readonly string[]): string[] => ids.filter((id) => !held.has(id));
  const kept = [...plan.kept, ...held].sort();
  return {
    outcome: {
      plan: { ...plan, kept, closed: without(plan.closed), revised: without(plan.revised) },
      changed: changed.filter(({ id }) => !held.has(id)),
    },
    returns,
  };
}
