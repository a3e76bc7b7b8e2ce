import { DetourError } from '../core/errors.ts';
import { isOpen, type Proposal } from '../reroute/proposal.ts';
import type { NewAuditRecord } from './audit.ts';
import type { Transition } from './store.ts';

/** Refusals that every implementation words alike. */
export function backlogFull(partition: number, queuedSamples: number): DetourError {
  return new DetourError('BACKLOG_FULL', `Partition ${partition} has ${queuedSamples} samples waiting to be scored`, {
    field: 'partition',
    value: partition,
    hint: 'send again later; if it stays, run more scorers or send less',
  });
}

export function storeClosed(): DetourError {
  return new DetourError('NOT_READY', 'The store is closed');
}

/** Throws unless the transition is about the proposal it carries: anything else is a fault of the caller. */
export function requireSameProposal(transition: Transition): void {
  if (transition.proposal.id === transition.proposalId) return;
  throw new DetourError('INVALID_INPUT', 'proposal.id: must be the proposal the transition is about', {
    field: 'proposal.id',
    value: transition.proposal.id,
  });
}

/** What a request key is kept with: the decision that it named. */
export function requestUse(audit: readonly NewAuditRecord[]): string {
  const [record] = audit;
  return record ? `${record.action} ${record.subject} ${record.subjectId}` : 'nothing';
}

/** Throws unless the number is one that can be summed. */
export function requireFinite(value: number, field: string): void {
  if (Number.isFinite(value)) return;
  throw new DetourError('INVALID_INPUT', `${field}: must be a finite number, got ${value}`, { field, value });
}

/** When a closed proposal was closed; null while it stands. */
export function closedAtMs(proposal: Proposal): number | null {
  return isOpen(proposal) ? null : (proposal.closedAtMs ?? proposal.updatedAtMs);
}

/** Newest first; ids break ties, so that lists are stable. */
export function newestFirst<T extends Pick<Proposal, 'id' | 'createdAtMs'>>(proposals: readonly T[]): T[] {
  return proposals.toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1));
}
