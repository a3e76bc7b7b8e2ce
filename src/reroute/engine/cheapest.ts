import { CONGESTION_KINKS } from '../congestion-cost.ts';
import { ColumnSearch, groupBySource } from './column-search.ts';
import type { Movable } from './commodities.ts';
import { type Curves, curvesOf, type Kink } from './curve.ts';
import { fewPaths } from './few-paths.ts';
import { type Column, type FlowProblem, type FlowRouting, flowLoads } from './flow.ts';
import type { PolishAims } from './polish.ts';
import type { Scenario } from './prepare.ts';
import { FlowSimplex } from './simplex.ts';

/** With more parts than this to route, moving them one at a time has to do. */
const MOST_COMMODITIES = 300;
const MAX_ROUNDS = 40;
const MAX_PIVOTS = 3_000;
/** Beyond its cap a unit of load costs this much: far more than the steepest congestion. */
const BEYOND_CAP = 1e6;
/** Times that the program is solved again without the paths that demands had to give up. */
const REPAIRS = 3;
const ROUNDING = 1e-9;

/**
 * The cheapest routing (Fortz-Thorup and delay) with every arc below its cap, by linear programming: unlike a search
 * that moves whole demands it splits them where that pays. Null where it is too large, or where its splits into few
 * paths would not stay below the caps.
 */
export function cheapestRouting(
  scenario: Scenario,
  movable: Movable,
  stays: readonly (Column | null)[],
  start: FlowRouting,
  aims: PolishAims,
): FlowRouting | null {
  const { problem } = movable;
  if (problem.commodities.length > MOST_COMMODITIES) return null;
  const curves = cappedCost(problem, aims);
  const closed = new Map<number, readonly Column[]>();
  let routing = start;
  for (let repair = 0; repair <= REPAIRS; repair += 1) {
    const simplex = new FlowSimplex(problem, { curves, mluWeight: 0 }, routing);
    new ColumnSearch(problem, groupBySource(problem), stays, closed).run(simplex, {
      maxRounds: MAX_ROUNDS,
      maxPivots: MAX_PIVOTS,
      worth: (scale) => scale * ROUNDING,
      goodEnough: () => false,
    });
    const few = fewPaths(scenario, movable, simplex.routing(), stays);
    routing = few.routing;
    if (few.closed.size === 0) return isBelow(problem, routing, aims) ? routing : null;
    for (const [index, columns] of few.closed) closed.set(index, columns);
  }
  return isBelow(problem, routing, aims) ? routing : null;
}

function isBelow(problem: FlowProblem, routing: FlowRouting, { capBps }: PolishAims): boolean {
  return flowLoads(problem, routing).every((bps, arc) => bps <= (capBps[arc] as number) * (1 + ROUNDING));
}

function cappedCost({ graph }: FlowProblem, { capBps, arcHops }: PolishAims): Curves {
  const { capacityBps } = graph;
  const unitBps = capacityBps.reduce((most, bps) => Math.max(most, bps), 1);
  return curvesOf(graph.arcCount, (arc): Kink[] => {
    const capacity = (capacityBps[arc] as number) / unitBps;
    return [
      { at: 0, add: arcHops[arc] as number },
      ...CONGESTION_KINKS.map(({ at, add }) => ({ at: at * capacity, add })),
      { at: (capBps[arc] as number) / unitBps, add: BEYOND_CAP },
    ];
  });
}
