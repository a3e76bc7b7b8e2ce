import { parseArcId } from '../../core/ids.ts';
import { formatRatio } from '../../core/units.ts';
import { adoptStanding } from '../adopt.ts';
import { overloadIsMeasured } from '../causes.ts';
import type { Difference, LiveView } from '../live-view.ts';
import { metricDifferences } from '../metrics/differences.ts';
import type { Proposal } from '../proposal.ts';

/**
 * Looks at a proposal against the network as it is now, and puts its moves on the board: every difference that speaks
 * against carrying it out; empty when it holds. A cause that has ended is one, unless the proposal is in the network.
 */
export function differencesOf(view: LiveView, proposal: Proposal): Difference[] {
  const cause = causeDifference(view, proposal);
  if (view.input.realisation === 'metrics') return [...cause, ...metricDifferences(view, proposal)];
  const { tunnels } = view.input;
  adoptStanding(view, underWay(view, proposal), tunnels);
  const asked: Proposal = { ...proposal, status: 'proposed' };
  const dropped = adoptStanding(view, [asked], tunnels).get(proposal.id) ?? new Set<string>();
  const moves = proposal.moves.filter(({ demand }) => dropped.has(demand));
  return [
    ...cause,
    ...moves.map(({ demand, to }) => {
      const arcs = to.flatMap((path) => path.arcs);
      return { field: `moves[${demand}]`, message: whyDropped(view, demand, arcs), value: arcs };
    }),
  ];
}

/** Other proposals whose steps are still being made: what they take is taken, though not all of it shows yet. */
function underWay({ input }: LiveView, { id }: Proposal): Proposal[] {
  return input.open
    .filter((other) => other.id !== id && other.status === 'applying' && other.execution?.direction === 'forward')
    .map((other) => ({ ...other, status: 'proposed' }));
}

function causeDifference(view: LiveView, { cause, appliedAtMs }: Proposal): Difference[] {
  if (appliedAtMs !== null) return [];
  if (cause.kind === 'overload') return overloadDifference(view, cause.links);
  if (cause.kind !== 'unhealthy') return [];
  const { board, condition } = view;
  const bad = new Set(
    board.twin.linkOf.filter((_link, arc) => condition.bad[arc] || condition.lasting[arc] || board.twin.closed[arc]),
  );
  const well = cause.links.filter((link) => !bad.has(link));
  if (well.length < cause.links.length) return [];
  return [{ field: 'cause', message: `${well.join(', ')} is not unhealthy any more`, value: well }];
}

/** An overload is over where no arc of it is above the limit any more, by the model or by measurement. */
function overloadDifference({ board, limits }: LiveView, links: readonly string[]): Difference[] {
  const { twin } = board;
  const limit = limits.utilisationLimit;
  const isOver = twin.graph.arcIds.every((id, arc) => {
    const link = twin.linkOf[arc] as string;
    if (!links.includes(link)) return true;
    const isFull = (twin.loadBps[arc] as number) > limit * (twin.graph.capacityBps[arc] as number);
    return !isFull && !overloadIsMeasured(twin.states.get(link), id, limit);
  });
  if (!isOver) return [];
  return [{ field: 'cause', message: `${links.join(', ')} is not overloaded any more`, value: links }];
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
