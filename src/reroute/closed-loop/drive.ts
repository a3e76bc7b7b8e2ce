import { randomUUID } from 'node:crypto';
import type { NetworkIndex } from '../../../topology/model.ts';
import { messageOf } from '../../core/errors.ts';
import { parseArcId } from '../../core/ids.ts';
import type { Step } from '../actuator.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Execution } from '../execution.ts';
import { metricsToRevert } from '../metrics/steps.ts';
import { proposalEvent } from '../plan-events.ts';
import { isInForce, type Proposal } from '../proposal.ts';
import { logged } from '../stability/budget.ts';
import { type Ask, BY_ITSELF } from './audit.ts';
import { ownDemands } from './begin.ts';
import { countFromNow, isAhead } from './clock-back.ts';
import { haltedBy, tellHalt } from './halt.ts';
import { holding } from './holding.ts';
import { measuredOutcome } from './outcome.ts';
import { stepToApply, stepToRevert } from './own-step.ts';
import { writeStep } from './write.ts';

/** Renewed while a step is made, so that two never work on one change; one that was killed where nobody can see it is waited for so long. */
const LEASE_TTL_MS = 10_000;
/** Between two steps, so that what the first did is measured before the next is made. */
export const STEP_SETTLE_MS = 3_000;
/** A step is tried so often before the change goes back; going back is tried for ever, ever more slowly. */
const MAX_FAILURES = 3;
const SLOWEST_RETRY_MS = 30_000;

/**
 * Carries a change on as far as it can go now, whoever began it: into the network, or out of it. Each step is done,
 * read back, and then written; after a crash the step that was under way is done again, which changes nothing.
 * Answers the proposal as it stands then; null where it is gone.
 */
export async function driveChange(deps: CycleDeps, id: string): Promise<Proposal | null> {
  const { leases, plans } = deps.store;
  const holder = randomUUID();
  const name = `change-${id}`;
  const isOurs = async (): Promise<boolean> => (await leases.acquire(name, holder, LEASE_TTL_MS)) !== null;
  if (!(await isOurs())) return plans.proposal(id);
  return holding(leases, { name, holder, ttlMs: LEASE_TTL_MS }, async () => {
    for (;;) {
      const proposal = await plans.proposal(id);
      const next = proposal && (await advance(deps, proposal));
      if (!next || !(await isOurs())) return proposal;
    }
  });
}

/** One step; null when there is nothing to do, or not yet. */
async function advance(deps: CycleDeps, proposal: Proposal): Promise<Proposal | null> {
  const { execution } = proposal;
  const nowMs = deps.clock.nowMs();
  if (proposal.status !== 'applying' || !execution) return null;
  if (isAhead(proposal, nowMs)) return countFromNow(deps, proposal);
  if (nowMs < dueAtMs(execution)) return null;
  if (execution.direction === 'forward' && execution.done > 0 && execution.failures === 0) {
    const outcome = await measuredOutcome(deps, proposal, false);
    if (outcome.verdict === 'worse') return turnBack(deps, proposal, outcome.reason, 'rolled-back', BY_ITSELF);
  }
  const halted = await haltedBy(deps, execution);
  if (halted !== null) {
    await tellHalt(deps, proposal, execution, halted);
    return null;
  }
  return execution.direction === 'back' ? stepBack(deps, proposal, execution) : stepForward(deps, proposal, execution);
}

/** When the next step may be made: what was done has to settle, what failed is tried ever more slowly. */
function dueAtMs({ direction, done, failures, stepAtMs }: Execution): number {
  if (failures > 0) return stepAtMs + Math.min(SLOWEST_RETRY_MS, 500 * 2 ** (failures - 1));
  return direction === 'forward' && done > 0 ? stepAtMs + STEP_SETTLE_MS : 0;
}

