import type { CompiledGraph } from '../../src/twin/compiled.ts';

/** All paths without loops from source to target over arcs that `allowed` lets through. */
export function simplePaths(
  graph: CompiledGraph,
  source: number,
  target: number,
  allowed: (arc: number) => boolean,
): number[][] {
  const found: number[][] = [];
  const walk = (node: number, seen: Set<number>, arcs: number[]): void => {
    if (node === target) {
      found.push(arcs);
      return;
    }
    for (let arc = 0; arc < graph.arcCount; arc += 1) {
      const next = graph.head[arc] as number;
      if (graph.tail[arc] !== node || seen.has(next) || !allowed(arc)) continue;
      walk(next, new Set([...seen, next]), [...arcs, arc]);
    }
  };
  walk(source, new Set([source]), []);
  return found;
}
