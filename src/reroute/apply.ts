import { DetourError } from '../core/errors.ts';
import type { Commands } from './actuator.ts';
import { type Ask, BY_ITSELF } from './closed-loop/audit.ts';
import { backExecution, forwardExecution, ownDemands } from './closed-loop/begin.ts';
import { driveChange, turnBack } from './closed-loop/drive.ts';
import { guardrailFacts } from './closed-loop/facts.ts';
import { predictFigures } from './closed-loop/figures.ts';
import { liveView } from './closed-loop/live-view.ts';
import { differencesNow, outdated } from './closed-loop/outdated.ts';
import { inTurn } from './closed-loop/turn.ts';
import { conflict, decide, existing } from './closed-loop/write.ts';
import type { CycleDeps } from './cycle-deps.ts';
import { readGuardrails } from './guardrail-record.ts';
import { type Guardrails, refusalsOf } from './guardrails.ts';
import { CAUSE_GONE } from './lifecycle.ts';
import type { LiveView } from './live-view.ts';
import { type RealisedNow, realiseNow } from './metrics/realise-now.ts';
import { proposalEvent } from './plan-events.ts';
import { isInForce, isOpen, type Proposal, waitsForApply } from './proposal.ts';
import { readReach } from './reachability.ts';
import { ON_REQUEST } from './stability/closed.ts';

export { type Ask, BY_ITSELF } from './closed-loop/audit.ts';
export { tunnelsOf } from './proposal.ts';

/**
 * Records somebody's consent to this revision; with as many as the guardrails ask for it is approved. The same person
 * counts once. Rejects with NOT_FOUND or CONFLICT.
 */
export async function approveProposal(deps: CycleDeps, id: string, ask: Ask): Promise<Proposal> {
  const before = await existing(deps, id);
  if (!waitsForApply(before)) throw conflict(before, `it is ${before.status}: nothing waits for an approval`);
  const { guardrails } = await readGuardrails(deps.store);
  const atMs = deps.clock.nowMs();
  const earlier = (before.approvals ?? []).filter(({ by }) => by !== ask.by.name);
  const approvals = [...earlier, { by: ask.by.name, atMs }];
  const isEnough = approvals.length >= guardrails.approvals;
  const after: Proposal = { ...before, approvals, status: isEnough ? 'approved' : 'proposed', updatedAtMs: atMs };
  if (before.status === 'approved') return before;
  const details = { approvals: approvals.length, needed: guardrails.approvals };
  return decide(deps, { action: 'approve', before, after, ask, details });
}

/**
 * Brings a reroute into the network, after a last look whether it still holds and whether the guardrails let it.
 * Answers the proposal as it stands when the first step is done; the rest follows step by step. Rejects with NOT_FOUND,
 * CONFLICT (nothing to apply), WORLD_CHANGED (with the differences), GUARDRAIL (with the rules), UNREALISABLE or
 * NOT_SIMULATED.
 */
export async function applyProposal(deps: CycleDeps, id: string, ask: Ask = BY_ITSELF): Promise<Proposal> {
  const begun = await inTurn(deps.store.leases, () => beginChange(deps, id, ask));
  return (await driveChange(deps, id)) ?? begun;
}

async function beginChange(deps: CycleDeps, id: string, ask: Ask): Promise<Proposal> {
  const before = await existing(deps, id);
  if (before.kind !== 'reroute') throw conflict(before, 'it has no moves: there is no safe alternative');
  if (!waitsForApply(before)) throw conflict(before, `it is ${before.status}`);
  if (!deps.actuator.changesNetwork) throw nothingApplied(deps, id);
  const { guardrails } = await readGuardrails(deps.store);
  requireApprovals(guardrails, before, ask);
  const view = await liveView(deps);
  const differences = await differencesNow(deps, view, before);
  if (differences.length > 0) throw await outdated(deps, before, differences, ask);
  const realised = realise(deps, view, before);
  const wanted = realised ? { ...before, ...realised.proposal } : before;
  const refusals = refusalsOf(guardrails, wanted, await guardrailFacts(deps, wanted, view.input, ask.automatic));
  if (refusals.length > 0) throw refused(before, refusals);
  const atMs = deps.clock.nowMs();
  const arcs = predictFigures(view.board.twin, realised?.afterBps ?? view.board.loadBps);
  const reach = await readReach(deps.actuator, wanted);
  const about = { ask, arcs, atMs, reach, ...(realised ? { changes: realised.changes, held: realised.held } : {}) };
  const execution = forwardExecution(deps.actuator, wanted, view.input.tunnels, about);
  const {
    heldBack: _held,
    verification: _verification,
    outdatedAtMs: _outdated,
    refusals: _refusals,
    ...rest
  } = wanted;
  const after: Proposal = { ...rest, status: 'applying', execution, updatedAtMs: atMs };
  const details = { steps: execution.steps.length, actuator: execution.actuator };
  await decide(deps, { action: 'apply', before, after, ask, details });
  return after;
}

