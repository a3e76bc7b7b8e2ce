import type { CycleDeps } from '../cycle-deps.ts';
import type { GuardrailFacts } from '../guardrails.ts';
import { CAUSE_GONE } from '../lifecycle.ts';
import { drainFor, drainNow, readMaintenance } from '../maintenance.ts';
import type { PlanInput } from '../plan.ts';
import type { Proposal, ProposalBrief } from '../proposal.ts';
import { ON_REQUEST } from '../stability/closed.ts';
import { WENT_DOWN_TOO } from './outcome.ts';

const HOUR_MS = 3_600_000;

/** What the guardrails judge a proposal by, at this moment. */
export async function guardrailFacts(
  { store, clock }: Pick<CycleDeps, 'store' | 'clock'>,
  proposal: Proposal,
  input: PlanInput,
  automatic: boolean,
): Promise<GuardrailFacts> {
  const nowMs = clock.nowMs();
  const [briefs, windows] = await Promise.all([store.plans.briefs('all'), readMaintenance(store)]);
  const others = briefs.filter(({ id }) => id !== proposal.id);
  return {
    nowMs,
    automatic,
    planned: drainFor(proposal, windows) !== null || drainNow(proposal, windows, nowMs) !== null,
    totalBps: input.demands.demands.reduce((sum, { bps }) => sum + bps, 0),
    busy: others.filter(({ status }) => status === 'applying' || status === 'applied').length,
    lastHour: others.filter(({ appliedAtMs }) => appliedAtMs !== null && appliedAtMs > nowMs - HOUR_MS).length,
    harmedAtMs: harmedAtMs(others, proposal),
  };
}

/** When a change for the same links was last taken back because it failed or made things worse. */
function harmedAtMs(briefs: readonly ProposalBrief[], { cause }: Proposal): number | null {
  const times = briefs
    .filter((brief) => brief.cause.links.join(' ') === cause.links.join(' ') && isHarm(brief))
    .map(({ closedAtMs }) => closedAtMs ?? 0);
  return times.length > 0 ? Math.max(...times) : null;
}

/** Returned because its cause had gone, or because somebody asked for it, is no harm. */
function isHarm({ status, closedReason }: ProposalBrief): boolean {
  if (status === 'failed') return true;
  if (status !== 'rolled-back' || closedReason?.endsWith(WENT_DOWN_TOO)) return false;
  return !closedReason?.startsWith(ON_REQUEST) && !isReturn(closedReason);
}

/** True for the reason of a change that goes back because it is needed no more. */
export function isReturn(reason: string | null): boolean {
  return RETURNS.some((begin) => reason?.startsWith(begin));
}

const RETURNS = [CAUSE_GONE, 'maintenance over', 'no traffic needs'];
