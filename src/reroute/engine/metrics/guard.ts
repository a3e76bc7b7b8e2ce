import type { CompiledGraph } from '../../../twin/compiled.ts';
import { IgpRoutes, type RoutedEnds } from '../igp-routes.ts';
import { movedDemands } from './moved.ts';

/** A share below this is rounding. */
const CRUMB = 1e-12;

export interface GuardInput {
  readonly graph: CompiledGraph;
  readonly ends: readonly RoutedEnds[];
  readonly stale: Uint8Array;
  readonly kept?: Uint8Array;
}

/**
 * Metrics move whatever they move; says which are out of the question: those that move a demand that must stay where it
 * is, or bring one to an arc of which nothing is known.
 */
export function guardOf({ graph, ends, stale, kept }: GuardInput, before: IgpRoutes): (cost: Float64Array) => boolean {
  const hasStale = stale.includes(1);
  if (!hasStale && !kept?.includes(1)) return () => true;
  return (cost) => {
    const after = new IgpRoutes(graph, cost);
    return movedDemands(graph, ends, before, after).every((demand) => {
      if (kept?.[demand]) return false;
      return !hasStale || !comesTo(stale, before, after, ends[demand] as RoutedEnds);
    });
  };
}

function comesTo(marked: Uint8Array, before: IgpRoutes, after: IgpRoutes, ends: RoutedEnds): boolean {
  const had = sharesOn(marked, before, ends);
  return [...sharesOn(marked, after, ends)].some(([arc, share]) => share > (had.get(arc) ?? 0) + CRUMB);
}

function sharesOn(marked: Uint8Array, routes: IgpRoutes, ends: RoutedEnds): Map<number, number> {
  const { arcs, shares } = routes.footprint(ends);
  const found = new Map<number, number>();
  arcs.forEach((arc, at) => {
    if (marked[arc]) found.set(arc, (found.get(arc) ?? 0) + (shares?.[at] ?? 1));
  });
  return found;
}
