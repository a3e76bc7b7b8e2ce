import type { ArcId } from '../core/ids.ts';
import type { CompiledGraph } from './compiled.ts';

/** A share (0..1) of a demand on a path of arc numbers. */
export interface ArcPath {
  readonly share: number;
  readonly arcs: readonly number[];
}

/** An explicit path set that overrides the IGP for one demand; arcs by id. */
export interface PinnedRoute {
  readonly demand: string;
  readonly paths: readonly { readonly share: number; readonly arcs: readonly string[] }[];
}

/** Paths by arc id as paths by arc number; null when an arc is not part of the network. */
export function numberedPaths(graph: CompiledGraph, paths: PinnedRoute['paths']): ArcPath[] | null {
  const numbered: ArcPath[] = [];
  for (const path of paths) {
    const arcs = path.arcs.map((id) => graph.arcIndex.get(id) ?? -1);
    if (arcs.includes(-1)) return null;
    numbered.push({ share: path.share, arcs });
  }
  return numbered;
}

export function namedPaths(graph: CompiledGraph, paths: readonly ArcPath[]): { share: number; arcs: ArcId[] }[] {
  return paths.map((path) => ({ share: path.share, arcs: path.arcs.map((arc) => graph.arcIds[arc] as ArcId) }));
}

/** Adds `bps` (negative to take it away) on the paths by their shares; no arc goes below 0 by rounding. */
export function addPaths(loadBps: Float64Array, paths: readonly ArcPath[], bps: number): void {
  for (const path of paths) {
    for (const arc of path.arcs) loadBps[arc] = Math.max(0, (loadBps[arc] as number) + bps * path.share);
  }
}

export function sumShares(paths: readonly ArcPath[]): number {
  return paths.reduce((sum, path) => sum + path.share, 0);
}

/** Equal paths become one; shares are scaled to sum to 1 against rounding. */
export function mergePaths(paths: readonly ArcPath[]): ArcPath[] {
  const merged = new Map<string, ArcPath>();
  for (const path of paths) {
    const key = path.arcs.join(' ');
    merged.set(key, { arcs: path.arcs, share: (merged.get(key)?.share ?? 0) + path.share });
  }
  const total = sumShares([...merged.values()]);
  return [...merged.values()].map((path) => ({ ...path, share: path.share / total }));
}
