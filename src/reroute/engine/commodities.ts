import { footprintOf } from './current-routes.ts';
import { addFootprint, type Commodity, type FlowProblem, type Footprint } from './flow.ts';
import type { SharedPath } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** Part of the largest capacity that stands for a demand without traffic that has to leave. */
const NOTHING = 1e-12;
/** What rounding leaves of a load that was taken away, relative to it. */
const CRUMB = 1e-12;

/** The part of the demands that a plan may move, as the optimiser sees it. */
export interface Movable {
  readonly problem: FlowProblem;
  /** Demands by index, in order. */
  readonly demands: readonly number[];
  /** Where a commodity that has to leave avoided arcs is now; null for all others. */
  readonly evicted: readonly (Footprint | null)[];
  /** Paths (with their part of the demand) that the commodity takes now; null stands for all of the demand's. */
  readonly listed: readonly (readonly SharedPath[] | null)[];
}

/** Splits each demand into what may stay, what must leave an avoided arc, and what lost its path. */
export function movablePart(scenario: Scenario, demands: readonly number[]): Movable {
  const { graph, alive, open, limits, avoided, ends, current } = scenario;
  const barred = avoided.map((mark, arc) => (mark || !alive[arc] ? 1 : 0));
  const usable = alive.map((lives, arc) => (lives && !scenario.stale[arc] ? 1 : 0));
  const nothingBps = NOTHING * graph.capacityBps.reduce((most, bps) => Math.max(most, bps), 0);
  const fixedBps = scenario.beforeBps.slice();
  const commodities: Commodity[] = [];
  const evicted: (Footprint | null)[] = [];
  const listed: (readonly SharedPath[] | null)[] = [];
  const add = (
    demand: number,
    share: number,
    stay: Footprint | null,
    from: Footprint | null,
    paths: readonly SharedPath[] | null,
  ): void => {
    const { source, target, bps } = ends[demand] as { source: number; target: number; bps: number };
    if (share <= 0 || (bps === 0 && stay)) return;
    commodities.push({ demand, source, target, bps: bps * share || nothingBps, isEmpty: bps === 0, stay });
    evicted.push(from);
    listed.push(paths);
  };
  for (const index of demands) {
    const whole = current.whole(index, barred);
    const { bps } = ends[index] as { bps: number };
    if (whole) {
      addFootprint(fixedBps, whole, -bps);
      add(index, 1, whole, null, null);
      continue;
    }
    const parts = splitPaths(current.paths(index), alive, avoided);
    for (const { share, arcs } of parts.reached) {
      for (const arc of arcs) fixedBps[arc] = (fixedBps[arc] as number) - share * bps;
    }
    add(index, shareOf(parts.staying), footprintOf(parts.staying), null, parts.staying);
    add(index, shareOf(parts.leaving), null, footprintOf(parts.leaving), parts.leaving);
    add(index, shareOf(parts.broken), null, null, parts.broken);
  }
  fixedBps.forEach((bps, arc) => {
    if (bps <= CRUMB * (scenario.beforeBps[arc] as number)) fixedBps[arc] = 0;
  });
  return { problem: { graph, alive, open, usable, limit: limits, fixedBps, commodities }, demands, evicted, listed };
}

interface PathParts {
  readonly staying: SharedPath[];
  readonly leaving: SharedPath[];
  readonly broken: SharedPath[];
  /** Each path as far as traffic gets on it. */
  readonly reached: SharedPath[];
}

export function splitPaths(paths: readonly SharedPath[], alive: Uint8Array, avoided: Uint8Array): PathParts {
  const parts: PathParts = { staying: [], leaving: [], broken: [], reached: [] };
  for (const path of paths) {
    const end = path.arcs.findIndex((arc) => !alive[arc]);
    parts.reached.push(end < 0 ? path : { share: path.share, arcs: path.arcs.slice(0, end) });
    if (end >= 0) parts.broken.push(path);
    else if (path.arcs.some((arc) => avoided[arc])) parts.leaving.push(path);
    else parts.staying.push(path);
  }
  return parts;
}

function shareOf(paths: readonly SharedPath[]): number {
  return paths.reduce((sum, { share }) => sum + share, 0);
}
