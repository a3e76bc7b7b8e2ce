import { DetourError } from '../../core/errors.ts';
import { takeBack } from '../apply.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import { isInForce, isOpen, type Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { isAutomatic, readAutomation } from './automatic.ts';
import { trustInLinks } from './trusted.ts';
import { writeStep } from './write.ts';

/** Takes back what may return by itself; the rest says that somebody has to decide. */
export async function beginReturns(deps: CycleDeps, returns: readonly Proposal[]): Promise<void> {
  if (returns.length === 0) return;
  const automation = await readAutomation(deps);
  for (const { id, closedReason } of returns) {
    const proposal = await deps.store.plans.proposal(id);
    if (!proposal || !isOpen(proposal) || proposal.status === 'applying') continue;
    await beginReturn(deps, proposal, closedReason ?? 'cause gone', isAutomatic(automation, proposal));
  }
}

/** What was due, and by this plan is not: its cause came back, or the way back does not pay any more. */
export async function withdrawReturns(
  deps: CycleDeps,
  open: readonly Proposal[],
  returns: readonly Proposal[],
): Promise<void> {
  const due = new Set(returns.map(({ id }) => id));
  for (const { id } of open.filter((each) => typeof each.returnDueAtMs === 'number' && !due.has(each.id))) {
    const before = await deps.store.plans.proposal(id);
    if (!before || !isInForce(before) || typeof before.returnDueAtMs !== 'number') continue;
    const after: Proposal = { ...before, returnDueAtMs: null, updatedAtMs: deps.clock.nowMs() };
    const ask = { ...BY_ITSELF, reason: 'by the latest plan the traffic is not to go back' };
    await writeStep(deps, { action: 'return-withdrawn', before, after, ask });
  }
}

async function beginReturn(deps: CycleDeps, proposal: Proposal, reason: string, automatic: boolean): Promise<void> {
  const trust = await trustInLinks(deps, proposal);
  // A link that was emptied has to prove itself first; by itself it does, given time.
  if (trust.verdict === 'not-yet' || trust.verdict === 'lossy') return;
  const isTrusted = trust.verdict === 'clean';
  if (automatic && isTrusted) await takeBack(deps, proposal, reason, BY_ITSELF).catch(leaveToNextPlan);
  else await tellReturnDue(deps, proposal, isTrusted ? reason : `${reason}; ${trust.reason}`);
}

/** Somebody was faster: the next plan looks again. */
function leaveToNextPlan(error: unknown): void {
  if (!(error instanceof DetourError && error.code === 'DETOUR_ERR_CONFLICT')) throw error;
}

async function tellReturnDue(deps: CycleDeps, before: Proposal, reason: string): Promise<void> {
  if (typeof before.returnDueAtMs === 'number' || !isInForce(before)) return;
  const atMs = deps.clock.nowMs();
  await writeStep(deps, {
    action: 'return-due',
    before,
    after: { ...before, returnDueAtMs: atMs, updatedAtMs: atMs },
    ask: { ...BY_ITSELF, reason },
    events: [
      {
        ...{ atMs, type: 'proposal-revised', severity: 'minor', cleared: false },
        ...{ linkId: before.cause.links[0] ?? null, deviceId: null, proposalId: before.id },
        message: `${before.id}: its cause is gone, the traffic may return: ${reason}. To accept, roll it back`,
        details: { reason },
      },
    ],
  });
}
