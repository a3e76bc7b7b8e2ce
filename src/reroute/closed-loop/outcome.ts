import { withStaleness } from '../../health/staleness.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal } from '../proposal.ts';
import { movedBps } from '../write-up.ts';
import { compare } from './compare.ts';
import { measureFigures } from './figures.ts';

/** How the network does since the last step of a proposal's change, against what was predicted. */
export async function measuredOutcome(
  deps: CycleDeps,
  proposal: Proposal,
  isDue: boolean,
): Promise<ReturnType<typeof compare>> {
  const { store, network, clock, limits } = deps;
  const nowMs = clock.nowMs();
  const known = await store.links.readAll();
  const states = new Map([...known].map(([id, state]) => [id, withStaleness(state, id, nowMs)]));
  const execution = proposal.execution;
  return compare({
    arcs: measureFigures(execution?.arcs ?? [], states, execution?.stepAtMs ?? nowMs),
    allowedBps: (arc) => {
      const [, id, direction] = /^(.+):(az|za)$/s.exec(arc) ?? [];
      const capacity = network.linkById.get(id ?? '')?.capacityBps[direction === 'az' ? 'az' : 'za'];
      return capacity === undefined ? Infinity : capacity * limits.utilisationLimit;
    },
    movedBps: proposal.moves.reduce((sum, move) => sum + movedBps(move), 0),
    nowMs,
    isDue,
  });
}
