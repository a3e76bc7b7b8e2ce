import { DetourError, type ErrorCode } from '../../core/errors.ts';
import { applyProposal } from '../apply.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import { readGuardrails } from '../guardrail-record.ts';
import { type Guardrails, modeFor } from '../guardrails.ts';
import { drainFor, drainNow, type Maintenance, readMaintenance } from '../maintenance.ts';
import { type Proposal, type ProposalBrief, waitsForApply } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { MOST_REFUSALS } from './plan-again.ts';
import { writeStep } from './write.ts';

/** Why a change that nobody asked for may wait; anything else is a fault. */
const HELD_BACK: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DETOUR_ERR_CONFLICT',
  'DETOUR_ERR_WORLD_CHANGED',
  'DETOUR_ERR_GUARDRAIL',
  'DETOUR_ERR_UNREALISABLE',
]);

/** What decides whether a proposal is applied by itself. */
export interface Automation {
  readonly guardrails: Guardrails;
  readonly windows: readonly Maintenance[];
  /** Where a change begins: then a window that has ended, or was cancelled, approves nothing any more. */
  readonly beginsAtMs?: number;
  readonly configured: CycleDeps['mode'];
}

/** What decides on changes that begin now. */
export async function readBeginning(deps: Pick<CycleDeps, 'store' | 'mode' | 'clock'>): Promise<Automation> {
  return { ...(await readAutomation(deps)), beginsAtMs: deps.clock.nowMs() };
}

export async function readAutomation({ store, mode }: Pick<CycleDeps, 'store' | 'mode'>): Promise<Automation> {
  const [{ guardrails }, windows] = await Promise.all([readGuardrails(store), readMaintenance(store)]);
  return { guardrails, windows, configured: mode };
}

/** True where nobody has to decide: by mode, or because somebody planned the drain. The kill switch stops both. */
export function isAutomatic(
  { guardrails, windows, configured, beginsAtMs }: Automation,
  proposal: Pick<Proposal, 'cause'>,
): boolean {
  if (guardrails.killSwitch) return false;
  if (modeFor(guardrails, configured, proposal) === 'auto') return true;
  const window = beginsAtMs === undefined ? drainFor(proposal, windows) : drainNow(proposal, windows, beginsAtMs);
  return window !== null;
}

/** True for what would be applied by itself, and may be after another plan: nothing holds it back but the plan it is of. */
export function isForNextPlan(automation: Automation, brief: ProposalBrief): boolean {
  const { heldBack, outdatedAtMs, refusals = 0 } = brief;
  const isHeld = heldBack !== undefined && (outdatedAtMs === undefined || refusals >= MOST_REFUSALS);
  return !isHeld && isAutomatic(automation, brief);
}

/** Applies what waits and may be applied by itself, one after another; what is held back says why, and waits on. */
export async function applyAutomatically(deps: CycleDeps): Promise<void> {
  if (!deps.actuator.changesNetwork) return;
  const waiting = (await deps.store.plans.briefs('open')).filter(waitsForApply);
  if (waiting.length === 0) return;
  const automation = await readBeginning(deps);
  const automatic = waiting.filter((brief) => isAutomatic(automation, brief));
  for (const brief of automatic.sort((x, y) => (x.id < y.id ? -1 : 1))) {
    await deps.reach?.('before-apply');
    await applyProposal(deps, brief.id).catch((error: unknown) => holdBack(deps, brief, error));
    await deps.reach?.('after-apply');
  }
}

/** Keeps the reason with the proposal, once; its next revision is looked at anew. */
async function holdBack(deps: CycleDeps, brief: ProposalBrief, error: unknown): Promise<void> {
  if (!(error instanceof DetourError) || !HELD_BACK.has(error.code)) throw error;
  const before = await deps.store.plans.proposal(brief.id);
  if (!before || !waitsForApply(before) || before.heldBack === error.message) return;
  const after: Proposal = { ...before, heldBack: error.message, updatedAtMs: deps.clock.nowMs() };
  const ask = { ...BY_ITSELF, reason: error.message };
  await writeStep(deps, { action: 'hold-back', before, after, ask, details: { code: error.code } });
}
