import type { DetourPlan, PlanFigures, PlanMove, PlanPath } from '../../../topology/formats/detour-plan.ts';
import type { Demand } from '../../../topology/model.ts';
import type { DemandFlow } from './demand-flows.ts';
import { figuresOf } from './figures.ts';
import { addFootprint } from './flow.ts';
import type { RoutedEnds, SharedPath } from './igp-routes.ts';
import type { MetricsPlan } from './metrics/index.ts';
import { metricParts } from './metrics/write.ts';
import { DEFAULTS } from './options.ts';
import { describeDeadlock, type OrderMove, orderMoves } from './order/index.ts';
import type { Scenario } from './prepare.ts';
import type { Solution } from './solve.ts';
import { stayedOf } from './stayed.ts';

/** Differences of the order of rounding: a bound may not seem to be above what was reached. */
const ROUNDING = 1e-9;

/** The plan as `detour-plan/1`. */
export function writePlan(
  scenario: Scenario,
  solution: Solution & { readonly metrics?: MetricsPlan },
  startedMs: number,
): DetourPlan {
  const { options, graph } = scenario;
  const moves = solution.flows.map((flow) => moveOf(scenario, flow, solution));
  const afterBps = solution.metrics?.afterBps ?? loadsAfter(scenario, solution.flows);
  const after = figuresFor(scenario, afterBps, lostAfter(scenario, solution.flows));
  const ids = (marked: Uint8Array): string[] => graph.arcIds.filter((_, arc) => marked[arc] === 1);
  return {
    format: 'detour-plan/1',
    base: scenario.base,
    failed: [...scenario.failedLinks],
    avoided: ids(scenario.avoided),
    relieved: ids(scenario.relieved),
    relieve: (options.relieve ?? 'auto') === 'auto' ? 'auto' : 'named',
    kept: [...(options.keep ?? [])],
    stale: ids(scenario.stale),
    limit: scenario.limit,
    limits: { ...options.limits },
    maxExtraMoves: options.maxExtraMoves ?? DEFAULTS.maxExtraMoves,
    before: figuresFor(scenario, scenario.beforeBps, scenario.beforeLostBps),
    after,
    moves,
    ...(solution.metrics ? metricParts(graph, solution.metrics) : explicitParts(scenario, solution.flows)),
    unavoidable: {
      lostBps: scenario.unavoidable.lostBps,
      demands: scenario.unavoidable.demands.map((index) => idOf(scenario, index)),
      partitions: scenario.unavoidable.partitions.map((nodes) => ({
        nodes: nodes.map((node) => graph.nodeIds[node] as string),
      })),
    },
    stayed: stayedOf(scenario, solution),
    bound: boundOf(scenario, solution, after),
    elapsedMs: performance.now() - startedMs,
  };
}

/** bit/s per arc with the moves made. */
export function loadsAfter(scenario: Scenario, flows: readonly DemandFlow[]): Float64Array {
  const loadBps = scenario.beforeBps.slice();
  for (const { demand, to } of flows) {
    const { bps } = scenario.ends[demand] as RoutedEnds;
    addFootprint(loadBps, scenario.current.loaded(demand), -bps);
    for (const { share, arcs } of to) addFootprint(loadBps, { arcs, shares: null }, share * bps);
  }
  return loadBps.map((bps) => Math.max(0, bps));
}

function lostAfter(scenario: Scenario, flows: readonly DemandFlow[]): number {
  const saved = flows.reduce((sum, { demand }) => {
    const { bps } = scenario.ends[demand] as RoutedEnds;
    return sum + bps * scenario.current.lostShare(demand);
  }, 0);
  const lost = scenario.beforeLostBps - saved;
  return lost > ROUNDING * scenario.beforeLostBps ? lost : 0;
}

function figuresFor(scenario: Scenario, loadBps: Float64Array, lostBps: number): PlanFigures {
  const { graph, alive, limits } = scenario;
  return { lostBps, ...figuresOf({ graph, alive, limit: limits }, loadBps) };
}

function moveOf(scenario: Scenario, { demand, from, to }: DemandFlow, { extra }: Solution): PlanMove {
  return {
    demand: idOf(scenario, demand),
    from: named(scenario, from),
    to: named(scenario, to),
    extra: extra.has(demand),
    why: {},
  };
}

function named({ graph }: Scenario, paths: readonly SharedPath[]): PlanPath[] {
  return paths.map(({ share, arcs }) => ({ share, arcs: namesOf(graph.arcIds, arcs) }));
}

/** A loop, for a plan has some 100,000 of them. */
function namesOf(arcIds: readonly string[], arcs: readonly number[]): string[] {
  const names: string[] = [];
  for (const arc of arcs) names.push(arcIds[arc] as string);
  return names;
}

function idOf({ options }: Scenario, index: number): string {
  return (options.demands[index] as Demand).id;
}

function explicitParts(scenario: Scenario, flows: readonly DemandFlow[]): ReturnType<typeof metricParts> {
  const { graph, limits, open, beforeBps } = scenario;
  const moves: OrderMove[] = flows.map(({ demand, to }) => ({
    ...(scenario.ends[demand] as RoutedEnds),
    from: [{ share: 1, ...scenario.current.loaded(demand) }],
    to,
  }));
  const ids = flows.map(({ demand }) => idOf(scenario, demand));
  const { steps, deadlock } = orderMoves({ graph, limit: limits, open, startBps: beforeBps, moves });
  return {
    realisation: 'explicit',
    metricChanges: [],
    steps: steps.map((step) => step.map((move) => ids[move] as string)),
    orderDeadlock: deadlock && describeDeadlock(graph, ids, deadlock),
  };
}

function boundOf(scenario: Scenario, { optimum, movable }: Solution, after: PlanFigures): DetourPlan['bound'] {
  const ids = movable.map((index) => idOf(scenario, index));
  // A bound that rounding put above what was reached would be no bound.
  const mlu = Math.min(optimum.mlu.value, after.mlu);
  const gap = mlu > 0 ? Math.max(0, after.mlu / mlu - 1) : 0;
  const overloadBps = Math.min(optimum.overload.value, after.overloadBps);
  return {
    movable: ids,
    mlu,
    gap,
    arcPrices: priced(scenario, optimum.mlu.price),
    overloadBps,
    overloadPrices: priced(scenario, optimum.overload.price),
  };
}

function priced({ graph, alive }: Scenario, price: Float64Array): Record<string, number> {
  const prices: Record<string, number> = {};
  price.forEach((value, arc) => {
    if (value > 0 && alive[arc]) prices[graph.arcIds[arc] as string] = value;
  });
  return prices;
}
