import { messageOf } from '../../core/errors.ts';
import type { Step } from '../actuator.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import { metricsInOwnForce } from '../metrics/steps.ts';
import { isInForce, type Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { stepInForce } from './own-step.ts';
import { writeStep } from './write.ts';

/**
 * Asks the network whether it still has what a proposal in force set, and sets again what it lost: a router that
 * restarts forgets costs that were set while it ran. Told as an event, and verified anew. Where `stopped` says why nothing
 * may be changed now, it is only told.
 */
export async function restoreLost(deps: CycleDeps, id: string, stopped: string | null = null): Promise<void> {
  const { actuator, store } = deps;
  const proposal = await store.plans.proposal(id);
  if (!proposal?.execution || !isInForce(proposal) || proposal.execution.actuator !== actuator.name) return;
  const losses: { reason: string; isLost: boolean }[] = [];
  for (const step of await stepsInForce(deps, proposal)) {
    const { state, reason } = await actuator.observe(step);
    if (state !== 'before' && state !== 'other') continue;
    const failed = stopped ?? (await failureOf(actuator.apply(step)));
    losses.push({ reason: `${reason}: ${failed ?? 'set again'}`, isLost: failed !== null });
  }
  if (losses.length > 0) {
    const isLost = losses.some((loss) => loss.isLost);
    await tell(deps, proposal, losses.map(({ reason }) => reason).join('; '), isLost);
  }
}

/** What went wrong, in words; null where nothing did. */
function failureOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(() => null, messageOf);
}

/** The parts of the change's steps that nobody has changed since. */
async function stepsInForce({ store }: CycleDeps, proposal: Proposal): Promise<Step[]> {
  const { tunnels } = await store.traffic.tunnels();
  const steps = (proposal.execution?.steps ?? []).map((step) => stepInForce(step, proposal.id, tunnels));
  const byMetrics = steps.some(({ metrics }) => metrics.length > 0);
  const open = byMetrics ? await store.plans.openProposals() : [];
  return steps
    .map((step) => ({ ...step, metrics: metricsInOwnForce(step.metrics, proposal.id, open) }))
    .filter(({ set, metrics }) => set.length + metrics.length > 0);
}

async function tell(deps: CycleDeps, before: Proposal, reason: string, isLost: boolean): Promise<void> {
  if (before.heldBack === reason) return;
  const atMs = deps.clock.nowMs();
  const execution = before.execution && { ...before.execution, stepAtMs: atMs };
  await writeStep(deps, {
    action: 'restore',
    before,
    after: { ...before, ...(execution ? { execution } : {}), status: 'applied', heldBack: reason, updatedAtMs: atMs },
    ask: { ...BY_ITSELF, reason },
    events: [
      {
        ...{ atMs, type: 'change-lost', severity: isLost ? 'major' : 'minor', cleared: !isLost },
        ...{ linkId: before.cause.links[0] ?? null, deviceId: null, proposalId: before.id },
        message: `${before.id}: the network lost a part of the change: ${reason}`,
        details: {},
      },
    ],
  });
}
