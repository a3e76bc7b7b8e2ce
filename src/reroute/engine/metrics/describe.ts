import { formatBps } from '../../../core/units.ts';
import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { MetricDeadlock } from './metric-order.ts';

const SHOWN = 4;

/** Why the metrics cannot all be changed one by one, in words. */
export function describeMetricDeadlock(
  graph: CompiledGraph,
  changes: readonly { readonly arc: number }[],
  { blocks, changes: left, isProven }: MetricDeadlock,
): string {
  const nameOf = (change: number): string => graph.arcIds[changes[change]?.arc ?? -1] as string;
  const certainty = isProven ? 'no safe order of the metric changes exists' : 'no safe order was found';
  const shown = blocks.slice(0, SHOWN).map(({ change, arc, excessBps }) => {
    return `with ${nameOf(change)} next, ${graph.arcIds[arc]} carries ${formatBps(excessBps)} too much`;
  });
  return `${certainty}: ${left.length} of them cannot follow${shown.length > 0 ? ` (${shown.join('; ')})` : ''}`;
}