async function stepForward(deps: CycleDeps, proposal: Proposal, execution: Execution): Promise<Proposal | null> {
  const planned = execution.steps[execution.done];
  if (!planned) return finish(deps, proposal, execution);
  const step = stepToApply(planned, proposal.id, (await deps.store.traffic.tunnels()).tunnels);
  await deps.reach?.('before-step');
  try {
    await deps.actuator.apply(step);
    const { state, reason } = await deps.actuator.observe(step);
    if (state === 'before' || state === 'other') throw new Error(`it does not have what the step set: ${reason}`);
  } catch (error) {
    const why = messageOf(error);
    if (execution.failures + 1 >= MAX_FAILURES) return turnBack(deps, proposal, why, 'failed', BY_ITSELF);
    return noteFailure(deps, proposal, execution, why);
  }
  await deps.reach?.('after-step');
  const done = execution.done + 1;
  const isLast = done === execution.steps.length;
  const changed = { ...execution, done, failures: 0, stepAtMs: deps.clock.nowMs() };
  const after = isLast
    ? enteredForce(deps, proposal, changed)
    : { ...goingOn(proposal), execution: changed, updatedAtMs: changed.stepAtMs };
  return writeStep(deps, {
    action: 'step',
    before: proposal,
    after,
    ask: askOf(execution),
    setTunnels: [...step.set, ...(step.follows ?? [])],
    removeTunnels: step.remove,
    events: isLast ? [proposalEvent(after, after.updatedAtMs)] : [],
    details: { step: done, of: execution.steps.length, key: step.key, actuator: execution.actuator },
  });
}

/** A change without steps. */
async function finish(deps: CycleDeps, before: Proposal, execution: Execution): Promise<Proposal | null> {
  const after = enteredForce(deps, before, execution);
  const events = [proposalEvent(after, after.updatedAtMs)];
  return writeStep(deps, { action: 'step', before, after, ask: askOf(execution), events });
}

function enteredForce({ clock }: CycleDeps, proposal: Proposal, execution: Execution): Proposal {
  const atMs = clock.nowMs();
  return { ...goingOn(proposal), status: 'applied', execution, appliedAtMs: atMs, updatedAtMs: atMs };
}

/** Whatever held it back does so no more. */
function goingOn({ heldBack: _heldBack, ...proposal }: Proposal): Proposal {
  return proposal;
}

async function stepBack(deps: CycleDeps, proposal: Proposal, execution: Execution): Promise<Proposal | null> {
  const planned = execution.steps[execution.done - 1];
  if (!planned) return close(deps, proposal, execution);
  const step = await whatToRevert(deps, proposal.id, planned);
  await deps.reach?.('before-step');
  try {
    await deps.actuator.revert(step);
    const { state, reason } = await deps.actuator.observe(step);
    if (state === 'after' && step.set.length + step.metrics.length > 0)
      throw new Error(`it still has what the step set: ${reason}`);
  } catch (error) {
    return noteFailure(deps, proposal, execution, messageOf(error));
  }
  await deps.reach?.('after-step');
  const atMs = deps.clock.nowMs();
  const done = execution.done - 1;
  const changed = { ...execution, done, failures: 0, stepAtMs: atMs };
  return writeStep(deps, {
    action: 'step-back',
    before: proposal,
    after: { ...proposal, execution: changed, updatedAtMs: atMs },
    ask: askOf(execution),
    setTunnels: step.before,
    removeTunnels: [...[...step.set, ...(step.follows ?? [])].map(({ demand }) => demand), ...step.remove],
    details: { step: execution.done, of: execution.steps.length, key: step.key, actuator: execution.actuator },
  });
}

/** What of a step is the proposal's own by now, and what stands in its place without it. */
async function whatToRevert({ store, network }: CycleDeps, id: string, planned: Step): Promise<Step> {
  const [{ tunnels }, briefs] = await Promise.all([store.traffic.tunnels(), store.plans.briefs('open')]);
  const standing = new Set(briefs.filter(isInForce).map((brief) => brief.id));
  const step = stepToRevert(planned, id, tunnels, standing);
  if (step.metrics.length === 0) return step;
  const open = await store.plans.openProposals();
  return { ...step, metrics: metricsToRevert(step.metrics, id, open, (arc) => fileMetric(network, arc)) };
}

