import { DetourError } from '../../core/errors.ts';
import type { NewEvent } from '../../store/events.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal, Tunnel } from '../proposal.ts';
import { requireTransition } from '../states.ts';
import { type Ask, proposalAudit } from './audit.ts';

/** One step in a proposal's life, as it is to be written. */
export interface Step {
  readonly action: string;
  readonly before: Proposal;
  /** The proposal as it shall be, but for its sequence. */
  readonly after: Proposal;
  readonly ask: Ask;
  readonly setTunnels?: readonly Tunnel[];
  readonly removeTunnels?: readonly string[];
  readonly events?: readonly NewEvent[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Writes one step: status, tunnels, events and audit at once, only where the proposal still is as it was read. Answers
 * the proposal as written; null where somebody else was faster, or this very request was carried out before.
 */
export async function writeStep({ store }: Pick<CycleDeps, 'store'>, step: Step): Promise<Proposal | null> {
  const { before, ask, action } = step;
  requireTransition(before.id, before.status, step.after.status);
  const sequence = before.sequence ?? 0;
  const proposal: Proposal = { ...step.after, sequence: sequence + 1 };
  const { changed } = await store.plans.transition({
    proposalId: before.id,
    from: [before.status],
    revision: before.revision,
    sequence,
    proposal,
    setTunnels: step.setTunnels ?? [],
    removeTunnels: step.removeTunnels ?? [],
    events: step.events ?? [],
    audit: [proposalAudit(action, before, proposal, ask, step.details)],
    requestKey: ask.requestKey,
  });
  return changed ? proposal : null;
}

/** The proposal. Rejects with NOT_FOUND. */
export async function existing({ store }: Pick<CycleDeps, 'store'>, id: string): Promise<Proposal> {
  const proposal = await store.plans.proposal(id);
  if (!proposal) throw new DetourError('NOT_FOUND', `there is no proposal ${id}`, { field: 'id', value: id });
  return proposal;
}

/** As `writeStep`, for decisions: rejects with CONFLICT where somebody else was faster; a repeated request is answered. */
export async function decide(deps: Pick<CycleDeps, 'store'>, step: Step): Promise<Proposal> {
  const written = await writeStep(deps, step);
  if (written) return written;
  const { requestKey } = step.ask;
  const now = await existing(deps, step.before.id);
  if (requestKey !== null && (await deps.store.control.request(requestKey)) === `${step.action} proposal ${now.id}`)
    return now;
  throw conflict(now, 'it was changed by someone else in the meantime');
}

export function conflict(proposal: Proposal, why: string): DetourError {
  return new DetourError('CONFLICT', `proposal ${proposal.id} cannot be changed: ${why}`, {
    field: 'status',
    value: proposal.status,
    hint: 'read it again: the next plan may have revised it',
  });
}
