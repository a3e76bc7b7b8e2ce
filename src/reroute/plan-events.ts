import type { NewEvent } from '../store/events.ts';
import type { Plan, PlanOutcome } from './plan.ts';
import { OPEN_STATUSES, type Proposal } from './proposal.ts';
import { movedBps } from './write-up.ts';

const BASE = { cleared: false, linkId: null, deviceId: null, proposalId: null };

/** What a plan has to tell: proposals that changed, a refusal, and the view when it is lost or comes back. */
export function planEvents(outcome: PlanOutcome, previous: Plan | null, atMs: number): NewEvent[] {
  return [...viewEvents(outcome, previous, atMs), ...outcome.changed.map((proposal) => proposalEvent(proposal, atMs))];
}

function viewEvents({ plan }: PlanOutcome, previous: Plan | null, atMs: number): NewEvent[] {
  const before = previous?.refused?.code ?? null;
  const now = plan.refused?.code ?? null;
  // Said once when it begins and once when it ends, not with every plan in between.
  if (before === now) return [];
  const events: NewEvent[] = [];
  const details = { planId: plan.id, stale: plan.staleLinks.length };
  if (before === 'VIEW_LOST')
    events.push({
      ...BASE,
      atMs,
      type: 'view-restored',
      severity: 'info',
      cleared: true,
      message: 'the view is back: planning again',
      details,
    });
  if (plan.refused && now !== 'NO_VIEW_YET')
    events.push({
      ...BASE,
      atMs,
      type: now === 'VIEW_LOST' ? 'view-lost' : 'plan-refused',
      severity: 'critical',
      message: plan.refused.reason,
      details: { ...details, code: plan.refused.code },
    });
  return events;
}

/** The reasons are told once, when it is proposed. */
function messageFor(proposal: Proposal, type: NewEvent['type']): string {
  if (type === 'proposal-closed') return `${proposal.id}: ${proposal.closedReason}`;
  if (type !== 'proposal-applied') return `${proposal.id}: ${proposal.why.summary}`;
  const moved = proposal.moves.filter((move) => movedBps(move) > 0 || move.bps === 0).length;
  const kept = proposal.moves.length - moved;
  const done = [
    ...(moved > 0 || kept === 0 ? [`${moved} demand(s) moved`] : []),
    ...(kept > 0 ? [`${kept} demand(s) kept`] : []),
  ];
  return `${proposal.id}: ${done.join(', ')} off ${proposal.cause.links.join(', ')}`;
}

export function proposalEvent(proposal: Proposal, atMs: number): NewEvent {
  const isClosed = !OPEN_STATUSES.includes(proposal.status);
  const type = isClosed ? 'proposal-closed' : openEventType(proposal);
  const severity = isClosed ? 'info' : proposal.kind === 'reroute' ? 'major' : 'critical';
  return {
    ...BASE,
    atMs,
    type,
    severity: type === 'proposal-applied' ? 'info' : severity,
    cleared: isClosed,
    linkId: proposal.cause.links[0] ?? null,
    proposalId: proposal.id,
    message: messageFor(proposal, type),
    details: {
      status: proposal.status,
      kind: proposal.kind,
      revision: proposal.revision,
      moves: proposal.moves.length,
      links: proposal.links,
    },
  };
}

function openEventType(proposal: Proposal): NewEvent['type'] {
  if (proposal.status === 'applied') return 'proposal-applied';
  return proposal.revision > 1 ? 'proposal-revised' : 'proposal-created';
}
