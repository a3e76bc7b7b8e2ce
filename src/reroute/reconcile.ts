import type { Dropped } from './adopt.ts';
import { closeProposal } from './lifecycle.ts';
import type { PlanInput } from './plan.ts';
import { isIntended, type Move, type Proposal } from './proposal.ts';
import { logged } from './stability/budget.ts';
import type { Finding } from './write-up.ts';

/** What becomes of the proposals in this plan; `kept` ones are not written again. */
export interface Reconciled {
  readonly created: readonly Proposal[];
  readonly revised: readonly Proposal[];
  readonly closed: readonly Proposal[];
  readonly kept: readonly Proposal[];
}

/** What becomes of the moves of standing proposals, by their id. */
export interface Standing {
  /** Demands whose move does not hold any more. */
  readonly dropped: Dropped;
  /** Demands that would be given up, on the tunnels that they have. */
  readonly kept: ReadonlyMap<string, readonly Move[]>;
}

/** Compares what was found with what stands: new causes get a proposal, changed ones a revision, the rest is kept. */
export function reconcile(
  input: PlanInput,
  planId: string,
  findings: readonly Finding[],
  standing: readonly Proposal[],
  { dropped, kept }: Standing,
): Reconciled {
  const result = {
    created: [] as Proposal[],
    revised: [] as Proposal[],
    closed: [] as Proposal[],
    kept: [] as Proposal[],
  };
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  for (const proposal of standing) {
    const gone = dropped.get(proposal.id) ?? new Set<string>();
    const stays = kept.get(proposal.id) ?? [];
    const next = review(input, planId, proposal, byId.get(proposal.id) ?? null, { gone, stays });
    result[next.verdict].push(next.proposal);
  }
  const open = new Set(standing.map((proposal) => proposal.id));
  for (const finding of findings) {
    if (!open.has(finding.id)) result.created.push(create(input, planId, finding));
  }
  return result;
}

function create(input: PlanInput, planId: string, finding: Finding): Proposal {
  const life = { appliedAtMs: null, closedAtMs: null, closedReason: null };
  const times = { createdAtMs: input.atMs, updatedAtMs: input.atMs };
  const moveLog = logged([], input.atMs, finding.moves.length);
  return { ...finding, revision: 1, status: 'proposed', planId, ...times, ...life, moveLog };
}

/** Of one proposal. */
interface Fate {
  readonly gone: ReadonlySet<string>;
  readonly stays: readonly Move[];
}

function review(
  input: PlanInput,
  planId: string,
  proposal: Proposal,
  finding: Finding | null,
  { gone, stays }: Fate,
): { verdict: 'kept' | 'revised' | 'closed'; proposal: Proposal } {
  const moved = new Set(finding?.moves.map((move) => move.demand));
  const retained = proposal.moves.filter((move) => !gone.has(move.demand) && !moved.has(move.demand));
  const moves = [...retained, ...stays, ...(finding?.moves ?? [])];
  const kind = moves.length > 0 ? 'reroute' : 'no-safe-alternative';
  // Of what was refused because the network is otherwise now, only what is in the network stands without a finding.
  const isMoot = proposal.outdatedAtMs !== undefined && proposal.appliedAtMs === null;
  if (!finding && (isMoot || kind === 'no-safe-alternative' || proposal.kind === 'no-safe-alternative')) {
    return { verdict: 'closed', proposal: closeProposal(proposal, input, 'no traffic needs to move any more') };
  }
  const isAsFound = moved.size === 0 && gone.size === 0 && !staysMore(proposal, finding);
  const holds = isAsFound && kind === proposal.kind && proposal.outdatedAtMs === undefined;
  if (holds) return { verdict: 'kept', proposal };
  const taken = takenOver(input, proposal);
  const wanted = [...retained.filter(({ demand }) => !taken.has(demand)), ...stays, ...(finding?.moves ?? [])];
  return { verdict: 'revised', proposal: revise(input, planId, proposal, finding, wanted) };
}

/** Demands that another proposal has moved since this one's moves were all in the network: asked for again they would go back. */
function takenOver({ tunnels }: PlanInput, proposal: Proposal): ReadonlySet<string> {
  if (isIntended(proposal)) return new Set();
  return new Set(tunnels.flatMap(({ demand, proposalId }) => (proposalId === proposal.id ? [] : [demand])));
}

/** True when demands are stuck now that were not when the proposal was written. */
function staysMore(proposal: Proposal, finding: Finding | null): boolean {
  // Which demands an overload leaves stuck follows the traffic from minute to minute; that is no news.
  if (!finding || proposal.cause.kind === 'overload') return false;
  const known = new Set(proposal.why.stayed.map((one) => one.demand));
  return finding.why.stayed.some((one) => !known.has(one.demand));
}

function revise(
  input: PlanInput,
  planId: string,
  proposal: Proposal,
  finding: Finding | null,
  moves: Proposal['moves'],
): Proposal {
  const wanted = new Set(moves.map((move) => move.demand));
  const returned = input.tunnels.filter(({ proposalId, demand }) => proposalId === proposal.id && !wanted.has(demand));
  // What was said about the revision before says nothing about this one.
  const { approvals: _approvals, heldBack: _heldBack, outdatedAtMs: _outdated, ...lasting } = proposal;
  return {
    ...lasting,
    ...(finding ?? {}),
    moves,
    why: finding ? { ...finding.why, summary: revisedSummary(finding, moves) } : proposal.why,
    kind: moves.length > 0 ? 'reroute' : 'no-safe-alternative',
    // What of the saving was already there stands beside what the new moves add.
    expectedSavingBps: moves.length > 0 ? Math.max(proposal.expectedSavingBps, finding?.expectedSavingBps ?? 0) : 0,
    revision: proposal.revision + 1,
    status: 'proposed',
    planId,
    updatedAtMs: input.atMs,
    moveLog: logged(proposal.moveLog, input.atMs, (finding?.moves.length ?? 0) + returned.length),
  };
}

/** The new finding speaks of the new moves only; those that were made before stand beside them. */
function revisedSummary(finding: Finding, moves: Proposal['moves']): string {
  const fresh = new Set(finding.moves.map((move) => move.demand));
  const earlier = moves.filter((move) => !fresh.has(move.demand)).length;
  return earlier > 0
    ? `${finding.why.summary} ${earlier} demand(s) that moved before stay on their new paths.`
    : finding.why.summary;
}
