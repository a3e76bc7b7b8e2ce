import type { CompiledGraph } from '../../../twin/compiled.ts';
import { FlowRepair } from '../../../twin/flow-repair.ts';
import { ShortestPaths } from '../../../twin/shortest-path.ts';
import { type TargetTraffic, TargetTree } from '../../../twin/target-tree.ts';
import { type JournalMark, TreeJournal } from '../../../twin/tree-journal.ts';
import { type CostChange, TreeRepair } from '../../../twin/tree-repair.ts';

/** A metric as it would be. */
export interface MetricSetting {
  readonly arc: number;
  readonly to: number;
}

/** Next hops within this (relative) count as equal in the routing; looked at a little wider. */
const NEARLY = 1 + 4e-9;

/** The whole network's ECMP routing under metrics that can be tried and changed; only what changes is repaired. */
export class MetricState {
  readonly graph: CompiledGraph;
  /** Metric per arc; Infinity where the arc is gone. */
  readonly cost: Float64Array;
  /** bit/s per arc. */
  readonly loadBps: Float64Array;
  readonly trees: readonly TargetTree[];
  readonly #repair: TreeRepair;
  readonly #flows: FlowRepair;
  readonly #journal = new TreeJournal();
  readonly #start: JournalMark;

  constructor(graph: CompiledGraph, cost: Float64Array, traffic: readonly TargetTraffic[]) {
    this.graph = graph;
    this.cost = cost.slice();
    this.loadBps = new Float64Array(graph.arcCount);
    this.#repair = new TreeRepair(graph);
    this.#flows = new FlowRepair(graph);
    this.#start = this.#journal.mark();
    const search = new ShortestPaths(graph);
    this.trees = traffic.map((row) => {
      const tree = new TargetTree(graph, this.cost);
      tree.build(search, row, this.loadBps);
      return tree;
    });
  }

  /** bit/s per arc if these metrics were set; nothing is changed. The array is the caller's. */
  loadsWith(settings: readonly MetricSetting[]): Float64Array {
    const loadBps = this.loadBps.slice();
    const change = this.#setCosts(settings);
    for (const tree of this.trees) {
      if (!isTouched(tree, change)) continue;
      this.#repair.repair(tree, change, this.#journal);
      this.#flows.move(tree, this.#journal, 0, loadBps, false);
      this.#journal.undo(tree, this.#start);
    }
    change.arcs.forEach((arc, at) => {
      this.cost[arc] = change.before[at] as number;
    });
    return loadBps;
  }

  /** Sets metrics. */
  set(settings: readonly MetricSetting[]): void {
    const change = this.#setCosts(settings);
    for (const tree of this.trees) {
      if (!isTouched(tree, change)) continue;
      this.#repair.repair(tree, change, this.#journal);
      this.#flows.move(tree, this.#journal, 0, this.loadBps, true);
      this.#journal.clear();
    }
  }

  #setCosts(settings: readonly MetricSetting[]): CostChange {
    const differing = settings.filter(({ arc, to }) => this.cost[arc] !== to);
    const arcs = Int32Array.from(differing, ({ arc }) => arc);
    const before = Float64Array.from(arcs, (arc) => this.cost[arc] as number);
    for (const { arc, to } of differing) this.cost[arc] = to;
    return { arcs, before };
  }
}

/** Can the routing towards this target be another one? Costs are the new ones, labels the old ones. */
function isTouched({ graph, cost, distance, isNext }: TargetTree, { arcs, before }: CostChange): boolean {
  for (let at = 0; at < arcs.length; at += 1) {
    const arc = arcs[at] as number;
    if (isNext[arc] === 1) return true;
    const reach = (cost[arc] as number) + (distance[graph.head[arc] as number] as number);
    const isLower = (cost[arc] as number) < (before[at] as number);
    if (isLower && reach <= (distance[graph.tail[arc] as number] as number) * NEARLY) return true;
  }
  return false;
}
