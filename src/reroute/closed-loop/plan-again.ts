import { formatBps } from '../../core/units.ts';
import type { CycleDeps } from '../cycle-deps.ts';
import type { Difference, LiveView } from '../live-view.ts';
import type { PlanInput, PlanOutcome } from '../plan.ts';
import { planReroutes } from '../planner.ts';
import { isSameCause, type Move, type Proposal } from '../proposal.ts';
import { type Benefit, benefitOf } from './benefit.ts';

/** A proposal that does this part of what a plan made now would do is good enough: figures waver. */
export const GOOD_ENOUGH = 0.9;
/** Ways that are longer by more than this factor, and by this much, are not the same any more. */
const LATENCY_FACTOR = 1.1;
const LATENCY_MS = 5;
/** Refused so often in a row a proposal is not held against a better plan: some networks change faster than plans. */
export const MOST_REFUSALS = 3;
/** Demands that are named one by one. */
const MAX_NAMED = 10;
/** The look is kept nowhere, so its names name nothing. */
const IDS = { planId: 'look', inputId: 'look' };

/**
 * Plans for the cause of a proposal again, from the network as it is now, and says what differs: that nothing can be
 * planned, that nothing would be proposed any more, or that what would be is much better. Empty where the proposal is as
 * good as new.
 */
export async function planDifferences(deps: CycleDeps, view: LiveView, proposal: Proposal): Promise<Difference[]> {
  const input: PlanInput = { ...view.input, anew: proposal.id };
  const outcome = deps.makePlan
    ? await deps.makePlan(input, 'request', IDS)
    : planReroutes(deps.network, input, 'request', IDS);
  return compareWithPlan(view, proposal, outcome);
}

/** What a plan made now has against a proposal. Pure. */
export function compareWithPlan(view: LiveView, proposal: Proposal, { plan, changed }: PlanOutcome): Difference[] {
  if (plan.refused) {
    const message = `no plan can be made now: ${plan.refused.reason}`;
    return [{ field: 'plan', message, value: plan.refused.code }];
  }
  const links = proposal.cause.links.join(', ');
  const now = changed.find(({ cause }) => isSameCause(cause, proposal.cause));
  const proposed = benefitOf(view, proposal.cause, proposal.moves);
  if (!now) {
    // What of an earlier revision is in the network may be all that is left of it.
    if (proposal.appliedAtMs !== null && proposed.reliefBps <= 0) return [];
    return [{ field: 'plan', message: `a plan made now would move nothing for ${links}`, value: null }];
  }
  if ((proposal.refusals ?? 0) >= MOST_REFUSALS) return [];
  const fresh = benefitOf(view, proposal.cause, now.moves);
  if (isAsGood(proposed, fresh)) return [];
  const value = { proposed, now: fresh };
  return [
    { field: 'plan', message: inWords(proposal, proposed, now, fresh), value },
    ...otherWays(proposal.moves, now.moves),
  ];
}

function isAsGood(proposed: Benefit, now: Benefit): boolean {
  if (proposed.reliefBps < GOOD_ENOUGH * now.reliefBps) return false;
  if (proposed.latencyMs === null || now.latencyMs === null) return true;
  return proposed.latencyMs <= Math.max(now.latencyMs * LATENCY_FACTOR, now.latencyMs + LATENCY_MS);
}

function inWords(proposal: Proposal, proposed: Benefit, now: Proposal, fresh: Benefit): string {
  const what = proposal.cause.kind === 'overload' ? 'above the limit on' : 'off';
  const links = proposal.cause.links.join(', ');
  const of = ({ moves }: Proposal, { reliefBps, latencyMs }: Benefit): string => {
    const delay = latencyMs === null ? '' : `, over ways of ${latencyMs.toFixed(1)} ms on average`;
    return `${moves.length} demand(s) and ${formatBps(Math.max(0, reliefBps))}${delay}`;
  };
  const verb = what === 'off' ? 'takes' : 'relieves';
  return `it ${verb} ${of(proposal, proposed)} ${what} ${links}; a plan made now would: ${of(now, fresh)}`;
}

/** Demands that go another way, or only in one of the two, the largest first. */
function otherWays(before: readonly Move[], now: readonly Move[]): Difference[] {
  const [was, is] = [byDemand(before), byDemand(now)];
  const demands = [...new Set([...was.keys(), ...is.keys()])].filter(
    (demand) => waysOf(was.get(demand)) !== waysOf(is.get(demand)),
  );
  const bpsOf = (demand: string): number => (is.get(demand) ?? was.get(demand))?.bps ?? 0;
  return demands
    .sort((x, y) => bpsOf(y) - bpsOf(x) || (x < y ? -1 : 1))
    .slice(0, MAX_NAMED)
    .map((demand) => {
      const [from, to] = [was.get(demand), is.get(demand)];
      const message = `proposed: ${describe(from)}; now: ${describe(to)}`;
      return { field: `moves[${demand}]`, message, value: to?.to ?? null };
    });
}

function byDemand(moves: readonly Move[]): Map<string, Move> {
  return new Map(moves.map((move) => [move.demand, move]));
}

function waysOf(move: Move | undefined): string {
  return JSON.stringify(move?.to.map(({ share, arcs }) => [share.toFixed(3), arcs]) ?? null);
}

function describe(move: Move | undefined): string {
  if (!move) return 'stays where it is';
  const ways = move.to.map(({ arcs }) => arcs.join(' > ')).join(' and ');
  return `${formatBps(move.bps)} over ${ways} (${move.latencyMs.after.toFixed(1)} ms)`;
}
