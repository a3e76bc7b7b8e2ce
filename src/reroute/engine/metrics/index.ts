/**
 * Realises a plan by IGP metrics alone. For `realise: 'metrics'` call `planByMetrics` with the graph, what survives, the
 * limits and ALL demands (base igp). The routers then split equally over shortest paths, so nearly every demand may
 * move: `movable` of the plan is the affected demands and those of `flows`, which are `extra` where not affected.
 * `changes` are `metricChanges`, `order` are `steps` (one arc each), `afterBps` is what the routers will carry, exactly.
 */
import { createRng } from '../../../core/rng.ts';
import type { TargetTraffic } from '../../../twin/target-tree.ts';
import type { DemandFlow } from '../demand-flows.ts';
import { figuresOf, type LoadFigures } from '../figures.ts';
import { IgpRoutes, type RoutedEnds } from '../igp-routes.ts';
import { guardOf } from './guard.ts';
import { type MetricDeadlock, type MetricOrder, orderMetrics } from './metric-order.ts';
import { type MetricSetting, MetricState } from './metric-state.ts';
import { movedDemands } from './moved.ts';
import { safeWay } from './safe-search.ts';
import type { MetricAims, MetricScore } from './score.ts';
import { MetricSearch } from './search.ts';

export { describeMetricDeadlock, describeMetricOffer } from './describe.ts';
export type { MetricDeadlock } from './metric-order.ts';
export { movedDemands } from './moved.ts';

export interface MetricsInput extends Omit<MetricAims, 'enoughMlu' | 'isAllowed'> {
  /** All demands; those without a way are left alone. */
  readonly ends: readonly RoutedEnds[];
  /** Nothing is gained below this MLU: a proven bound where one is known; default 0. */
  readonly enoughMlu?: number;
  /** 1 for each arc to bring below its limit; all that are above it unless given. */
  readonly relieved?: Uint8Array;
  /** 1 for each demand that must stay where it is; none unless given. */
  readonly kept?: Uint8Array;
  /** Settings that may be tried; default by the size of the network. */
  readonly maxTrials?: number;
}

export interface MetricChange {
  readonly arc: number;
  readonly from: number;
  readonly to: number;
}

export interface MetricsPlan {
  readonly changes: readonly MetricChange[];
  /** Indices of `changes`, one after another; with a deadlock, as far as it is safe. */
  readonly order: readonly number[];
  readonly deadlock: (MetricDeadlock & { readonly offer: readonly MetricChange[] }) | null;
  /** Demands whose way changes, with their ways before and after. */
  readonly flows: readonly DemandFlow[];
  /** bit/s per arc: the equal-cost routing that the routers have then. */
  readonly afterBps: Float64Array;
  readonly after: LoadFigures;
}

/** Relative; what is below is rounding. */
const EQUAL = 1e-9;
/** Any will do; the same one, so that the same input gives the same plan. */
const SEED = 1;
/** Routing towards one target is repaired in some microseconds: this keeps a plan below a second or two. */
const WORK = 200_000;
const MOST_TRIALS = 4_000;

/**
 * Metrics (1..65535) that bring, in this order, overload, traffic on avoided arcs, MLU and Fortz-Thorup cost down, with
 * few changes; nothing changes where there is neither overload nor traffic to avoid. Deterministic.
 */
export function planByMetrics(input: MetricsInput): MetricsPlan {
  const { graph, alive, ends } = input;
  const cost = graph.metric.map((metric, arc) => (alive[arc] ? metric : Infinity));
  const before = new IgpRoutes(graph, cost);
  const state = new MetricState(graph, cost, trafficOf(ends, before));
  const found = isInTrouble(input, state.loadBps) ? findChanges(input, state, before) : NOTHING;
  const afterCost = cost.slice();
  for (const { arc, to } of found.settings) afterCost[arc] = to;
  const after = new IgpRoutes(graph, afterCost);
  const afterBps = after.loads(ends);
  const flows = movedDemands(graph, ends, before, after).map((demand) => flowOf(demand, ends, before, after));
  const named = ({ arc, to }: MetricSetting): MetricChange => ({ arc, from: cost[arc] as number, to });
  return {
    changes: found.settings.map(named),
    order: found.order,
    deadlock: found.deadlock && { ...found.deadlock, offer: found.offer.map(named) },
    flows,
    afterBps,
    after: figuresOf(input, afterBps),
  };
}

