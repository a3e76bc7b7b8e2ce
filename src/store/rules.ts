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

/**
 * A request key is `NAME` or `NAME.BODY`: what names the request, and a hash of what it says. It is kept under its name,
 * so that another body under the same name is found out.
 */
export function requestName(requestKey: string): string {
  return requestKey.split('.', 1)[0] as string;
}

function requestBody(requestKey: string | null): string {
  return requestKey?.slice(requestName(requestKey).length + 1) ?? '';
}

/** What a request key is kept with: the decision that it named, and what that said. */
export function requestUse(audit: readonly NewAuditRecord[]): string {
  const [record] = audit;
  if (!record) return 'nothing';
  return `${record.action} ${record.subject} ${record.subjectId}\n${requestBody(record.requestKey)}`;
}

/** The decision that a request key was used for, as it was kept; says so where it came with another body. */
export function decisionOf(kept: string | null, requestKey: string): string | null {
  if (kept === null) return null;
  const [use = '', body = ''] = kept.split(/\n([0-9a-f]*)$/);
  return body === requestBody(requestKey) ? use : `${use}, with another body`;
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
