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
/** An arc nearer to its limit than this is at it. */
const AT_LIMIT = 1e-8;

/**
 * Derives the affected demands: with traffic on an arc to avoid, to relieve, or (unless others were named) above its
 * limit; where routes are pinned, also on a failed arc. Demands that cannot be carried at all, that were to be left
 * alone, or that have no traffic, need no help.
 */
export function affectedDemands(facts: Facts): Affected {
  const { plan, table, demands, before, alive, avoided } = facts;
  const left = new Set(demandNumbers(facts, [...plan.unavoidable.demands, ...(plan.kept ?? [])]));
  const named = new Set([...avoided, ...arcNumbers(table, plan.relieved)]);
  const surely = new Set<number>();
  const perhaps = new Set<number>();
  const isMarked = (arc: number): boolean => named.has(arc) || !alive[arc] || (isAuto(facts) && isAbove(facts, arc));
  demands.forEach(({ bps }, demand) => {
    if (left.has(demand)) return;
    const flow = before[demand] as Flow;
    if (bps > 0 && runsOver(flow, isMarked)) surely.add(demand);
    if (flow.sent.size === 0 || runsOver(flow, (arc) => isMarked(arc) || isAtLimit(facts, arc))) perhaps.add(demand);
  });
  return { surely, perhaps };
}

function isAuto({ plan }: Facts): boolean {
  return plan.relieve !== 'named';
}

/** Arcs that `relieved` should name and does not, or names and should not. */
export function wronglyRelieved(facts: Facts): {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
} {
  const { plan, table, alive } = facts;
  if (!isAuto(facts)) return { missing: [], extra: [] };
  const relieved = new Set(plan.relieved);
  return {
    missing: table.ids.filter((id, arc) => alive[arc] && isAbove(facts, arc) && !relieved.has(id)),
    extra: plan.relieved.filter((id) => !isAtLimit(facts, table.index.get(id) as number)),
  };
}

function isAbove({ beforeBps, limitBps }: Facts, arc: number): boolean {
  return (beforeBps[arc] as number) > (limitBps[arc] as number) * (1 + AT_LIMIT);
}

/** At its limit or above. */
function isAtLimit({ beforeBps, limitBps }: Facts, arc: number): boolean {
  return (beforeBps[arc] as number) > (limitBps[arc] as number) * (1 - AT_LIMIT);
}

function runsOver({ sent }: Flow, marked: (arc: number) => boolean): boolean {
  for (const [arc, share] of sent) if (share > NO_SHARE && marked(arc)) return true;
  return false;
}
