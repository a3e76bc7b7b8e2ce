import { CLOCK_SLACK_MS } from '../../store/store.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal } from '../proposal.ts';
import { BY_ITSELF } from './audit.ts';
import { writeStep } from './write.ts';

/** True where the last step lies in the future: the clock was set back since. */
export function isAhead({ execution }: Pick<Proposal, 'execution'>, nowMs: number): boolean {
  return execution !== undefined && execution.stepAtMs > nowMs + CLOCK_SLACK_MS;
}

/**
 * Counts the time of a change's last step from now on. Otherwise nothing would be due, and no sample would be newer
 * than the step, until the clock is where it was. Answers the proposal as written; null where somebody was faster.
 */
export async function countFromNow(deps: CycleDeps, before: Proposal): Promise<Proposal | null> {
  const { execution } = before;
  if (!execution) return null;
  const atMs = deps.clock.nowMs();
  const after: Proposal = { ...before, execution: { ...execution, stepAtMs: atMs }, updatedAtMs: atMs };
  const reason = 'the clock was set back: waiting begins anew';
  return writeStep(deps, { action: 'clock-set-back', before, after, ask: { ...BY_ITSELF, reason } });
}
