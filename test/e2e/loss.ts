import { isInForce, type Proposal } from '../../src/reroute/proposal.ts';
import type { LinkView, Service } from './service.ts';

/** Traffic that each link loses, bit/s, as the API tells it: loss ratio times load, both directions. */
export type LostBps = ReadonlyMap<string, number>;

export function lostBps(links: readonly LinkView[]): LostBps {
  return new Map(
    links.map(({ id, arcs }) => [
      id,
      [arcs.az, arcs.za].reduce((sum, arc) => sum + (arc.lossRatio ?? 0) * (arc.loadBps ?? 0), 0),
    ]),
  );
}

export interface Observation {
  readonly atMs: number;
  readonly lost: LostBps;
  readonly proposals: readonly Proposal[];
}

export async function observe(service: Service): Promise<Observation> {
  const [links, proposals] = await Promise.all([service.links(), service.reroutes()]);
  return { atMs: Date.now(), lost: lostBps(links), proposals };
}

export interface Healed {
  readonly proposal: Proposal;
  readonly lostBeforeBps: number;
  readonly lostAfterBps: number;
}

/** Less than this is no loss that anybody would notice. */
const NOTICEABLE_BPS = 1e6;

/**
 * A reroute that is applied now and after whose application the links that caused it lose less than half of what
 * they lost before; null while there is none. Still applied means that its cause is still there: the loss fell
 * because the traffic was moved, not because the fault ended.
 */
export function healed(history: readonly Observation[]): Healed | null {
  const latest = history.at(-1);
  for (const proposal of latest?.proposals ?? []) {
    if (!isInForce(proposal) || proposal.kind !== 'reroute' || proposal.appliedAtMs === null) continue;
    const lost = (each: Observation): number =>
      proposal.cause.links.reduce((sum, link) => sum + (each.lost.get(link) ?? 0), 0);
    const before = history.filter((each) => each.atMs <= (proposal.appliedAtMs ?? 0) + 2_000).map(lost);
    const lostBeforeBps = Math.max(0, ...before);
    const lostAfterBps = latest ? lost(latest) : lostBeforeBps;
    if (lostBeforeBps > NOTICEABLE_BPS && lostAfterBps < lostBeforeBps / 2) {
      return { proposal, lostBeforeBps, lostAfterBps };
    }
  }
  return null;
}
