import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DetourError } from '../core/errors.ts';
import { contentHash } from '../core/ids.ts';
import { type Lease, PLAN_LEASE } from '../store/store.ts';
import { planAudit } from './closed-loop/audit.ts';
import { applyAutomatically } from './closed-loop/automatic.ts';
import { beginReturns, withdrawReturns } from './closed-loop/returns.ts';
import { withoutReturns } from './closed-loop/withheld.ts';
import type { CycleDeps, CyclePoint } from './cycle-deps.ts';
import { momentOf } from './moment.ts';
import type { Plan, PlanInput, PlanOutcome, PlanTrigger } from './plan.ts';
import { planEvents } from './plan-events.ts';
import { type PlanIds, planIdsOf, planReroutes } from './planner.ts';
import { isOpen, type Proposal } from './proposal.ts';
import { networkHashOf, takeSnapshot } from './snapshot.ts';

/** Long against a cycle, short enough that the next one after a kill does not wait. */
const LEASE_TTL_MS = 5000;
const LEASE_RETRY_MS = 100;

/**
 * One cycle: snapshot, input kept, plan, one atomic commit, and where the guardrails let it, reroutes applied. `runId`
 * names the run: repeated after a crash (at any point) it finishes what it began and makes no second plan. Rejects
 * with CONFLICT when another run took over, TIMEOUT when the lease does not come free.
 */
export async function runCycle(deps: CycleDeps, trigger: PlanTrigger, runId: string): Promise<Plan> {
  const holder = `${runId}/${randomUUID()}`;
  await reach(deps, 'before-lease');
  const lease = await takeLease(deps, holder);
  try {
    await reach(deps, 'after-lease');
    const planId = `p-${contentHash({ network: deps.store.networkName, runId }, 16)}`;
    const plan = (await deps.store.plans.plan(planId)) ?? (await makePlan(deps, trigger, planId, lease));
    if (!plan.refused) await applyAutomatically(deps);
    await reach(deps, 'before-release');
    return plan;
  } finally {
    await deps.store.leases.release(PLAN_LEASE, holder);
  }
}

async function reach(deps: CycleDeps, point: CyclePoint): Promise<void> {
  await deps.reach?.(point);
}

async function takeLease({ store }: CycleDeps, holder: string): Promise<Lease> {
  for (let waitedMs = 0; waitedMs <= 2 * LEASE_TTL_MS; waitedMs += LEASE_RETRY_MS) {
    const lease = await store.leases.acquire(PLAN_LEASE, holder, LEASE_TTL_MS);
    if (lease) return lease;
    await pause(LEASE_RETRY_MS);
  }
  throw new DetourError('TIMEOUT', 'another plan is under way and does not end', { hint: 'the job tries again' });
}

async function makePlan(deps: CycleDeps, trigger: PlanTrigger, planId: string, lease: Lease): Promise<Plan> {
  const { store, network, clock } = deps;
  const startedAtMs = clock.nowMs();
  const input = await takeSnapshot(deps);
  const ids: PlanIds = { planId, inputId: deps.nameInput?.(input) ?? planIdsOf(input).inputId };
  await reach(deps, 'before-input');
  await store.plans.saveNetwork(networkHashOf(network), network.network);
  await store.plans.saveInput(ids.inputId, input);
  await reach(deps, 'after-input');
  const previous = await store.plans.latest();
  const made = deps.makePlan ? await deps.makePlan(input, trigger, ids) : planReroutes(network, input, trigger, ids);
  const { outcome, returns } = withoutReturns(input, made);
  const finishedAtMs = clock.nowMs();
  const plan: Plan = { ...outcome.plan, finishedAtMs, elapsedMs: finishedAtMs - startedAtMs };
  await reach(deps, 'before-commit');
  const result = await store.plans.commit({
    fence: lease.fence,
    plan,
    moment: momentOf(plan, input),
    proposals: outcome.changed.map((proposal) => ({ ...proposal, sequence: (proposal.sequence ?? 0) + 1 })),
    removeTunnels: tunnelsToRemove(input, outcome),
    expected: input.open.map(({ id, status, revision }) => ({ id, status, revision })),
    events: planEvents(outcome, previous, finishedAtMs),
    audit: planAudit(input, outcome.changed, finishedAtMs),
  });
  if (result !== 'committed') throw notWritten(planId, result);
  await reach(deps, 'after-commit');
  await withdrawReturns(deps, input.open, returns);
  await beginReturns(deps, returns);
  return plan;
}

function notWritten(planId: string, result: 'fenced' | 'conflict'): DetourError {
  const why = result === 'fenced' ? 'another plan took over' : 'a proposal was decided on while it was made';
  return new DetourError('CONFLICT', `the plan was not written: ${why}`, {
    value: planId,
    hint: 'the job tries again',
  });
}

/** Tunnels of proposals that this plan closes, and of proposals that are not open at all: no orphan stays. */
function tunnelsToRemove(input: PlanInput, outcome: PlanOutcome): string[] {
  if (outcome.plan.refused) return [];
  const closed = new Set(outcome.changed.filter((one: Proposal) => !isOpen(one)).map((one) => one.id));
  const open = new Set(input.open.map((one) => one.id).filter((id) => !closed.has(id)));
  return input.tunnels.filter((tunnel) => !open.has(tunnel.proposalId)).map((tunnel) => tunnel.demand);
}