function fileMetric({ linkById }: NetworkIndex, arc: string): number | null {
  const parsed = parseArcId(arc);
  return parsed ? (linkById.get(parsed.linkId)?.metric[parsed.direction] ?? null) : null;
}

/** Everything is taken back: the proposal is closed, and no tunnel of it stays. */
async function close(deps: CycleDeps, before: Proposal, execution: Execution): Promise<Proposal | null> {
  const atMs = deps.clock.nowMs();
  const { tunnels } = await deps.store.traffic.tunnels();
  const { execution: _done, ...rest } = before;
  const after: Proposal = {
    ...rest,
    status: execution.ends,
    updatedAtMs: atMs,
    closedAtMs: atMs,
    closedReason: execution.reason,
    moveLog: logged(before.moveLog, atMs, before.moves.length),
    returnDueAtMs: null,
  };
  return writeStep(deps, {
    action: execution.ends,
    before,
    after,
    ask: askOf(execution),
    removeTunnels: ownDemands(before, tunnels),
    events: [proposalEvent(after, atMs)],
  });
}

/**
 * Turns a change round: what is there of it is taken back step by step, the step that may be half done first. Where
 * an earlier revision was in the network, all of it goes.
 */
export async function turnBack(
  deps: CycleDeps,
  before: Proposal,
  reason: string,
  ends: Execution['ends'],
  ask: Ask,
): Promise<Proposal | null> {
  const { execution } = before;
  if (!execution) return null;
  const atMs = deps.clock.nowMs();
  const all = before.appliedAtMs !== null || before.status !== 'applying';
  const done = all ? execution.steps.length : Math.min(execution.steps.length, execution.done + 1);
  const back = { direction: 'back' as const, reason, ends, done, failures: 0, stepAtMs: atMs, by: ask.by.name };
  const after: Proposal = { ...before, status: 'applying', execution: { ...execution, ...back }, updatedAtMs: atMs };
  const event = harmEvent(after, reason, ends, atMs);
  return writeStep(deps, {
    // Under the word that was asked for, so that the same request again is known.
    action: ask.automatic ? 'turn-back' : 'rollback',
    before,
    after,
    ask: { ...ask, reason },
    events: ask.automatic ? [event] : [],
    details: { done, of: execution.steps.length },
  });
}

function harmEvent(proposal: Proposal, reason: string, ends: Execution['ends'], atMs: number) {
  const what = ends === 'failed' ? 'could not be carried out' : 'made things worse';
  return {
    ...{ atMs, type: 'change-undone' as const, severity: 'major' as const, cleared: false },
    ...{ linkId: proposal.cause.links[0] ?? null, deviceId: null, proposalId: proposal.id },
    message: `${proposal.id}: the change ${what} and is taken back: ${reason}`,
    details: { ends, revision: proposal.revision },
  };
}

/** A step failed: it is tried again later. When it has failed often, people are told once. */
async function noteFailure(
  deps: CycleDeps,
  before: Proposal,
  execution: Execution,
  why: string,
): Promise<Proposal | null> {
  const atMs = deps.clock.nowMs();
  const failures = execution.failures + 1;
  const event = {
    ...{ atMs, type: 'change-stuck' as const, severity: 'critical' as const, cleared: false },
    ...{ linkId: before.cause.links[0] ?? null, deviceId: null, proposalId: before.id },
    message: `${before.id}: a step cannot be taken back, parts of the change are in the network: ${why}`,
    details: { failures, step: execution.done, of: execution.steps.length },
  };
  const written = await writeStep(deps, {
    action: 'step-failed',
    before,
    after: { ...before, execution: { ...execution, failures, stepAtMs: atMs }, updatedAtMs: atMs },
    ask: { ...askOf(execution), reason: why },
    events: failures === MAX_FAILURES ? [event] : [],
    details: { failures, direction: execution.direction },
  });
  return written;
}

/** Steps are recorded under whoever had the change made; they are no requests of their own. */
function askOf({ by, automatic, reason }: Execution): Ask {
  return { by: { name: by, role: 'admin' }, reason, requestKey: null, automatic };
}
