import { ROUNDING } from './check.ts';
import { arcNumbers, demandNumbers, type Facts } from './facts.ts';
import type { Flow } from './flow.ts';

/** Demands that the trouble concerns. An arc exactly at its limit may be called either way, so there are two sets. */
export interface Affected {
  readonly surely: ReadonlySet<number>;
  /** Includes the sure ones. */
  readonly perhaps: ReadonlySet<number>;
}

/** A share below this is rounding. */
const NO_SHARE = 1e-12;

/**
 * Derives the affected demands: with traffic on an arc to avoid, to relieve, or above its limit; where routes are
 * pinned, also on a failed arc. Demands that cannot be carried at all, and those without traffic, need no help.
 */
export function affectedDemands(facts: Facts): Affected {
  const { plan, table, demands, before, alive, avoided } = facts;
  const hopeless = new Set(demandNumbers(facts, plan.unavoidable.demands));
  const named = new Set([...avoided, ...arcNumbers(table, plan.relieved)]);
  const surely = new Set<number>();
  const perhaps = new Set<number>();
  const arcs = { surely: (arc: number) => named.has(arc) || isAbove(facts, arc, 1 + ROUNDING) || !alive[arc] };
  demands.forEach(({ bps }, demand) => {
    if (hopeless.has(demand)) return;
    const flow = before[demand] as Flow;
    if (bps > 0 && runsOver(flow, arcs.surely)) surely.add(demand);
    if (runsOver(flow, (arc) => arcs.surely(arc) || isAbove(facts, arc, 1 - ROUNDING))) perhaps.add(demand);
  });
  return { surely, perhaps };
}

function isAbove({ beforeBps, limitBps }: Facts, arc: number, factor: number): boolean {
  return (beforeBps[arc] as number) > (limitBps[arc] as number) * factor;
}

function runsOver({ sent }: Flow, marked: (arc: number) => boolean): boolean {
  for (const [arc, share] of sent) if (share > NO_SHARE && marked(arc)) return true;
  return false;
}
