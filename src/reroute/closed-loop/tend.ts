import { takeBack } from '../apply.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import { readGuardrails } from '../guardrail-record.ts';
import { stoppedBy } from '../guardrails.ts';
import { drainFor, drainNow, type Maintenance, maintenanceState, readMaintenance } from '../maintenance.ts';
import { isInForce, type Proposal, type ProposalBrief } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { driveChange } from './drive.ts';
import { restoreLost } from './restore.ts';
import { trustInLinks } from './trusted.ts';
import { verifyChange } from './verify.ts';

/** How often the network is asked whether it still has what changes set. */
const OBSERVE_EVERY_MS = 15_000;

/**
 * One look after everything that is under way: changes go on (also those of a process that ended), what is in the
 * network is verified or taken back, drains end with their window, and what the network forgot is set again; the last two
 * wait while the kill switch or a freeze holds changes back.
 */
export async function tendChanges(deps: CycleDeps): Promise<void> {
  const briefs = await deps.store.plans.briefs('open');
  for (const { id } of briefs.filter(({ status }) => status === 'applying')) await driveChange(deps, id);
  for (const { id } of briefs.filter(({ status }) => status === 'applied')) {
    const proposal = await deps.store.plans.proposal(id);
    if (proposal) await verifyChange(deps, proposal);
  }
  const inForce = briefs.filter(isInForce);
  if (inForce.length === 0) return;
  const { guardrails } = await readGuardrails(deps.store);
  const stopped = stoppedBy(guardrails, deps.clock.nowMs());
  if (stopped === null) await endDrains(deps, inForce, await readMaintenance(deps.store));
  if (await deps.store.leases.once('observe-changes', OBSERVE_EVERY_MS)) {
    for (const { id } of inForce) await restoreLost(deps, id, stopped);
  }
}

/** A drain whose window is over goes back, unless its links are still away. */
async function endDrains(
  deps: CycleDeps,
  inForce: readonly ProposalBrief[],
  windows: readonly Maintenance[],
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  for (const brief of inForce) {
    const window = drainFor(brief, windows);
    if (!window || maintenanceState(window, nowMs) === 'planned' || drainNow(brief, windows, nowMs)) continue;
    const proposal = await deps.store.plans.proposal(brief.id);
    if (proposal && isInForce(proposal) && (await isBack(deps, proposal)))
      await takeBack(deps, proposal, 'maintenance over: traffic returned to the IGP', BY_ITSELF);
  }
}

/** Links that are to get their traffic back must be up, known, not bad, and not be seen to lose packets. */
async function isBack(deps: CycleDeps, { cause }: Proposal): Promise<boolean> {
  const states = await deps.store.links.readAll();
  if ((await trustInLinks(deps, { cause })).verdict === 'lossy') return false;
  return cause.links.every((id) => {
    const state = states.get(id);
    return state !== undefined && !state.adminDown && ['healthy', 'degraded'].includes(state.state);
  });
}
