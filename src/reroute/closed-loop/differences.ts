import { parseArcId } from '../../core/ids.ts';
import { formatRatio } from '../../core/units.ts';
import type { Board } from '../board.ts';
import type { Condition } from '../condition.ts';
import { adoptStanding } from '../lifecycle.ts';
import type { PlanLimits } from '../plan.ts';
import type { Proposal } from '../proposal.ts';

/** Something that is not as it was when a proposal was made, so that it does not hold any more. */
export interface Difference {
  /** `cause`, or the demand whose move does not hold. */
  readonly field: string;
  readonly message: string;
  readonly value: unknown;
}

export interface LiveView {
  readonly board: Board;
  readonly condition: Condition;
  readonly limits: PlanLimits;
}

/**
 * Looks at a proposal against the network as it is now, and puts its moves on the board: every difference that speaks
 * against carrying it out; empty when it holds. A cause that has ended is one, unless the proposal is in the network.
 */
export function differencesOf(view: LiveView, proposal: Proposal): Difference[] {
  const dropped = adoptStanding(view, [{ ...proposal, status: 'proposed' }]).get(proposal.id) ?? new Set<string>();
  const moves = proposal.moves.filter(({ demand }) => dropped.has(demand));
  return [
    ...causeDifference(view, proposal),
    ...moves.map(({ demand, to }) => {
      const arcs = to.flatMap((path) => path.arcs);
      return { field: `moves[${demand}]`, message: whyDropped(view, demand, arcs), value: arcs };
    }),
  ];
}

function causeDifference({ board, condition }: LiveView, { cause, appliedAtMs }: Proposal): Difference[] {
  if (cause.kind !== 'unhealthy' || appliedAtMs !== null) return [];
  const bad = new Set(board.twin.linkOf.filter((_link, arc) => condition.bad[arc] || board.twin.closed[arc]));
  const well = cause.links.filter((link) => !bad.has(link));
  if (well.length < cause.links.length) return [];
  return [{ field: 'cause', message: `${well.join(', ')} is not unhealthy any more`, value: well }];
}

function whyDropped({ board, condition, limits }: LiveView, demand: string, arcs: readonly string[]): string {
  const { twin } = board;
  if (!twin.demandIndex.has(demand)) return `demand ${demand} is not there any more`;
  const numbers = arcs.map((id) => [id, twin.graph.arcIndex.get(id)] as const);
  const unknown = numbers.find(([, arc]) => arc === undefined);
  if (unknown) return `arc ${unknown[0]} is not there any more`;
  const closed = numbers.find(([, arc]) => twin.closed[arc as number]);
  if (closed) return `link ${linkOf(closed[0])} is down`;
  const shunned = numbers.find(([, arc]) => condition.shunned[arc as number]);
  if (shunned) return `link ${linkOf(shunned[0])} is not healthy`;
  return `a new path has no room below ${formatRatio(limits.utilisationLimit)} any more`;
}

function linkOf(arc: string): string {
  return parseArcId(arc)?.linkId ?? arc;
}
