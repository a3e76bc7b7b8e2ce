import type { NetworkIndex } from '../../topology/model.ts';
import { arcId, DIRECTIONS } from '../core/ids.ts';
import type { LinkState } from '../health/link-state.ts';
import type { DemandSet } from './plan.ts';

/**
 * What routers say to their neighbours stays on its link whatever anybody does: less than this part of the capacity is
 * no traffic that could be moved.
 */
const LEAST_SHARE = 0.001;

/**
 * Where no traffic matrix is known, the measured load of each arc is one demand between its ends (as in local
 * congestion mitigation): it bears the arc's id, and the twin keeps it on its arc. An arc whose load is unknown
 * gives no demand; that is not the same as one of 0 bit/s. Nor does one with hardly any.
 */
export function linkLocalDemands(
  network: NetworkIndex,
  states: ReadonlyMap<string, LinkState>,
  atMs: number,
): DemandSet {
  const demands = network.network.links.flatMap((link) =>
    DIRECTIONS.flatMap((direction) => {
      const bps = states.get(link.id)?.arcs[direction].loadBps ?? null;
      if (bps === null || bps <= LEAST_SHARE * link.capacityBps[direction]) return [];
      const [source, target] = direction === 'az' ? [link.a, link.z] : [link.z, link.a];
      return [{ id: arcId(link.id, direction), source, target, bps, class: null }];
    }),
  );
  return { source: 'link-local', atMs, demands };
}
