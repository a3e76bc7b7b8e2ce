import { messageOf } from '../../core/errors.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import { isInForce, type Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { stepInForce } from './own-step.ts';
import { writeStep } from './write.ts';

/**
 * Asks the network whether it still has what a proposal in force set, and sets again what it lost: a router that
 * restarts forgets costs that were set while it ran. Told as an event, and verified anew.
 */
export async function restoreLost(deps: CycleDeps, id: string): Promise<void> {
  const { actuator, store, clock } = deps;
  const proposal = await store.plans.proposal(id);
  if (!proposal?.execution || !isInForce(proposal) || proposal.execution.actuator !== actuator.name) return;
  const { tunnels } = await store.traffic.tunnels();
  for (const planned of proposal.execution.steps) {
    const step = stepInForce(planned, id, tunnels);
    if (step.set.length + step.metrics.length === 0) continue;
    const { state, reason } = await actuator.observe(step);
    if (state !== 'before' && state !== 'other') continue;
    const failed = await actuator.apply(step).then(
      () => null,
      (error: unknown) => messageOf(error),
    );
    const atMs = clock.nowMs();
    await tell(
      deps,
      proposal,
      failed === null ? `${reason}: set again` : `${reason}: ${failed}`,
      atMs,
      failed !== null,
    );
    return;
  }
}

async function tell(deps: CycleDeps, before: Proposal, reason: string, atMs: number, isLost: boolean): Promise<void> {
  const execution = before.execution && { ...before.execution, stepAtMs: atMs };
  const isNews = before.heldBack !== reason;
  if (!isNews) return;
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
