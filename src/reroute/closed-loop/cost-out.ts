import { DetourError } from '../../core/errors.ts';
import { formatRatio } from '../../core/units.ts';
import { type ArcPath, namedPaths } from '../../twin/arc-path.ts';
import { currentPaths, igpPaths, type Twin, withClosed } from '../../twin/twin.ts';
import type { StepChange } from '../actuator.ts';
import type { Proposal, Tunnel } from '../proposal.ts';
import type { LiveView } from './differences.ts';

/** The highest cost that OSPF has for an interface (RFC 2328, appendix C.3): used only where there is no other way. */
const MAX_METRIC = 65_535;

export interface CostOut {
  readonly changes: readonly StepChange[];
  /** bit/s per arc that every demand comes to by it. */
  readonly afterBps: Float64Array;
}

/**
 * A proposal as metric changes: the links that its traffic has to leave get the highest cost at both ends, and every
 * demand goes where the IGP then takes it. Throws UNREALISABLE where that is no answer: for an overload, and where an
 * arc would be filled beyond the limit.
 */
export function costOut({ board, limits }: LiveView, proposal: Proposal): CostOut {
  const { twin } = board;
  if (proposal.cause.kind !== 'unhealthy') throw unrealisable(proposal, 'only links to be left can be costed out');
  const arcs = twin.graph.arcIds.flatMap((_id, arc) =>
    proposal.cause.links.includes(twin.linkOf[arc] as string) && !twin.closed[arc] ? [arc] : [],
  );
  const closed = twin.closed.slice();
  for (const arc of arcs) closed[arc] = 1;
  const after = withClosed(twin, closed, []);
  requireRoom(twin, after, limits.utilisationLimit, proposal);
  const metrics = arcs.map((arc) => ({
    arc: twin.graph.arcIds[arc] as string,
    from: twin.graph.metric[arc] as number,
    to: MAX_METRIC,
  }));
  const change = { set: [], remove: [], before: [], metrics, follows: movedTunnels(twin, after, proposal.id) };
  return { changes: [change], afterBps: after.loadBps };
}

function requireRoom(before: Twin, after: Twin, limit: number, proposal: Proposal): void {
  const { arcIds, capacityBps } = after.graph;
  const overfull = arcIds.findIndex((_id, arc) => {
    const [now, then] = [before.loadBps[arc] as number, after.loadBps[arc] as number];
    return then > now * (1 + 1e-9) && then > limit * (capacityBps[arc] as number);
  });
  if (overfull < 0) return;
  const utilisation = (after.loadBps[overfull] as number) / (capacityBps[overfull] as number);
  const what = `${arcIds[overfull]} would be filled to ${formatRatio(utilisation)}, the limit is ${formatRatio(limit)}`;
  throw unrealisable(proposal, `costing out ${proposal.cause.links.join(', ')} moves too much: ${what}`);
}

/** Demands that go another way then. Those that no other way is left for stay where they are. */
function movedTunnels(before: Twin, after: Twin, proposalId: string): Tunnel[] {
  const stranded = new Set(after.lost);
  return before.demands.flatMap(({ id, source, target }, index) => {
    if (source === target || stranded.has(index)) return [];
    const [was, is] = [currentPaths(before, index), igpPaths(after, index)];
    if (textOf(was) === textOf(is)) return [];
    return [{ demand: id, source, target, paths: namedPaths(after.graph, is), proposalId }];
  });
}

function textOf(paths: readonly ArcPath[]): string {
  return paths
    .map(({ share, arcs }) => `${share.toFixed(6)} ${arcs.join(' ')}`)
    .sort()
    .join('|');
}

function unrealisable({ id }: Proposal, why: string): DetourError {
  return new DetourError('UNREALISABLE', `proposal ${id}: ${why}`, {
    field: 'realisation',
    value: 'metrics',
    hint: 'an actuator that sets explicit paths can carry it out',
  });
}
