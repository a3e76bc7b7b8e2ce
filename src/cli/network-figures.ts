import type { NetworkSummary } from '../../topology/summary.ts';
import { formatBps } from '../core/units.ts';

/** What is in a network, for people. */
export function describeNetwork(summary: NetworkSummary): string[] {
  const { tiers, capacityBps, latencyMs, componentSizes, bridges } = summary;
  const pieces =
    componentSizes.length === 1
      ? 'in one piece'
      : `in ${componentSizes.length} pieces (${componentSizes.slice(0, 8).join(', ')} nodes)`;
  const named = Object.entries(tiers).filter(([, count]) => count > 0);
  return [
    `network   ${summary.name} (${summary.hash}), ${pieces}`,
    `nodes     ${summary.nodes}: ${named.map(([tier, count]) => `${count} ${tier}`).join(', ')}; ${summary.polledNodes} with a management address`,
    `links     ${summary.links}, of them ${summary.parallelLinks} parallel; ${summary.srlgs} shared-risk groups`,
    `capacity  ${formatBps(capacityBps.min)} to ${formatBps(capacityBps.max)}; latency ${latencyMs.min.toFixed(2)} to ${latencyMs.max.toFixed(2)} ms`,
    `bridges   ${bridges.length === 0 ? 'none: every link has a way round' : `${bridges.length} links have no way round: ${bridges.slice(0, 6).join(', ')}${bridges.length > 6 ? ' ...' : ''}`}`,
  ];
}
