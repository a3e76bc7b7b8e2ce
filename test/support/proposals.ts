import type { Proposal } from '../../src/reroute/proposal.ts';
import type { PlanStore } from '../../src/store/store.ts';

/** All proposals that are kept, whole, newest first: fine for the few of a test. */
export async function allProposals(plans: PlanStore): Promise<Proposal[]> {
  return plans.proposalsById((await plans.briefs('all')).map(({ id }) => id));
}
