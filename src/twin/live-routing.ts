import type { Demand } from '../../topology/model.ts';
import type { CompiledGraph } from './compiled.ts';
import { routeTo, type TargetRouting } from './ecmp.ts';
import { FlowRepair } from './flow-repair.ts';
import { ShortestPaths } from './shortest-path.ts';
import { FloatStack, IntStack } from './stack.ts';
import { TargetTree } from './target-tree.ts';
import { trafficByTarget } from './traffic.ts';
import { type JournalMark, TreeJournal } from './tree-journal.ts';
import { type CostChange, TreeRepair } from './tree-repair.ts';

/** What a change did. */
export interface RoutingChange {
  /** Targets whose tree was repaired. */
  readonly targets: readonly number[];
  /** Nodes whose way to a target was written anew, summed over the targets. */
  readonly changedNodes: number;
}

/** A what-if on top of a routing: while it is open, changes go to it; closing it takes them back. */
export interface RoutingFork {
  /** Takes back everything since the fork was opened, in time proportional to that. Forks close in reverse order. */
  discard(): void;
}

/** One tree's part of a change, as the journals know it. */
interface Chapter {
  readonly tree: TargetTree;
  readonly mark: JournalMark;
}

/**
 * IGP routing and loads of a whole network, kept up to date under failures, restorations and changes of cost: only
 * trees that a change touches are repaired, only at the nodes concerned, and only the traffic that moved is moved.
 * `fork()` costs nothing; what happens after it costs what it changes, and so does taking it back.
 */
export class LiveRouting {
  readonly graph: CompiledGraph;
  /** IGP cost per arc; Infinity where closed. Change it by `setCosts` only. */
  readonly cost: Float64Array;
  /** bit/s per arc. */
  readonly loadBps: Float64Array;
  /** bit/s of demands without a way. */
  lostBps = 0;
  readonly #trees = new Map<number, TargetTree>();
  readonly #search: ShortestPaths;
  readonly #repair: TreeRepair;
  readonly #flows: FlowRepair;
  readonly #journal = new TreeJournal();
  readonly #chapters: Chapter[] = [];
  readonly #costArcs = new IntStack(64);
  readonly #costs = new FloatStack(64);
  readonly #loadArcs = new IntStack(256);
  readonly #loads = new FloatStack(256);
  #openForks = 0;
  /** Loads of one change, 0 between changes. */
  readonly #deltaBps: Float64Array;