interface Found extends MetricOrder {
  readonly settings: readonly MetricSetting[];
  /** Another plan that leaves more overload, but has a safe order. */
  readonly offer: readonly MetricSetting[];
}

const NOTHING: Found = { settings: [], order: [], deadlock: null, offer: [] };

/**
 * The best metrics. Where they have no safe order, such as are found by safe steps alone; these are only offered where
 * they leave more overload or more traffic on avoided arcs.
 */
function findChanges(input: MetricsInput, state: MetricState, before: IgpRoutes): Found {
  const aims = { ...input, enoughMlu: input.enoughMlu ?? 0, isAllowed: guardOf(input, before) };
  const maxTrials = input.maxTrials ?? Math.min(MOST_TRIALS, Math.ceil(WORK / (state.trees.length + 20)));
  const floorBps = EQUAL * state.loadBps.reduce((sum, bps) => sum + bps, 0);
  const first = searchFrom(aims, state, maxTrials);
  if (!first.deadlock) return { ...first, offer: [] };
  const safe = safeWay(aims, state, first.settings, maxTrials, createRng(SEED));
  if (losesTo(first.score, safe.score, floorBps)) return { ...first, offer: safe.settings };
  return { settings: safe.settings, order: safe.settings.map((_, at) => at), deadlock: null, offer: [] };
}

/** One search and its order; the state is at the start again afterwards. */
function searchFrom(
  aims: MetricAims,
  state: MetricState,
  maxTrials: number,
): MetricOrder & { readonly settings: readonly MetricSetting[]; readonly score: MetricScore } {
  const startCost = state.cost.slice();
  const search = new MetricSearch(aims, state, maxTrials, createRng(SEED));
  const score = search.run();
  const settings = search.changes();
  state.set(settings.map(({ arc }) => ({ arc, to: startCost[arc] as number })));
  return { ...orderMetrics(aims, state, settings, Math.ceil(maxTrials / 4)), settings, score };
}

/** What matters more than an order: does `other` leave more trouble? */
function losesTo(best: MetricScore, other: MetricScore, floorBps: number): boolean {
  const terms = ['staleBps', 'overloadBps', 'avoidedBps'] as const;
  return terms.some((term) => other[term] > best[term] + floorBps);
}

/** Only an arc to relieve, or traffic to avoid, is a reason to touch metrics. */
function isInTrouble({ graph, alive, limit, avoided, relieved }: MetricsInput, loadBps: Float64Array): boolean {
  return loadBps.some((bps, arc) => {
    const isAbove = bps > (limit[arc] as number) * (graph.capacityBps[arc] as number) * (1 + EQUAL);
    const isToRelieve = relieved ? relieved[arc] === 1 : isAbove;
    return alive[arc] === 1 && bps > 0 && (isToRelieve || avoided[arc] === 1);
  });
}

function trafficOf(ends: readonly RoutedEnds[], routes: IgpRoutes): TargetTraffic[] {
  const rows = new Map<number, { sources: number[]; bps: number[] }>();
  for (const demand of ends) {
    const { source, target, bps } = demand;
    if (source === target || bps <= 0 || !routes.reaches(demand)) continue;
    const row = rows.get(target) ?? { sources: [], bps: [] };
    rows.set(target, row);
    row.sources.push(source);
    row.bps.push(bps);
  }
  return [...rows].map(([target, { sources, bps }]) => ({
    target,
    sources: Int32Array.from(sources),
    bps: Float64Array.from(bps),
  }));
}

function flowOf(demand: number, ends: readonly RoutedEnds[], before: IgpRoutes, after: IgpRoutes): DemandFlow {
  return {
    demand,
    from: before.listed(ends[demand] as RoutedEnds),
    to: after.listed(ends[demand] as RoutedEnds),
  };
}