/** Metric changes where the actuator cannot set paths; null where it can. Throws UNREALISABLE. */
function realise({ actuator }: CycleDeps, view: LiveView, proposal: Proposal): RealisedNow | null {
  return actuator.realisations.includes('paths') ? null : realiseNow(view, proposal);
}

/**
 * Takes a proposal back step by step, or dismisses it where nothing of it is in the network; the same cause is left
 * alone until it ends. `reason` is what the person says. Rejects with NOT_FOUND or CONFLICT (closed already).
 */
export async function rollBackProposal(
  deps: CycleDeps,
  id: string,
  reason: string | null = null,
  ask: Ask = BY_ITSELF,
): Promise<Proposal> {
  const before = await existing(deps, id);
  if (!isOpen(before)) throw conflict(before, `it is ${before.status}`);
  const { tunnels } = await deps.store.traffic.tunnels();
  const isThere = before.status === 'applying' || isInForce(before) || ownDemands(before, tunnels).length > 0;
  const said = reason === null ? '' : ` (${reason})`;
  const asked = { ...ask, reason: reason ?? ask.reason };
  if (!isThere) return dismiss(deps, before, `${ON_REQUEST}: dismissed${said}`, asked);
  // What is due is accepted: the cause is gone, and may come again.
  const why = typeof before.returnDueAtMs === 'number' ? `${CAUSE_GONE}, return accepted` : ON_REQUEST;
  return takeBack(deps, before, `${why}: traffic returned to the IGP${said}`, asked);
}

/** Takes what is there of a proposal out of the network, step by step. Rejects with CONFLICT. */
export async function takeBack(deps: CycleDeps, before: Proposal, reason: string, ask: Ask): Promise<Proposal> {
  if (before.status === 'applying') {
    const turned = await turnBack(deps, before, reason, 'rolled-back', ask);
    if (!turned) throw conflict(before, 'it was changed by someone else in the meantime');
  } else {
    const { tunnels } = await deps.store.traffic.tunnels();
    const atMs = deps.clock.nowMs();
    const execution = backExecution(deps.actuator, before, tunnels, { ask, reason, ends: 'rolled-back', atMs });
    const after: Proposal = { ...before, status: 'applying', execution, updatedAtMs: atMs };
    await decide(deps, { action: 'rollback', before, after, ask, details: { steps: execution.steps.length } });
  }
  return (await driveChange(deps, before.id)) ?? before;
}

async function dismiss(deps: CycleDeps, before: Proposal, closedReason: string, ask: Ask): Promise<Proposal> {
  const atMs = deps.clock.nowMs();
  const after: Proposal = { ...before, status: 'dismissed', updatedAtMs: atMs, closedAtMs: atMs, closedReason };
  return decide(deps, { action: 'dismiss', before, after, ask, events: [proposalEvent(after, atMs)] });
}

/** Whoever applies approves with it. */
function requireApprovals({ approvals: needed }: Guardrails, proposal: Proposal, ask: Ask): void {
  if (ask.automatic) return;
  const people = new Set([...(proposal.approvals ?? []).map(({ by }) => by), ask.by.name]);
  if (people.size >= needed) return;
  throw new DetourError('GUARDRAIL', `proposal ${proposal.id}: ${people.size} of ${needed} approvals`, {
    field: 'approvals',
    value: people.size,
    hint: 'somebody else has to approve it too',
  });
}

/** What the actuator would do for a proposal from the network as it is now. Rejects with NOT_FOUND or UNREALISABLE. */
export async function renderProposal(
  deps: CycleDeps,
  id: string,
): Promise<{ actuator: string; changesNetwork: boolean; steps: { summary: string; commands: Commands[] }[] }> {
  const { actuator } = deps;
  const proposal = await existing(deps, id);
  const view = await liveView(deps);
  const realised = realise(deps, view, proposal);
  const changes = realised ? { changes: realised.changes } : {};
  const about = { ask: BY_ITSELF, arcs: [], atMs: deps.clock.nowMs(), ...changes };
  const { steps } = forwardExecution(actuator, proposal, view.input.tunnels, about);
  const { name, changesNetwork } = actuator;
  return { actuator: name, changesNetwork, steps: steps.map(({ summary, commands }) => ({ summary, commands })) };
}

function nothingApplied({ actuator }: CycleDeps, id: string): DetourError {
  return new DetourError('NOT_SIMULATED', `proposal ${id}: the actuator ${actuator.name} applies nothing`, {
    field: 'actuator',
    value: actuator.name,
    hint: 'its commands say what to carry out by hand',
  });
}

function refused({ id }: Proposal, refusals: ReturnType<typeof refusalsOf>): DetourError {
  return new DetourError('GUARDRAIL', `proposal ${id}: ${refusals.map(({ reason }) => reason).join('; ')}`, {
    problems: refusals.map(({ rule, reason, value }) => ({ field: rule, message: reason, value })),
    hint: 'see GET /api/v1/guardrails',
  });
}
