import { capsOf } from './caps.ts';
import { groupBySource } from './column-search.ts';
import { type Movable, movablePart } from './commodities.ts';
import { changedFlows, type DemandFlow } from './demand-flows.ts';
import { extraCandidates } from './extra.ts';
import { fewPaths } from './few-paths.ts';
import { figuresOf } from './figures.ts';
import { type Column, type FlowRouting, flowLoads } from './flow.ts';
import type { MetricsPlan } from './metrics/index.ts';
import { NO_OVERLOAD, type Optimum, optimise } from './optimise.ts';
import { DEFAULTS } from './options.ts';
import { Polish } from './polish.ts';
import type { Scenario } from './prepare.ts';
import { stayOnAvoided } from './reluctant.ts';
import { type Start, startRouting } from './start.ts';

/** What the optimiser found for a scenario. */
export interface Solution {
  readonly flows: readonly DemandFlow[];
  readonly optimum: Optimum;
  /** Demands that may move: the affected ones and the extra ones that do. */
  readonly movable: readonly number[];
  readonly extra: ReadonlySet<number>;
  /** Why a demand stays on an arc to avoid. */
  readonly reasons: ReadonlyMap<number, string>;
  /** Where the plan is realised by metrics: the changes, and what the routers make of them. */
  readonly metrics?: MetricsPlan;
}

/** Passes over all commodities for less cost. */
const PASSES = 2;
/** Part of the Fortz-Thorup cost that fewer moves are worth. */
const UNDO_BUDGET = 0.02;
/** Times that the linear program is solved again with paths that demands had to give up left out. */
const REPAIRS = 3;
/** Extra moves must take away more than this part of the overload. */
const WORTH_EXTRA = 1e-6;

/** The moves for a scenario. Pure: the same scenario gives the same moves. */
export function solve(scenario: Scenario): Solution {
  const alone = solveFor(scenario, scenario.affected);
  const most = scenario.options.maxExtraMoves ?? DEFAULTS.maxExtraMoves;
  if (most === 0 || alone.figures.overloadBps <= NO_OVERLOAD * sum(alone.loadBps)) return alone;
  return withExtra(scenario, alone, most) ?? alone;
}

interface Solved extends Solution {
  readonly loadBps: Float64Array;
  readonly figures: { readonly overloadBps: number };
}

function solveFor(scenario: Scenario, demands: readonly number[]): Solved {
  const movable = movablePart(scenario, demands);
  const start = startRouting(movable);
  const { problem } = movable;
  const first = optimise(problem, start.routing, { stays: start.stays });
  const reluctant = stayOnAvoided(movable, start, first);
  const chosen = reluctant?.optimum ?? first;
  const routing = polish(scenario, movable, start, withFewPaths(scenario, movable, start, chosen));
  const loadBps = flowLoads(problem, routing);
  const flows = isBetter(scenario, loadBps) ? changedFlows(scenario, movable, routing) : [];
  return {
    flows,
    optimum: { ...first, routing, loadBps },
    movable: demands,
    extra: new Set(),
    reasons: reluctant?.reasons ?? new Map(),
    loadBps,
    figures: figuresOf(problem, loadBps),
  };
}

/**
 * Whether it pays to move at all: something arrives that was lost, leaves an arc to avoid, or loads get better, the
 * terms in their order.
 */
function isBetter(
  { graph, alive, limits, avoided, affected, current, beforeBps }: Scenario,
  afterBps: Float64Array,
): boolean {
  if (avoided.includes(1) || affected.some((demand) => current.lostShare(demand) > 0)) return true;
  const frame = { graph, alive, limit: limits };
  const before = figuresOf(frame, beforeBps);
  const after = figuresOf(frame, afterBps);
  const floor = { overloadBps: NO_OVERLOAD * sum(beforeBps), mlu: 0, cost: 0 };
  for (const term of ['overloadBps', 'mlu', 'cost'] as const) {
    const difference = after[term] - before[term];
    if (Math.abs(difference) > floor[term] + NO_OVERLOAD * before[term]) return difference < 0;
  }
  return false;
}

/** Unaffected demands that move too, where that takes overload away; null where it does not. */
function withExtra(scenario: Scenario, alone: Solved, most: number): Solution | null {
  const better = alone.figures.overloadBps * (1 - WORTH_EXTRA);
  let chosen = extraCandidates(scenario, alone.optimum.overload.price, alone.loadBps);
  // All candidates together show which of them help; then the best of those by themselves, until all chosen ones move.
  for (;;) {
    if (chosen.length === 0) return null;
    const solved = solveFor(scenario, sorted([...scenario.affected, ...chosen]));
    const moved = movedOf(scenario, solved, new Set(chosen));
    if (solved.figures.overloadBps >= better) return null;
    if (moved.length === chosen.length && moved.length <= most) return { ...solved, extra: new Set(chosen) };
    chosen = moved.slice(0, most);
  }
}

/** Those of these demands that move, the ones with most traffic first. */
function movedOf(scenario: Scenario, { flows }: Solution, among: ReadonlySet<number>): number[] {
  const bps = (demand: number): number => scenario.ends[demand]?.bps ?? 0;
  return flows
    .map(({ demand }) => demand)
    .filter((demand) => among.has(demand))
    .sort((x, y) => bps(y) - bps(x) || x - y);
}

function sorted(demands: readonly number[]): number[] {
  return demands.toSorted((x, y) => x - y);
}

/** Demands get at most two new paths; what that costs is won back as far as it can be. */
function withFewPaths(scenario: Scenario, movable: Movable, { stays }: Start, optimum: Optimum): FlowRouting {
  let routing = optimum.routing;
  const closed = new Map<number, readonly Column[]>();
  for (let repair = 0; ; repair += 1) {
    const few = fewPaths(scenario, movable, routing, stays);
    routing = few.routing;
    if (few.closed.size === 0 || repair === REPAIRS) return routing;
    for (const [index, columns] of few.closed) closed.set(index, columns);
    routing = optimise(movable.problem, routing, { stays, closed }).routing;
  }
}

/** Less cost, then fewer moves, as long as overload and highest utilisation stay what they are. */
function polish(
  { relieved, options }: Scenario,
  { problem }: Movable,
  start: Start,
  routing: FlowRouting,
): FlowRouting {
  const caps = capsOf(problem, flowLoads(problem, routing), relieved, options.holdMargin ?? DEFAULTS.holdMargin);
  const search = new Polish(problem, start.stays, routing, caps);
  const bySource = groupBySource(problem);
  for (let pass = 0; pass < PASSES; pass += 1) if (search.cheapen(bySource) === 0) break;
  search.undo(UNDO_BUDGET * figuresOf(problem, search.loadBps).cost);
  return search.routing;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
