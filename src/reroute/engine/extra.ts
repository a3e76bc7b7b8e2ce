import { ShortestPaths } from '../../twin/shortest-path.ts';
import { footprintPrice } from './flow.ts';
import type { RoutedEnds } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** Most unaffected demands that are looked at together. */
const CANDIDATES = 60;

/**
 * Unaffected demands by which the overload could fall: those that pay most, at the prices of the overload, beyond their
 * cheapest way. Best first.
 */
export function extraCandidates(scenario: Scenario, price: Float64Array, loadBps: Float64Array): number[] {
  const { graph, alive, avoided, open, ends, kept, current, limits } = scenario;
  // Where rounding or a polish left the prices at zero, arcs above their limit still have one.
  const priced = price.map((value, arc) => {
    const above = (loadBps[arc] as number) > (limits[arc] as number) * (graph.capacityBps[arc] as number);
    return alive[arc] ? Math.max(value, above ? 1 : 0) : 0;
  });
  const marked = Uint8Array.from(priced, (value) => (value > 0 ? 1 : 0));
  const affected = new Set(scenario.affected);
  const barred = avoided.map((mark, arc) => (mark || !alive[arc] ? 1 : 0));
  const cost = priced.map((value, arc) => (open[arc] ? value : Infinity));
  const paths = new ShortestPaths(graph);
  const gains: { demand: number; gain: number }[] = [];
  let searched = -1;
  const users = current.affected(marked).filter((demand) => !affected.has(demand) && !kept[demand]);
  const source = (demand: number): number => (ends[demand] as RoutedEnds).source;
  for (const demand of users.sort((x, y) => source(x) - source(y) || x - y)) {
    const footprint = current.whole(demand, barred);
    if (!footprint) continue;
    if (searched !== source(demand)) paths.from(source(demand), cost);
    searched = source(demand);
    const { target, bps } = ends[demand] as RoutedEnds;
    const gain = (footprintPrice(priced, footprint) - (paths.distance[target] as number)) * bps;
    if (gain > 0) gains.push({ demand, gain });
  }
  return gains
    .sort((x, y) => y.gain - x.gain || x.demand - y.demand)
    .slice(0, CANDIDATES)
    .map(({ demand }) => demand);
}
