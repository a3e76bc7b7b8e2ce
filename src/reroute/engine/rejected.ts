import { formatBps, formatRatio } from '../../core/units.ts';
import { kShortestPaths } from '../../twin/k-shortest.ts';
import { ShortestPaths } from '../../twin/shortest-path.ts';
import { congestionCost } from '../congestion-cost.ts';
import { type DemandFlow, isSamePath } from './demand-flows.ts';
import { figuresOf } from './figures.ts';
import type { RoutedEnds } from './igp-routes.ts';
import type { Scenario } from './prepare.ts';

/** A way that all of the demand could have taken, and why not all of it does. */
export interface RejectedWay {
  readonly arcs: readonly string[];
  readonly reason: string;
}

/** Shortest ways (by metric) that are looked at besides those the demand had. */
const SHORTEST = 4;
/** Old ways that are judged, of demands with many equal-cost ones. */
const OLD = 3;
/** Differences of utilisation below this are rounding. */
const ROUNDING = 1e-9;

/**
 * Judges ways that were not taken: those the demand left, the one over the link that binds first, and the shortest
 * ways round. The figures in the reasons are those of the plan with this one demand moved there as a whole.
 */
export class RejectedWays {
  readonly #scenario: Scenario;
  readonly #afterBps: Float64Array;
  readonly #paths: ShortestPaths;
  readonly #cost: Float64Array;
  readonly #mlu: number;

  constructor(scenario: Scenario, afterBps: Float64Array) {
    const { graph, alive, limits } = scenario;
    this.#scenario = scenario;
    this.#afterBps = afterBps;
    this.#paths = new ShortestPaths(graph);
    this.#cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
    this.#mlu = figuresOf({ graph, alive, limit: limits }, afterBps).mlu;
  }

  /** Ways of one demand, each named once; `binding`: the arc that makes it move, negative where there is none. */
  of(flow: DemandFlow, binding: number): RejectedWay[] {
    const { graph, ends } = this.#scenario;
    const { source, target } = ends[flow.demand] as RoutedEnds;
    const ways = [...oldWays(flow, binding), ...kShortestPaths(this.#paths, source, target, this.#cost, SHORTEST)];
    const others = ways.filter(
      (arcs, at) => !isOnlyWay(flow, arcs) && ways.findIndex((way) => isSamePath(way, arcs)) === at,
    );
    return others.map((arcs) => ({
      arcs: arcs.map((arc) => graph.arcIds[arc] as string),
      reason: this.#barred(arcs) ?? this.#compared(flow, arcs),
    }));
  }

  /** Why nothing new may run there; null where it may. */
  #barred(arcs: readonly number[]): string | null {
    const { alive, avoided, stale, graph } = this.#scenario;
    const found = (is: (arc: number) => boolean): string | undefined => graph.arcIds[arcs.find(is) ?? -1];
    const failed = found((arc) => !alive[arc]);
    if (failed) return `${failed} has failed`;
    const shunned = found((arc) => avoided[arc] === 1);
    if (shunned) return `${shunned} is to be avoided`;
    const unknown = found((arc) => stale[arc] === 1);
    return unknown ? `nothing is known of ${unknown}` : null;
  }

  #compared(flow: DemandFlow, arcs: readonly number[]): string {
    const { graph, limits } = this.#scenario;
    const loads = this.#loadsWith(flow, arcs);
    const fullest = arcs.reduce((most, arc) => (this.#filled(loads, arc) > this.#filled(loads, most) ? arc : most));
    const over = arcs.filter((arc) => this.#filled(loads, arc) > (limits[arc] as number) + ROUNDING);
    const worst = over.includes(fullest) ? fullest : over[0];
    if (worst !== undefined) {
      const limit = formatRatio(limits[worst] as number);
      return `${graph.arcIds[worst]} would be at ${formatRatio(this.#filled(loads, worst))}, its limit is ${limit}`;
    }
    const filled = this.#filled(loads, fullest);
    if (filled > this.#mlu + ROUNDING) {
      return `${graph.arcIds[fullest]} would be at ${formatRatio(filled)}, the fullest arc of the plan is at ${formatRatio(this.#mlu)}`;
    }
    return costReason(this.#moreCostBps(loads));
  }

  /** Loads (bit/s) of the arcs that change when all of the demand takes this way. */
  #loadsWith({ demand, to }: DemandFlow, arcs: readonly number[]): Map<number, number> {
    const { bps } = this.#scenario.ends[demand] as RoutedEnds;
    const loads = new Map<number, number>();
    const add = (arc: number, by: number): void => {
      loads.set(arc, (loads.get(arc) ?? (this.#afterBps[arc] as number)) + by);
    };
    for (const path of to) for (const arc of path.arcs) add(arc, -path.share * bps);
    for (const arc of arcs) add(arc, bps);
    return loads;
  }

  #filled(loads: ReadonlyMap<number, number>, arc: number): number {
    return (loads.get(arc) ?? (this.#afterBps[arc] as number)) / (this.#scenario.graph.capacityBps[arc] as number);
  }

  #moreCostBps(loads: ReadonlyMap<number, number>): number {
    const { capacityBps } = this.#scenario.graph;
    let more = 0;
    for (const [arc, bps] of loads) {
      const capacity = capacityBps[arc] as number;
      more += capacity * (congestionCost(bps / capacity) - congestionCost((this.#afterBps[arc] as number) / capacity));
    }
    return more;
  }
}

/** Ways that the demand had: one over the binding arc, then the others in their order. */
function oldWays(flow: DemandFlow, binding: number): (readonly number[])[] {
  const had = flow.from.map(({ arcs }) => arcs);
  const over = had.find((arcs) => arcs.includes(binding) && !isOnlyWay(flow, arcs));
  const first = over ? [over, ...had.filter((arcs) => arcs !== over)] : had;
  return first.slice(0, OLD);
}

function isOnlyWay({ to }: DemandFlow, arcs: readonly number[]): boolean {
  return to.length === 1 && to.some((path) => isSamePath(path.arcs, arcs));
}

function costReason(moreBps: number): string {
  if (moreBps > 0) return `the congestion cost (Fortz-Thorup) of the network would be ${formatBps(moreBps)} higher`;
  if (moreBps === 0) return 'it would be as good: one of equals was taken';
  return `it would take only ${formatBps(-moreBps)} off the congestion cost (Fortz-Thorup), too little for another search`;
}
