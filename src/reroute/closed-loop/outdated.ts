import { DetourError } from '../../core/errors.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Difference, LiveView } from '../live-view.ts';
import type { Proposal } from '../proposal.ts';
import type { Ask } from './audit.ts';
import { differencesOf } from './differences.ts';
import { planDifferences } from './plan-again.ts';
import { writeStep } from './write.ts';

/** Differences that an answer and the audit name. */
const MAX_NAMED = 20;

/** What speaks against a proposal by the network as it is now, and by a plan that is made of it. */
export async function differencesNow(deps: CycleDeps, view: LiveView, proposal: Proposal): Promise<Difference[]> {
  // That it was refused before is no difference: the network may be as it was again.
  const { outdatedAtMs: _outdated, ...standing } = proposal;
  const differences = differencesOf(view, standing);
  return differences.length > 0 ? differences : planDifferences(deps, view, proposal);
}

/**
 * Notes that a proposal does not hold any more, so that the next plan makes it anew: what that one finds takes its
 * place. Answers the refusal, WORLD_CHANGED with the differences.
 */
export async function outdated(
  deps: CycleDeps,
  before: Proposal,
  differences: readonly Difference[],
  ask: Ask,
): Promise<DetourError> {
  const refusal = worldChanged(before, differences);
  const atMs = deps.clock.nowMs();
  const about = { heldBack: refusal.message, outdatedAtMs: atMs, refusals: (before.refusals ?? 0) + 1 };
  const after: Proposal = { ...before, ...about, updatedAtMs: atMs };
  const details = { differences: differences.slice(0, MAX_NAMED).map(({ field, message }) => ({ field, message })) };
  // Its request key is not used up: nothing was done.
  const asked = { ...ask, reason: refusal.message, requestKey: null };
  if (before.heldBack !== refusal.message || before.outdatedAtMs === undefined)
    await writeStep(deps, { action: 'refuse', before, after, ask: asked, details });
  return refusal;
}

function worldChanged({ id }: Proposal, differences: readonly Difference[]): DetourError {
  const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
  return new DetourError('WORLD_CHANGED', `proposal ${id} does not hold any more: ${differences[0]?.message}${more}`, {
    problems: differences.slice(0, MAX_NAMED),
    hint: 'the next plan makes it anew; ask for one now, or wait for it',
  });
}
