import { formatBps } from '../../core/units.ts';
import { capsOf } from './caps.ts';
import { cheapestRouting } from './cheapest.ts';
import { groupBySource } from './column-search.ts';
import { type Movable, movablePart } from './commodities.ts';
import { changedFlows, type DemandFlow } from './demand-flows.ts';
import { extraCandidates } from './extra.ts';
import { fewPaths } from './few-paths.ts';
import { FewSearch } from './few-search.ts';
import { figuresOf, isClearlyBetter, NO_OVERLOAD } from './figures.ts';
import { type Column, type FlowProblem, type FlowRouting, flowLoads } from './flow.ts';
import type { MetricsPlan } from './metrics/index.ts';
import { type Optimum, optimise } from './optimise.ts';
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

/** Passes over all commodities for less cost: as many as find something, but at most this many commodities in all. */
const POLISHED = 5_000;
const FEWEST_PASSES = 2;
/** Part of the Fortz-Thorup cost that fewer moves are worth. */
const UNDO_BUDGET = 0.02;
/** Weight of a ms where delay only decides between ways that are equal in everything that counts. */
const NEXT_TO_NOTHING = 1e-6;
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
  const left = withFewPaths(scenario, movable, start, first);
  const reluctant = stayOnAvoided(movable, start, left);
  const mixed = reluctant && withFewPaths(scenario, movable, start, reluctant.optimum);
  const isMixedBetter = mixed !== null && mixed.figures.overloadBps < left.figures.overloadBps;
  const routing = polish(scenario, movable, start, (isMixedBetter ? mixed : left).routing);
  const triedBps = flowLoads(problem, routing);
  const isMade = isBetter(scenario, triedBps);
  const flows = isMade ? changedFlows(scenario, movable, routing) : [];
  const loadBps = isMade ? triedBps : scenario.beforeBps;
  return {
    flows,
    optimum: { ...first, routing, loadBps },
    movable: demands,
    extra: new Set(),
    reasons: reasonsToStay(scenario, flows, isMixedBetter ? reluctant?.reasons : null, triedBps),
    loadBps,
    figures: figuresOf(problem, loadBps),
  };
}

/**
 * Whether it pays to move at all: something arrives that was lost, or loads get better, the terms in their order.
 * Traffic that leaves an arc to avoid is worth anything but more overload.
 */
function isBetter(scenario: Scenario, afterBps: Float64Array): boolean {
  const { graph, alive, limits, avoided, affected, current, beforeBps } = scenario;
  if (affected.some((demand) => current.lostShare(demand) > 0)) return true;
  const frame = { graph, alive, limit: limits };
  const before = figuresOf(frame, beforeBps);
  const after = figuresOf(frame, afterBps);
  const floor = { overloadBps: NO_OVERLOAD * sum(beforeBps), mlu: 0, cost: 0 };
  const isAvoiding = avoided.includes(1);
  for (const term of ['overloadBps', 'mlu', 'cost'] as const) {
    if (isAvoiding && term !== 'overloadBps') return true;
    const difference = after[term] - before[term];
    if (Math.abs(difference) > floor[term] + NO_OVERLOAD * before[term]) return difference < 0;
  }
  return false;
}

/** Why demands stay on arcs to avoid; without any moves it is the overload that leaving would bring. */
function reasonsToStay(
  { affected, graph, alive, limits, beforeBps }: Scenario,
  flows: readonly DemandFlow[],
  known: ReadonlyMap<number, string> | null | undefined,
  triedBps: Float64Array,
): ReadonlyMap<number, string> {
  if (flows.length > 0 || affected.length === 0) return known ?? new Map();
  const frame = { graph, alive, limit: limits };
  const more = figuresOf(frame, triedBps).overloadBps - figuresOf(frame, beforeBps).overloadBps;
  if (more <= 0) return known ?? new Map();
  const reason = `the ways round that were found bring ${formatBps(more)} more overload`;
  return new Map(affected.map((demand) => [demand, reason]));
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
function withFewPaths(scenario: Scenario, movable: Movable, { stays }: Start, optimum: Optimum): Optimum {
  const { problem } = movable;
  let routing = optimum.routing;
  const closed = new Map<number, readonly Column[]>();
  for (let repair = 0; ; repair += 1) {
    const few = fewPaths(scenario, movable, routing, stays);
    routing = few.routing;
    if (few.closed.size === 0 || repair === REPAIRS) break;
    for (const [index, columns] of few.closed) closed.set(index, columns);
    routing = optimise(problem, routing, { stays, closed }).routing;
  }
  const rounded = withRouting(problem, optimum, routing);
  // What rounding lost, if anything, a search may find again.
  if (closed.size === 0 || !isClearlyBetter(optimum.figures, rounded.figures)) return rounded;
  const found = new FewSearch(scenario, movable, stays).run(optimum.routing, rounded.figures, optimum.figures);
  return found ? withRouting(problem, optimum, found) : rounded;
}

function withRouting(problem: FlowProblem, optimum: Optimum, routing: FlowRouting): Optimum {
  const loadBps = flowLoads(problem, routing);
  return { ...optimum, routing, loadBps, figures: figuresOf(problem, loadBps) };
}

/** Less cost and delay, then fewer moves, as long as overload and highest utilisation stay what they are. */
function polish(scenario: Scenario, movable: Movable, start: Start, routing: FlowRouting): FlowRouting {
  const { relieved, options } = scenario;
  const { problem } = movable;
  const { holdMargin = DEFAULTS.holdMargin, hopsPerMs = NEXT_TO_NOTHING, easyMlu = 0 } = options;
  const capBps = capsOf(problem, flowLoads(problem, routing), { relieved, holdMargin, easyMlu });
  const arcHops = problem.graph.latencyMs.map((ms, arc) => ms * hopsPerMs + (options.arcHops?.[arc] ?? 0));
  const aims = { capBps, arcHops };
  const cheapest = cheapestRouting(scenario, movable, start.stays, routing, aims);
  const search = new Polish(problem, start.stays, cheapest ?? routing, aims);
  const bySource = groupBySource(problem);
  const passes = Math.max(FEWEST_PASSES, Math.floor(POLISHED / Math.max(1, problem.commodities.length)));
  for (let pass = 0; pass < passes; pass += 1) if (search.cheapen(bySource) === 0) break;
  search.undo(options.movesOnlyEnough ? Infinity : UNDO_BUDGET * figuresOf(problem, search.loadBps).cost);
  return search.routing;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