  /** Routes all demands from scratch over `cost` (copied). Throws RangeError for unknown nodes. */
  constructor(graph: CompiledGraph, demands: readonly Demand[], cost: Float64Array = graph.metric) {
    this.graph = graph;
    this.cost = cost.slice();
    this.loadBps = new Float64Array(graph.arcCount);
    this.#deltaBps = new Float64Array(graph.arcCount);
    this.#search = new ShortestPaths(graph);
    this.#repair = new TreeRepair(graph);
    this.#flows = new FlowRepair(graph);
    for (const row of trafficByTarget(graph, demands)) {
      const tree = new TargetTree(graph, this.cost);
      this.lostBps += tree.build(this.#search, row, this.loadBps);
      this.#trees.set(row.target, tree);
    }
  }

  /** Closes the arcs. */
  fail(arcs: Iterable<number>): RoutingChange {
    return this.setCosts(Array.from(arcs, (arc) => [arc, Infinity] as const));
  }

  /** Opens the arcs again, at the graph's own metrics. */
  restore(arcs: Iterable<number>): RoutingChange {
    return this.setCosts(Array.from(arcs, (arc) => [arc, this.graph.metric[arc] as number] as const));
  }

  /** Gives arcs new costs (> 0; Infinity closes), all at once; of two for the same arc the last one counts. */
  setCosts(costs: Iterable<readonly [arc: number, cost: number]>): RoutingChange {
    const wanted = [...new Map(costs)].filter(([arc, cost]) => this.cost[arc] !== cost);
    for (const [arc, cost] of wanted) {
      if (!(cost > 0)) throw new RangeError(`cost of arc ${arc}: must be > 0, got ${cost}`);
    }
    const arcs = Int32Array.from(wanted, ([arc]) => arc);
    const change: CostChange = { arcs, before: Float64Array.from(arcs, (arc) => this.cost[arc] as number) };
    for (const [arc, cost] of wanted) {
      this.#noteCost(arc);
      this.cost[arc] = cost;
    }
    return this.#apply(change);
  }

  /** Routing towards a node, as it is now: a copy. */
  routingTo(target: number): TargetRouting {
    return this.#trees.get(target)?.routing() ?? routeTo(this.#search, target, this.cost);
  }

  /** Opens a what-if. Until it is discarded, changes are noted so that they can be taken back. */
  fork(): RoutingFork {
    const depth = ++this.#openForks;
    const [chapters, costs, loads, lostBps] = [
      this.#chapters.length,
      this.#costArcs.size,
      this.#loadArcs.size,
      this.lostBps,
    ];
    return {
      discard: () => {
        if (depth !== this.#openForks) throw new RangeError('forks are discarded once, and the newest first');
        this.#openForks -= 1;
        this.#rollBack(chapters, costs, loads);
        this.lostBps = lostBps;
      },
    };
  }

  #apply(change: CostChange): RoutingChange {
    const targets: number[] = [];
    let changedNodes = 0;
    for (const [target, tree] of this.#trees) {
      if (!this.#isTouched(tree, change)) continue;
      const mark = this.#journal.mark();
      changedNodes += this.#repair.repair(tree, change, this.#journal);
      this.lostBps += this.#flows.move(tree, this.#journal, mark.flips, this.#deltaBps, true);
      targets.push(target);
      if (this.#openForks > 0) this.#chapters.push({ tree, mark });
      else this.#journal.clear();
    }
    if (targets.length > 0) this.#addDelta();
    return { targets, changedNodes };
  }

  /** Does one of the arcs lie on a way to the target, or would it now? */
  #isTouched(tree: TargetTree, change: CostChange): boolean {
    const { tail, head } = this.graph;
    for (let at = 0; at < change.arcs.length; at += 1) {
      const arc = change.arcs[at] as number;
      if (tree.isNext[arc] === 1) return true;
      if ((tree.cost[arc] as number) >= (change.before[at] as number)) continue;
      const reach = (tree.cost[arc] as number) + (tree.distance[head[arc] as number] as number);
      // A little more than the tolerance of equal costs: too many repairs do no harm.
      if (reach <= (tree.distance[tail[arc] as number] as number) * (1 + 1e-8) && reach !== Infinity) return true;
    }
    return false;
  }

  #noteCost(arc: number): void {
    if (this.#openForks === 0) return;
    this.#costArcs.push(arc);
    this.#costs.push(this.cost[arc] as number);
  }

  /** Adds what the trees moved to the loads, arc by arc where something moved. */
  #addDelta(): void {
    for (let arc = 0; arc < this.#deltaBps.length; arc += 1) {
      const delta = this.#deltaBps[arc] as number;
      if (delta === 0) continue;
      const before = this.loadBps[arc] as number;
      const after = before + delta;
      this.#deltaBps[arc] = 0;
      if (this.#openForks > 0) {
        this.#loadArcs.push(arc);
        this.#loads.push(before);
      }
      // What rounding leaves of a load that went away altogether is nothing.
      this.loadBps[arc] = after <= before * 1e-12 ? 0 : after;
    }
  }

  #rollBack(chapters: number, costs: number, loads: number): void {
    for (const { tree, mark } of this.#chapters.splice(chapters).reverse()) this.#journal.undo(tree, mark);
    while (this.#costArcs.size > costs) {
      const at = --this.#costArcs.size;
      this.cost[this.#costArcs.at(at)] = this.#costs.at(at);
    }
    this.#costs.size = costs;
    while (this.#loadArcs.size > loads) {
      const at = --this.#loadArcs.size;
      this.loadBps[this.#loadArcs.at(at)] = this.#loads.at(at);
    }
    this.#loads.size = loads;
  }
}
