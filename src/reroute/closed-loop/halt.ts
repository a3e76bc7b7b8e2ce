import type { CycleDeps } from '../cycle-deps.ts';
import type { Execution } from '../execution.ts';
import { readGuardrails } from '../guardrail-record.ts';
import type { Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { isReturn } from './facts.ts';
import { writeStep } from './write.ts';

/**
 * Why the next step of a change must not be made; null where it may. The kill switch stops what nobody asked for between
 * two steps, where the network is in a state that was checked. What does harm goes back all the same, and what people
 * asked for goes on; so does what a freeze window finds under way.
 */
export async function haltedBy(
  { store }: Pick<CycleDeps, 'store'>,
  { automatic, direction, reason }: Execution,
): Promise<string | null> {
  if (!automatic || (direction === 'back' && !isReturn(reason))) return null;
  const { guardrails } = await readGuardrails(store);
  return guardrails.killSwitch ? `automatic changes are stopped: ${guardrails.killSwitch.reason}` : null;
}

/** Says once, with the proposal and in the audit, where a change has stopped. */
export async function tellHalt(deps: CycleDeps, before: Proposal, { done, steps }: Execution, why: string) {
  const heldBack = `it has stopped after ${done} of ${steps.length} steps: ${why}`;
  if (before.heldBack === heldBack) return;
  const after: Proposal = { ...before, heldBack, updatedAtMs: deps.clock.nowMs() };
  await writeStep(deps, { action: 'hold-back', before, after, ask: { ...BY_ITSELF, reason: heldBack } });
}
