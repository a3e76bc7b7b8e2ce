import type { MetricChange, StepChange } from '../../src/reroute/actuator.ts';
import type { Tunnel } from '../../src/reroute/proposal.ts';

export function tunnelOf(demand: string, arcs: readonly string[], proposalId = 'r1'): Tunnel {
  return { demand, source: 'n0', target: 'n1', paths: [{ share: 1, arcs: [...arcs] }], proposalId };
}

export function pathsChange(...set: Tunnel[]): StepChange {
  return { set, remove: [], before: [], metrics: [] };
}

export function metricsChange(...metrics: MetricChange[]): StepChange {
  return { set: [], remove: [], before: [], metrics };
}

export const TWO_PATH_STEPS: readonly StepChange[] = [
  pathsChange(tunnelOf('d1', ['l1:az'])),
  pathsChange(tunnelOf('d2', ['l2:az']), tunnelOf('d3', ['l3:za', 'l2:az'])),
];
