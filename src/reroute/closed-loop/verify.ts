import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { countFromNow, isAhead } from './clock-back.ts';
import { driveChange, turnBack } from './drive.ts';
import { measuredOutcome } from './outcome.ts';
import { writeStep } from './write.ts';

/** A good outcome is believed after this time; a bad one as soon as it is measured. */
export const VERIFY_MS = 10_000;
/** A change that cannot be measured for so long is said to be so, once. */
export const UNMEASURED_MS = 60_000;

/**
 * Looks at a change that is in the network and not yet verified: keeps it as verified, or takes it back where things
 * are worse. Predicted and measured are kept in the proposal and in the audit.
 */
export async function verifyChange(deps: CycleDeps, proposal: Proposal): Promise<Proposal | null> {
  const { execution, verification } = proposal;
  if (proposal.status !== 'applied' || !execution) return null;
  const atMs = deps.clock.nowMs();
  if (isAhead(proposal, atMs)) return countFromNow(deps, proposal);
  const ageMs = atMs - execution.stepAtMs;
  const outcome = await measuredOutcome(deps, proposal, ageMs >= VERIFY_MS);
  const after: Proposal = { ...proposal, verification: { ...outcome, atMs }, updatedAtMs: atMs };
  if (outcome.verdict === 'worse') {
    const turned = await turnBack(deps, after, outcome.reason, 'rolled-back', BY_ITSELF);
    return turned && driveChange(deps, proposal.id);
  }
  if (outcome.verdict === 'pending') return null;
  if (outcome.verdict === 'unmeasured' && (ageMs < UNMEASURED_MS || verification?.verdict === 'unmeasured'))
    return null;
  const isGood = outcome.verdict === 'as-predicted';
  const message = `${proposal.id}: ${outcome.reason}`;
  return writeStep(deps, {
    action: isGood ? 'verify' : 'unmeasured',
    before: proposal,
    after: isGood ? verified(after) : after,
    ask: { ...BY_ITSELF, reason: outcome.reason },
    events: [
      {
        ...{ atMs, type: 'proposal-verified', severity: isGood ? 'info' : 'minor', cleared: isGood },
        ...{ linkId: proposal.cause.links[0] ?? null, deviceId: null, proposalId: proposal.id, message },
        details: { verdict: outcome.verdict, loadError: outcome.loadError },
      },
    ],
    details: { verdict: outcome.verdict, loadError: outcome.loadError, arcs: outcome.arcs.length },
  });
}

/** What was said on the way here is over: should the network lose the change again, that is news. */
function verified({ heldBack: _heldBack, ...proposal }: Proposal): Proposal {
  return { ...proposal, status: 'verified' };
}
