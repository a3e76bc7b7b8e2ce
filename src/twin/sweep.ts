import type { Demand } from '../../topology/model.ts';
import type { CompiledGraph } from './compiled.ts';
import { FlowRepair } from './flow-repair.ts';
import { renumberAlongPaths } from './locality.ts';
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
  /** Memory for the loads of the scenarios that are worked on together; 32 MiB unless given. */
  readonly blockBytes?: number;
}

/** Loads of scenarios in the making are kept below this. */
const BLOCK_BYTES = 32 * 1024 * 1024;

/**
 * What every failure alone would do to the network: resulting loads, utilisation, overloads, lost traffic (ECMP by
 * cost, equal split). Answers come in the order of the scenarios, which are read in blocks of bounded memory. In each
 * block the tree of a target is built once, then repaired and put back for every scenario that touches it. Throws
 * RangeError for unknown nodes.
 */
export function* sweep(
  graph: CompiledGraph,
  demands: readonly Demand[],
  scenarios: Iterable<FailureScenario>,
  options: SweepOptions = {},
): Generator<SweepResult, void, undefined> {
  const plan = planSweep(graph, demands, options);
  const room = Math.max(16, Math.floor((options.blockBytes ?? BLOCK_BYTES) / (8 * Math.max(1, graph.arcCount))));
  let block: FailureScenario[] = [];
  for (const scenario of scenarios) {
    block.push(scenario);
    if (block.length < room) continue;
    yield* sweepBlock(plan, block);
    block = [];
  }
  if (block.length > 0) yield* sweepBlock(plan, block);
}

/** What is the same for all blocks. Work is done on a renumbered graph; answers bear the caller's numbers. */
interface SweepPlan {
  readonly outer: CompiledGraph;
  readonly inner: CompiledGraph;
  /** Inner number of each of the caller's arcs. */
  readonly arcNumber: Int32Array;
  readonly traffic: readonly TargetTraffic[];
  /** Per inner arc. */
  readonly cost: Float64Array;
  /** Per arc of the caller. */
  readonly fixedBps: Float64Array;
  readonly limit: number;
}

function planSweep(graph: CompiledGraph, demands: readonly Demand[], options: SweepOptions): SweepPlan {
  const { graph: inner, arcNumber } = renumberAlongPaths(graph);
  const cost = inner.metric.slice();
  options.cost?.forEach((value, arc) => {
    cost[arcNumber[arc] as number] = value;
  });
  return {
    outer: graph,
    inner,
    arcNumber,
    traffic: trafficByTarget(inner, demands),
    cost,
    fixedBps: options.fixedBps ?? new Float64Array(graph.arcCount),
    limit: options.limit ?? 1,
  };
}

/** One scenario of a block while it is being computed; arcs by their inner numbers. */
interface Case {
  readonly scenario: FailureScenario;
  readonly change: CostChange;
  /** By how much the loads of the arcs differ from before. */
  readonly deltaBps: Float64Array;
  lostBps: number;
  touchedTargets: number;
}

function* sweepBlock(plan: SweepPlan, scenarios: readonly FailureScenario[]): Generator<SweepResult, void, undefined> {
  const cases = scenarios.map((scenario) => newCase(plan, scenario));
  const baseBps = new Float64Array(plan.inner.arcCount);
  const lostBps = sweepTargets(plan, cases, baseBps);
  const loadBps = new Float64Array(plan.outer.arcCount);
  for (const one of cases) {
    addUp(plan, one, baseBps, loadBps);
    yield resultOf(plan, one, lostBps + one.lostBps, loadBps);
  }
}

function newCase({ inner, arcNumber, cost }: SweepPlan, scenario: FailureScenario): Case {
  // An arc that is closed already makes no difference; one that is named twice must be put back to its true cost.
  const numbers = new Set(scenario.arcs.map((arc) => arcNumber[arc] as number));
  const arcs = Int32Array.from(numbers).filter((arc) => cost[arc] !== Infinity);
  const before = Float64Array.from(arcs, (arc) => cost[arc] as number);
  const deltaBps = new Float64Array(inner.arcCount);
  return { scenario, change: { arcs, before }, deltaBps, lostBps: 0, touchedTargets: 0 };
}

