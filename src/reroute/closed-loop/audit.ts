import { type Caller, DETOUR_CALLER } from '../../core/access.ts';
import { contentHash } from '../../core/ids.ts';
import type { NewAuditRecord } from '../../store/store.ts';
import type { PlanInput } from '../plan.ts';
import { isOpen, type Proposal } from '../proposal.ts';

/** Who asks for a decision, why, and under which idempotency key. */
export interface Ask {
  readonly by: Caller;
  readonly reason: string | null;
  readonly requestKey: string | null;
  /** True where nobody asked: the service acts by itself. */
  readonly automatic: boolean;
}

/** The service itself. */
export const BY_ITSELF: Ask = { by: DETOUR_CALLER, reason: null, requestKey: null, automatic: true };

/** Names the moves of a proposal and their order exactly. */
export function planHashOf({ moves, steps, metrics }: Pick<Proposal, 'moves' | 'steps' | 'metrics'>): string {
  const ways = moves.map(({ demand, to }) => ({ demand, to }));
  return contentHash({ moves: ways, steps: steps ?? null, ...(metrics ? { metrics } : {}) }, 32);
}

/** The record of a step in a proposal's life. */
export function proposalAudit(
  action: string,
  before: Proposal,
  after: Proposal,
  ask: Ask,
  details: Readonly<Record<string, unknown>> = {},
): NewAuditRecord {
  return {
    atMs: after.updatedAtMs,
    by: ask.by.name,
    role: ask.by.role,
    action,
    subject: 'proposal',
    subjectId: after.id,
    from: before.status,
    to: after.status,
    reason: ask.reason,
    planHash: planHashOf(after),
    requestKey: ask.requestKey,
    details: { revision: after.revision, automatic: ask.automatic, ...details },
  };
}

/** A revision of what people have approved takes the place of what they approved. */
function actionOf(before: Proposal | undefined, after: Proposal): string {
  if (!before) return 'propose';
  if (!isOpen(after)) return after.status === 'superseded' ? 'supersede' : 'close';
  return (before.approvals ?? []).length > 0 ? 'supersede' : 'revise';
}

/** What a plan made of proposals: new ones, revisions and closings. */
export function planAudit(
  input: Pick<PlanInput, 'open'>,
  changed: readonly Proposal[],
  atMs: number,
): NewAuditRecord[] {
  const known = new Map(input.open.map((proposal) => [proposal.id, proposal]));
  return changed.map((after) => {
    const before = known.get(after.id);
    const action = actionOf(before, after);
    const reason = isOpen(after) ? after.why.summary : after.closedReason;
    const record = proposalAudit(action, before ?? after, { ...after, updatedAtMs: atMs }, { ...BY_ITSELF, reason });
    return { ...record, from: before?.status ?? null };
  });
}
