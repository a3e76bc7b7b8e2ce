import type { MetricAims } from './score.ts';

/** Loads below this part of an arc's capacity are rounding. */
const NOTHING = 1e-9;

/** Arcs with the worst trouble: traffic where none should be, then the highest load against the limit. */
export function hottestArcs(
  { graph, limit, alive, avoided, stale }: MetricAims,
  loadBps: Float64Array,
  beforeBps: Float64Array,
  count: number,
): number[] {
  const trouble = new Map<number, number>();
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    const load = loadBps[arc] as number;
    const capacity = graph.capacityBps[arc] as number;
    if (!alive[arc] || load <= NOTHING * capacity) continue;
    const isMore = stale[arc] === 1 && load > (beforeBps[arc] as number) + NOTHING * capacity;
    const isWrong = avoided[arc] === 1 || isMore;
    trouble.set(arc, load / (capacity * (limit[arc] as number)) + (isWrong ? 1 : 0));
  }
  return [...trouble]
    .sort(([x, hotX], [y, hotY]) => hotY - hotX || x - y)
    .slice(0, count)
    .map(([arc]) => arc);
}
