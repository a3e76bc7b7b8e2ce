import { DetourError } from '../core/errors.ts';
import type { ProposalStatus } from './proposal.ts';

/**
 * Where a proposal may go from where it is. `applying` is on the way into the network or out of it again (its
 * execution says which); `failed` could not be carried out and was taken back.
 */
export const TRANSITIONS: Readonly<Record<ProposalStatus, readonly ProposalStatus[]>> = {
  proposed: ['proposed', 'approved', 'applying', 'dismissed', 'expired', 'superseded'],
  approved: ['proposed', 'approved', 'applying', 'dismissed', 'expired', 'superseded'],
  applying: ['applying', 'applied', 'rolled-back', 'failed'],
  applied: ['proposed', 'applying', 'verified', 'applied', 'rolled-back'],
  verified: ['proposed', 'verified', 'applied', 'applying', 'rolled-back'],
  failed: [],
  'rolled-back': [],
  dismissed: [],
  expired: [],
  superseded: [],
};

/** Throws CONFLICT unless a proposal in `from` may become `to`. */
export function requireTransition(id: string, from: ProposalStatus, to: ProposalStatus): void {
  if (TRANSITIONS[from].includes(to)) return;
  const ways = TRANSITIONS[from].join(', ') || 'nothing any more';
  throw new DetourError('CONFLICT', `proposal ${id} is ${from} and cannot become ${to}`, {
    field: 'status',
    value: from,
    hint: `from here it can become: ${ways}`,
  });
}
