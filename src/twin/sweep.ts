import type { Demand } from '../../topology/model.ts';
import type { CompiledGraph } from './compiled.ts';
import { FlowRepair } from './flow-repair.ts';
import type { FailureScenario } from './scenarios.ts';
import { ShortestPaths } from './shortest-path.ts';
import { type TargetTraffic, TargetTree } from './target-tree.ts';
import { trafficByTarget } from './traffic.ts';
import { TreeJournal } from './tree-journal.ts';
import { type CostChange, TreeRepair } from './tree-repair.ts';

/** The network after one failure, once the IGP has converged. */
export interface SweepResult {
  readonly scenario: FailureScenario;
  /** bit/s per arc. A view that the next result reuses: copy what is to be kept. */
  readonly loadBps: Float64Array;
  /** Highest utilisation (0..) and its arc; 0 and -1 where nothing flows. */
  readonly mlu: number;
  readonly hottestArc: number;
  /** Arcs above the limit. */
  readonly overloaded: readonly number[];
  /** bit/s of demands without a way, those that had none before and those of a failed node included. */
  readonly lostBps: number;
  /** Targets whose routing the failure touches. */
  readonly touchedTargets: number;
}

export interface SweepOptions {
  /** IGP cost per arc, Infinity where closed already; the graph's metrics unless given. */
  readonly cost?: Float64Array;
  /** bit/s per arc that the IGP does not route (tunnels that stay); added everywhere but on failed arcs. */
  readonly fixedBps?: Float64Array;
  /** Utilisation (0..) above which an arc counts as overloaded; 1 unless given. */
  readonly limit?: number;
}

/** Loads of scenarios in the making are kept below this. */
const BLOCK_BYTES = 64 * 1024 * 1024;

/**
 * What every failure alone would do to the network: resulting loads, utilisation, overloads, lost traffic (ECMP by
 * cost, equal split). Answers come in the order of the scenarios, in blocks of bounded memory. For each target the
 * tree is built once, repaired where a scenario touches it, and put back. Throws RangeError for unknown nodes.
 */
export function* sweep(
  graph: CompiledGraph,
  demands: readonly Demand[],
  scenarios: Iterable<FailureScenario>,
  options: SweepOptions = {},
): Generator<SweepResult, void, undefined> {
  const traffic = trafficByTarget(graph, demands);
  const room = Math.max(1, Math.floor(BLOCK_BYTES / (8 * Math.max(1, graph.arcCount))));
  let block: FailureScenario[] = [];
  for (const scenario of scenarios) {
    block.push(scenario);
    if (block.length < room) continue;
    yield* sweepBlock(graph, traffic, block, options);
    block = [];
  }
  if (block.length > 0) yield* sweepBlock(graph, traffic, block, options);
}

/** One scenario of a block while it is being computed. */
interface Case {
  readonly scenario: FailureScenario;
  readonly change: CostChange;
  /** By how much the loads of the arcs differ from before. */
  readonly deltaBps: Float64Array;
  lostBps: number;
  touchedTargets: number;
}

function* sweepBlock(
  graph: CompiledGraph,
  traffic: readonly TargetTraffic[],
  scenarios: readonly FailureScenario[],
  options: SweepOptions,
): Generator<SweepResult, void, undefined> {
  const cost = (options.cost ?? graph.metric).slice();
  const cases = scenarios.map((scenario) => newCase(scenario, cost, graph.arcCount));
  const baseBps = options.fixedBps?.slice() ?? new Float64Array(graph.arcCount);
  const lostBps = sweepTargets(graph, cost, traffic, cases, baseBps);
  for (const one of cases) yield resultOf(graph, one, baseBps, lostBps, options.limit ?? 1);
}

function newCase(scenario: FailureScenario, cost: Float64Array, arcCount: number): Case {
  // An arc that is closed already makes no difference; one that is named twice must be put back to its true cost.
  const arcs = Int32Array.from(new Set(scenario.arcs)).filter((arc) => cost[arc] !== Infinity);
  const before = Float64Array.from(arcs, (arc) => cost[arc] as number);
  return { scenario, change: { arcs, before }, deltaBps: new Float64Array(arcCount), lostBps: 0, touchedTargets: 0 };
}

/** Target by target, because one tree at a time stays in the processor's cache. Returns what is lost before. */
function sweepTargets(
  graph: CompiledGraph,
  cost: Float64Array,
  traffic: readonly TargetTraffic[],
  cases: readonly Case[],
  baseBps: Float64Array,
): number {
  const search = new ShortestPaths(graph);
  const tree = new TargetTree(graph, cost);
  const repair = new TreeRepair(graph);
  const flows = new FlowRepair(graph);
  const journal = new TreeJournal();
  const start = journal.mark();
  let lostBps = 0;
  for (const row of traffic) {
    lostBps += tree.build(search, row, baseBps);
    for (const one of cases) {
      const { arcs, before } = one.change;
      if (!isTouched(tree, arcs)) continue;
      one.touchedTargets += 1;
      for (const arc of arcs) cost[arc] = Infinity;
      repair.repair(tree, one.change, journal);
      one.lostBps += flows.move(tree, journal, 0, one.deltaBps);
      journal.undo(tree, start);
      for (let at = 0; at < arcs.length; at += 1) cost[arcs[at] as number] = before[at] as number;
    }
  }
  return lostBps;
}

function isTouched(tree: TargetTree, arcs: Int32Array): boolean {
  for (const arc of arcs) {
    if (tree.isNext[arc] === 1) return true;
  }
  return false;
}

/** Adds the loads before to the difference, in place, and reads the figures off. */
function resultOf(
  graph: CompiledGraph,
  one: Case,
  baseBps: Float64Array,
  baseLostBps: number,
  limit: number,
): SweepResult {
  const { scenario, deltaBps: loadBps } = one;
  const overloaded: number[] = [];
  let mlu = 0;
  let hottestArc = -1;
  for (let arc = 0; arc < graph.arcCount; arc += 1) loadBps[arc] = sum(loadBps[arc] as number, baseBps[arc] as number);
  for (const arc of scenario.arcs) loadBps[arc] = 0;
  for (let arc = 0; arc < graph.arcCount; arc += 1) {
    const utilisation = (loadBps[arc] as number) / (graph.capacityBps[arc] as number);
    if (utilisation > limit) overloaded.push(arc);
    if (utilisation <= mlu) continue;
    mlu = utilisation;
    hottestArc = arc;
  }
  const lostBps = baseLostBps + one.lostBps;
  return { scenario, loadBps, mlu, hottestArc, overloaded, lostBps, touchedTargets: one.touchedTargets };
}

/** What rounding leaves of a load that went away altogether is nothing. */
function sum(delta: number, base: number): number {
  const total = base + delta;
  return total <= base * 1e-12 ? 0 : total;
}
