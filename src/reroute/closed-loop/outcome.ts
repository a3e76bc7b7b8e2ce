import type { LinkState } from '../../health/link-state.ts';
import { withStaleness } from '../../health/staleness.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal } from '../proposal.ts';
import { lostReach, readReach } from '../reachability.ts';
import { movedBps } from '../write-up.ts';
import { compare } from './compare.ts';
import { measureFigures } from './figures.ts';

/** Routers are asked for their tables this often for one change, and not before they had time to settle, ms. */
const ASK_EVERY_MS = 2_000;
const SETTLE_MS = 1_000;

const OUTAGE_MS = 10_000;
/** Ends the reason of an outcome that may not be the change's doing: it goes back, but the cause is not barred for it. */
export const WENT_DOWN_TOO = 'went down meanwhile';
/** To go back onto a link that is down would mend nothing: what routers lost as it broke is waited out. */
const JUST_DOWN = 'has just gone down';

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
  const outcome = compare({
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
  if (outcome.verdict === 'worse') {
    const own = proposal.cause.links.find((id) => wentDown(states.get(id), nowMs - OUTAGE_MS));
    if (own !== undefined)
      return { ...outcome, verdict: 'pending', reason: `${own}, which it leads around, ${JUST_DOWN}` };
    return { ...outcome, reason: outcome.reason + meanwhile(states, execution?.stepAtMs ?? nowMs) };
  }
  const lost = await unreachable(deps, proposal, isDue);
  return lost === null ? outcome : { ...outcome, verdict: 'worse', reason: lost };
}

/** Names a link whose outage may be what made things worse; empty where there was none. */
function meanwhile(states: ReadonlyMap<string, LinkState>, stepAtMs: number): string {
  // What was measured just after an outage is not yet what the routers make of it.
  const other = [...states.values()].find((state) => wentDown(state, stepAtMs - OUTAGE_MS));
  return other ? `; ${other.linkId} ${WENT_DOWN_TOO}` : '';
}

function wentDown(state: LinkState | undefined, sinceMs: number): boolean {
  return state?.state === 'down' && state.sinceMs > sinceMs;
}

/** What the routers' own tables do not lead to any more, in words; null where all is as before, or nobody can say. */
async function unreachable(
  { store, actuator, clock }: CycleDeps,
  proposal: Proposal,
  isDue: boolean,
): Promise<string | null> {
  const { execution, id } = proposal;
  if (!execution?.reach || clock.nowMs() - execution.stepAtMs < SETTLE_MS) return null;
  // Before a good outcome is believed they are asked in any case.
  if (!isDue && !(await store.leases.once(`reach:${id}`, ASK_EVERY_MS))) return null;
  const now = await readReach(actuator, proposal);
  const lost = now ? lostReach(execution.reach, now) : [];
  if (lost.length === 0) return null;
  const named = lost.slice(0, 3).map(({ router, destination }) => `${router} has no route to ${destination}`);
  return `${named.join(', ')}${lost.length > 3 ? ` (and ${lost.length - 3} more)` : ''} since the change`;
}
