import { canonicalJson } from '../../core/ids.ts';
import type { Step } from '../actuator.ts';
import type { Tunnel } from '../proposal.ts';

/**
 * What of a step is to be done. A demand that another proposal has moved since the steps were laid out is that one's now, and
 * is left alone: neither is it led elsewhere, nor is the tunnel taken away that it has by now.
 */
export function stepToApply(step: Step, proposalId: string, present: readonly Tunnel[]): Step {
  const isTakenOver = takenOver(step, proposalId, present);
  return {
    ...step,
    set: step.set.filter(({ demand }) => !isTakenOver(demand)),
    remove: step.remove.filter((demand) => !isTakenOver(demand)),
  };
}

/**
 * What of a step is to be taken back. A demand that another proposal has moved since is that one's now, and is left
 * alone; a tunnel that the step took the place of is restored only while its own proposal stands.
 */
export function stepToRevert(
  step: Step,
  proposalId: string,
  present: readonly Tunnel[],
  standing: ReadonlySet<string>,
): Step {
  const isTakenOver = takenOver(step, proposalId, present);
  return {
    ...stepToApply(step, proposalId, present),
    follows: (step.follows ?? []).filter(({ demand }) => !isTakenOver(demand)),
    before: step.before.filter(({ demand, proposalId: owner }) => !isTakenOver(demand) && standing.has(owner)),
  };
}

/** Whether a demand has a tunnel of another proposal, and not the one that it had before the step. */
function takenOver(step: Step, proposalId: string, present: readonly Tunnel[]): (demand: string) => boolean {
  const now = new Map(present.map((tunnel) => [tunnel.demand, tunnel]));
  const was = new Map(step.before.map((tunnel) => [tunnel.demand, tunnel]));
  return (demand) => {
    const tunnel = now.get(demand);
    if (!tunnel || tunnel.proposalId === proposalId) return false;
    // The step may have been done and not been written: then what was before still stands there.
    return canonicalJson(was.get(demand) ?? null) !== canonicalJson(tunnel);
  };
}

/** What of a step the network must still have: the tunnels that are the proposal's own by now, and metrics. */
export function stepInForce(step: Step, proposalId: string, present: readonly Tunnel[]): Step {
  const own = new Set(present.filter((tunnel) => tunnel.proposalId === proposalId).map(({ demand }) => demand));
  const set = step.set.filter(({ demand }) => own.has(demand));
  return { ...step, set, remove: [], before: step.before.filter(({ demand }) => own.has(demand)) };
}
