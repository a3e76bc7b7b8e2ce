import type { CompiledGraph } from './compiled.ts';
import type { ShortestPaths } from './shortest-path.ts';

interface CostedPath {
  readonly arcs: readonly number[];
  readonly cost: number;
}

/**
 * Up to `count` paths without loops from `source` to `target`, cheapest first (Yen, 1971). `cost` is per arc, >= 0;
 * Infinity closes an arc. Parallel links give different paths.
 */
export function kShortestPaths(
  paths: ShortestPaths,
  source: number,
  target: number,
  cost: Float64Array,
  count: number,
): number[][] {
  const first = cheapest(paths, source, target, cost);
  if (first === null || source === target) return [];
  const found: CostedPath[] = [first];
  const candidates = new Map<string, CostedPath>();
  while (found.length < count) {
    for (const path of spurs(paths, found, target, cost)) candidates.set(path.arcs.join(), path);
    const next = takeCheapest(candidates);
    if (next === null) break;
    found.push(next);
  }
  return found.map(({ arcs }) => [...arcs]);
}

/** Paths that leave the last path found at each of its nodes, by an arc that no path found has taken there. */
function spurs(paths: ShortestPaths, found: readonly CostedPath[], target: number, cost: Float64Array): CostedPath[] {
  const { graph } = paths;
  const last = found.at(-1) as CostedPath;
  const closed = cost.slice();
  const spurred: CostedPath[] = [];
  let rootCost = 0;
  last.arcs.forEach((arc, at) => {
    const root = last.arcs.slice(0, at);
    for (const taken of takenAfter(found, root)) closed[taken] = Infinity;
    const spur = cheapest(paths, graph.tail[arc] as number, target, closed);
    if (spur !== null) spurred.push({ arcs: [...root, ...spur.arcs], cost: rootCost + spur.cost });
    // A path without loops does not come back to a node of its root.
    closeNode(graph, graph.tail[arc] as number, closed);
    rootCost += cost[arc] as number;
  });
  return spurred;
}

/** Arcs by which paths that begin with `root` go on. */
function takenAfter(found: readonly CostedPath[], root: readonly number[]): number[] {
  return found
    .filter(({ arcs }) => arcs.length > root.length && root.every((arc, at) => arcs[at] === arc))
    .map(({ arcs }) => arcs[root.length] as number);
}

function closeNode(graph: CompiledGraph, node: number, cost: Float64Array): void {
  const end = graph.outStart[node + 1] as number;
  for (let slot = graph.outStart[node] as number; slot < end; slot += 1) {
    cost[graph.outArcs[slot] as number] = Infinity;
  }
}

function cheapest(paths: ShortestPaths, source: number, target: number, cost: Float64Array): CostedPath | null {
  paths.from(source, cost, target);
  const arcs = paths.pathTo(target);
  return arcs && { arcs, cost: paths.distance[target] as number };
}

function takeCheapest(candidates: Map<string, CostedPath>): CostedPath | null {
  let best: [string, CostedPath] | null = null;
  for (const entry of candidates) {
    if (best === null || entry[1].cost < best[1].cost) best = entry;
  }
  if (best) candidates.delete(best[0]);
  return best?.[1] ?? null;
}