/** Trees that are repaired in turn for one scenario: they fit a processor's cache, and so do the scenario's loads. */
const TREES = 16;

/**
 * A few targets at a time, scenario by scenario: what they write to then stays in the processor's cache, while the loads
 * of all scenarios, or the trees of all targets, would not. Returns what is lost before.
 */
function sweepTargets(plan: SweepPlan, cases: readonly Case[], baseBps: Float64Array): number {
  const { inner, cost, traffic } = plan;
  const search = new ShortestPaths(inner);
  const trees = Array.from({ length: Math.min(TREES, traffic.length) }, () => new TargetTree(inner, cost));
  const repairs = { repair: new TreeRepair(inner), flows: new FlowRepair(inner), journal: new TreeJournal() };
  let lostBps = 0;
  for (let from = 0; from < traffic.length; from += TREES) {
    const rows = traffic.slice(from, from + TREES);
    rows.forEach((row, at) => {
      lostBps += (trees[at] as TargetTree).build(search, row, baseBps);
    });
    const built = trees.slice(0, rows.length);
    for (const one of cases) sweepTrees(built, one, cost, repairs);
  }
  return lostBps;
}

interface Repairs {
  readonly repair: TreeRepair;
  readonly flows: FlowRepair;
  readonly journal: TreeJournal;
}

/** Lets a scenario happen to these trees, and takes it back. */
function sweepTrees(
  trees: readonly TargetTree[],
  one: Case,
  cost: Float64Array,
  { repair, flows, journal }: Repairs,
): void {
  const { arcs, before } = one.change;
  const start = journal.mark();
  for (const arc of arcs) cost[arc] = Infinity;
  for (const tree of trees) {
    if (!isTouched(tree, arcs)) continue;
    one.touchedTargets += 1;
    repair.repair(tree, one.change, journal);
    one.lostBps += flows.move(tree, journal, 0, one.deltaBps, false);
    journal.undo(tree, start);
  }
  for (let at = 0; at < arcs.length; at += 1) cost[arcs[at] as number] = before[at] as number;
}

function isTouched(tree: TargetTree, arcs: Int32Array): boolean {
  const { isNext } = tree;
  let at = 0;
  while (at < arcs.length && isNext[arcs[at] as number] === 0) at += 1;
  return at < arcs.length;
}

/** Loads before plus the difference, under the caller's numbers; failed arcs carry nothing. */
function addUp(plan: SweepPlan, one: Case, baseBps: Float64Array, loadBps: Float64Array): void {
  const { arcNumber, fixedBps } = plan;
  for (let arc = 0; arc < loadBps.length; arc += 1) {
    const inner = arcNumber[arc] as number;
    const base = baseBps[inner] as number;
    const routed = base + (one.deltaBps[inner] as number);
    // What rounding leaves of a load that went away altogether is nothing.
    loadBps[arc] = (fixedBps[arc] as number) + (routed <= base * RESIDUE ? 0 : routed);
  }
  for (const arc of one.scenario.arcs) loadBps[arc] = 0;
}

const RESIDUE = 1e-12;

function resultOf(plan: SweepPlan, one: Case, lostBps: number, loadBps: Float64Array): SweepResult {
  const { capacityBps } = plan.outer;
  const overloaded: number[] = [];
  let mlu = 0;
  let hottestArc = -1;
  for (let arc = 0; arc < loadBps.length; arc += 1) {
    const utilisation = (loadBps[arc] as number) / (capacityBps[arc] as number);
    if (utilisation > plan.limit) overloaded.push(arc);
    if (utilisation <= mlu) continue;
    mlu = utilisation;
    hottestArc = arc;
  }
  return { scenario: one.scenario, loadBps, mlu, hottestArc, overloaded, lostBps, touchedTargets: one.touchedTargets };
}
