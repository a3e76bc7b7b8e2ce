import type { PlanInput } from '../plan.ts';
import { isOpen, type ProposalBrief } from '../proposal.ts';

/** Begins the reason of a proposal that a person took back. */
export const ON_REQUEST = 'on request';
/** Closed proposals beyond this many are too old to matter to any cause. */
const MAX_CLOSED = 500;

/** What a plan has to know of proposals that were closed, oldest first. */
export function closedLately(briefs: readonly ProposalBrief[]): NonNullable<PlanInput['closed']> {
  return briefs
    .filter((brief) => !isOpen(brief))
    .map((brief) => ({
      id: brief.id,
      closedAtMs: brief.closedAtMs ?? brief.updatedAtMs,
      byRequest: brief.closedReason?.startsWith(ON_REQUEST) ?? false,
      cause: brief.cause,
      links: brief.links,
      createdAtMs: brief.createdAtMs,
      ...(brief.moveLog ? { moveLog: brief.moveLog } : {}),
    }))
    .sort((x, y) => y.closedAtMs - x.closedAtMs || (x.id < y.id ? -1 : 1))
    .slice(0, MAX_CLOSED)
    .sort((x, y) => x.closedAtMs - y.closedAtMs || (x.id < y.id ? -1 : 1));
}
