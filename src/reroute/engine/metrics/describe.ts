import { formatBps } from '../../../core/units.ts';
import type { CompiledGraph } from '../../../twin/compiled.ts';
import type { MetricDeadlock } from './metric-order.ts';

const SHOWN = 4;

/** Metrics that can be set one by one, in words; null where there are none. */
export function describeMetricOffer(
  graph: CompiledGraph,
  offer: readonly { readonly arc: number; readonly to: number }[],
): string | null {
  if (offer.length === 0) return null;
  const settings = offer.map(({ arc, to }) => `${graph.arcIds[arc]} to ${to}`).join(', ');
  return `these can be set one by one and help in part: ${settings}`;
}

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
