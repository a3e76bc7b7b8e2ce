import type { Demand } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import type { CompiledGraph } from '../../twin/compiled.ts';
import type { IgpRoutes, RoutedEnds, SharedPath } from './igp-routes.ts';

const WHOLE = 1e-6;

/**
 * Paths of each demand that stay as they are when something fails: its tunnels, else what the IGP gave it before the
 * failure. Throws INVALID_DEMANDS where a tunnel does not lead from source to target.
 */
export function pinnedPaths(
  graph: CompiledGraph,
  demands: readonly Demand[],
  ends: readonly RoutedEnds[],
  intact: IgpRoutes,
): (readonly SharedPath[])[] {
  return demands.map((demand, index) =>
    demand.paths && demand.paths.length > 0
      ? tunnels(graph, demand, ends[index] as RoutedEnds)
      : intact.listed(ends[index] as RoutedEnds),
  );
}

/** Load of pinned paths, bit/s; a broken one loads the arcs before the break. Returns what is lost. */
export function loadPinned(
  paths: readonly SharedPath[],
  bps: number,
  alive: Uint8Array,
  loadBps: Float64Array,
): number {
  let lostBps = 0;
  for (const { share, arcs } of paths) {
    const broken = arcs.findIndex((arc) => !alive[arc]);
    const reached = broken < 0 ? arcs : arcs.slice(0, broken);
    for (const arc of reached) loadBps[arc] = (loadBps[arc] as number) + share * bps;
    if (broken >= 0) lostBps += share * bps;
  }
  return lostBps;
}

function tunnels(graph: CompiledGraph, demand: Demand, { source, target }: RoutedEnds): SharedPath[] {
  const paths = (demand.paths ?? []).map((path) => ({ share: path.share, arcs: numbered(graph, demand, path.arcs) }));
  const total = paths.reduce((sum, path) => sum + path.share, 0);
  if (Math.abs(total - 1) > WHOLE) throw wrongPath(demand, `shares sum to ${total}, not to 1`);
  for (const { arcs } of paths) {
    let node = source;
    for (const arc of arcs) {
      if (graph.tail[arc] !== node) throw wrongPath(demand, `${graph.arcIds[arc]} does not go on where its path is`);
      node = graph.head[arc] as number;
    }
    if (node !== target) throw wrongPath(demand, 'a path does not end at the target');
  }
  return paths.filter(({ share }) => share > 0);
}

function numbered(graph: CompiledGraph, demand: Demand, arcs: readonly string[]): number[] {
  return arcs.map((id) => {
    const arc = graph.arcIndex.get(id);
    if (arc === undefined) throw wrongPath(demand, `the network has no arc "${id}"`);
    return arc;
  });
}

function wrongPath(demand: Demand, what: string): DetourError {
  return new DetourError('INVALID_DEMANDS', `demand "${demand.id}": ${what}`, {
    field: 'paths',
    value: demand.id,
    hint: 'a path lists the arcs <link>:az or <link>:za from source to target',
  });
}
