import { arcId, DIRECTIONS } from '../../core/ids.ts';
import { DEFAULT_THRESHOLDS } from '../../health/thresholds.ts';
import { type Trust, trustOf } from '../../health/trust.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Proposal } from '../proposal.ts';

/** From the worst to the best: the links together are as good as their worst direction. */
const ORDER = ['lossy', 'not-yet', 'unknown', 'clean'] as const;
/** What would make a link unhealthy again is what it has to be shown not to do. */
const MOST_LOSS = DEFAULT_THRESHOLDS.loss.unhealthy;

/** How far the links that a proposal emptied can be trusted with their traffic again, by what still crosses them. */
export async function trustInLinks(
  { store }: Pick<CycleDeps, 'store'>,
  { cause }: Pick<Proposal, 'cause'>,
): Promise<Trust> {
  if (cause.kind !== 'unhealthy') return { verdict: 'clean', reason: 'the link was not emptied' };
  const states = await store.links.readAll();
  const trusts = cause.links.flatMap((link) => {
    const state = states.get(link);
    if (!state) return [{ verdict: 'unknown' as const, reason: `nothing is known of ${link}` }];
    return DIRECTIONS.map((direction) => trustOf(arcId(link, direction), state.arcs[direction], MOST_LOSS));
  });
  const worst = trusts.sort((x, y) => ORDER.indexOf(x.verdict) - ORDER.indexOf(y.verdict))[0];
  return worst ?? { verdict: 'unknown', reason: 'it names no links' };
}
