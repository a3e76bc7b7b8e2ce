import type { Observation, Step } from '../reroute/actuator.ts';
import type { Tunnel } from '../reroute/proposal.ts';
import { isSamePaths } from '../reroute/tunnel.ts';

/** Where a network with these tunnels stands in a step. */
export function observeTunnels({ set, remove, before }: Step, present: readonly Tunnel[]): Observation {
  const demands = [...set.map(({ demand }) => demand), ...remove];
  const asked = new Set(demands);
  const has = pathsByDemand(present.filter(({ demand }) => asked.has(demand)));
  const missing = (wanted: ReadonlyMap<string, Tunnel['paths']>): number =>
    demands.filter((demand) => !isSamePaths(has.get(demand), wanted.get(demand))).length;
  const notAfter = missing(pathsByDemand(set));
  const notBefore = missing(pathsByDemand(before));
  const reason = `${demands.length - notAfter} of ${demands.length} demand(s) are as the step has them`;
  if (notAfter === 0) return { state: 'after', reason };
  return { state: notBefore === 0 ? 'before' : 'other', reason };
}

function pathsByDemand(tunnels: readonly Tunnel[]): Map<string, Tunnel['paths']> {
  return new Map(tunnels.map(({ demand, paths }) => [demand, paths]));
}
