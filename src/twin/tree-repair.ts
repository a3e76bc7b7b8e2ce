import type { CompiledGraph } from './compiled.ts';
import { isNextHop } from './ecmp.ts';
import { KeyHeap } from './heap.ts';
import { IntStack } from './stack.ts';
import type { TargetTree } from './target-tree.ts';
import type { TreeJournal } from './tree-journal.ts';

/** Arcs whose cost is another now; the trees' `cost` has the new ones. */
export interface CostChange {
  readonly arcs: Int32Array;
  /** Cost before, in the order of `arcs`. */
  readonly before: Float64Array;
}

/**
 * Repairs shortest-path trees after changes of cost, failures among them (cost Infinity), at the nodes concerned
 * only, in the manner of Ramalingam and Reps (1996): nodes that lose their way to the target are taken out of the
 * tree and attached again, the nearest first; nodes that a cheaper arc serves better are lowered. Distances come out
 * equal to those computed from scratch, bit by bit, for any cost >= 0. Scratch space is reused: one at a time.
 */
export class TreeRepair {
  readonly #graph: CompiledGraph;
  readonly #heap = new KeyHeap(64);
  /** 1 where the label of a node changes in this repair. */
  readonly #isChanged: Uint8Array;
  readonly #changed: IntStack;

  constructor(graph: CompiledGraph) {
    this.#graph = graph;
    this.#isChanged = new Uint8Array(graph.nodeCount);
    this.#changed = new IntStack(graph.nodeCount);
  }

  /**
   * Brings the tree in line with its costs; what it overwrites is noted. Next hops that changed are the journal's new
   * flips. Returns the number of nodes whose label was written.
   */
  repair(tree: TargetTree, change: CostChange, journal: TreeJournal): number {
    this.#detach(tree, change, journal);
    this.#attach(tree, journal);
    this.#lower(tree, change, journal);
    this.#settle(tree, journal);
    this.#turnNextHops(tree, change, journal);
    const { values, size } = this.#changed;
    for (let at = 0; at < size; at += 1) this.#isChanged[values[at] as number] = 0;
    this.#changed.size = 0;
    return size;
  }

  /** Finds the nodes whose way in the tree became longer, but for those with another way of the same cost. */
  #detach(tree: TargetTree, change: CostChange, journal: TreeJournal): void {
    const { tail, inStart, inArcs, inTail } = this.#graph;
    const { via, cost } = tree;
    for (let at = 0; at < change.arcs.length; at += 1) {
      const arc = change.arcs[at] as number;
      const node = tail[arc] as number;
      if (via[node] === arc && (cost[arc] as number) > (change.before[at] as number)) this.#orphan(tree, node, journal);
    }
    for (let at = 0; at < this.#changed.size; at += 1) {
      const node = this.#changed.at(at);
      const end = inStart[node + 1] as number;
      for (let slot = inStart[node] as number; slot < end; slot += 1) {
        const from = inTail[slot] as number;
        if (via[from] === inArcs[slot]) this.#orphan(tree, from, journal);
      }
    }
  }

  /** A node that has lost its arc in the tree: takes another of the same cost, or waits to be attached. */
  #orphan(tree: TargetTree, node: number, journal: TreeJournal): void {
    if (this.#isChanged[node] === 1) return;
    const { outStart, outArcs, outHead } = this.#graph;
    const { distance, via, cost } = tree;
    const here = distance[node] as number;
    journal.noteLabel(tree, node);
    // Another way of the same cost is a second next hop.
    const end = (tree.nextCount[node] as number) > 1 ? (outStart[node + 1] as number) : -1;
    for (let slot = outStart[node] as number; slot < end; slot += 1) {
      const head = outHead[slot] as number;
      const there = distance[head] as number;
      const arc = outArcs[slot] as number;
      // Strictly nearer, so that orphans cannot hold on to each other.
      if (there < here && (cost[arc] as number) + there === here && this.#isChanged[head] === 0) {
        via[node] = arc;
        return;
      }
    }
    this.#isChanged[node] = 1;
    this.#changed.push(node);
  }

  /** Gives each orphan the best way over nodes that have kept theirs. */
  #attach(tree: TargetTree, _journal: TreeJournal): void {
    const { outStart, outArcs, outHead } = this.#graph;
    const { distance, via, cost } = tree;
    for (let at = 0; at < this.#changed.size; at += 1) {
      const node = this.#changed.at(at);
      let best = Infinity;
      let bestArc = -1;
      const end = outStart[node + 1] as number;
      for (let slot = outStart[node] as number; slot < end; slot += 1) {
        const head = outHead[slot] as number;
        if (this.#isChanged[head] === 1) continue;
        const arc = outArcs[slot] as number;
        const reach = (cost[arc] as number) + (distance[head] as number);
        if (reach < best) {
          best = reach;
          bestArc = arc;
        }
      }
      distance[node] = best;
      via[node] = bestArc;
      if (bestArc >= 0) this.#heap.push(best, node);
    }
  }

  /** Lets the tails of arcs that became cheaper take them. */
  #lower(tree: TargetTree, change: CostChange, journal: TreeJournal): void {
    const { tail, head } = this.#graph;
    for (let at = 0; at < change.arcs.length; at += 1) {
      const arc = change.arcs[at] as number;
      if ((tree.cost[arc] as number) >= (change.before[at] as number)) continue;
      const reach = (tree.cost[arc] as number) + (tree.distance[head[arc] as number] as number);
      this.#offer(tree, tail[arc] as number, arc, reach, journal);
    }
  }

  #offer(tree: TargetTree, node: number, arc: number, reach: number, journal: TreeJournal): void {
    if (reach >= (tree.distance[node] as number)) return;
    if (this.#isChanged[node] === 0) {
      journal.noteLabel(tree, node);
      this.#isChanged[node] = 1;
      this.#changed.push(node);
    }
    tree.distance[node] = reach;
    tree.via[node] = arc;
    this.#heap.push(reach, node);
  }

  /** Dijkstra from the labels that are new. */
  #settle(tree: TargetTree, journal: TreeJournal): void {
    const { inStart, inArcs, inTail } = this.#graph;
    const { distance, cost } = tree;
    const heap = this.#heap;
    while (heap.size > 0) {
      const base = heap.topKey;
      const node = heap.topNode;
      heap.drop();
      if (base !== distance[node]) continue;
      const end = inStart[node + 1] as number;
      for (let slot = inStart[node] as number; slot < end; slot += 1) {
        const arc = inArcs[slot] as number;
        const from = inTail[slot] as number;
        const reach = base + (cost[arc] as number);
        if (reach < (distance[from] as number)) this.#offer(tree, from, arc, reach, journal);
      }
    }
  }

  /** A next hop can only come or go where the cost, or the label of one of its ends, is new. */
  #turnNextHops(tree: TargetTree, change: CostChange, journal: TreeJournal): void {
    const { outStart, outArcs, outHead, inStart, inArcs, inTail, tail, head } = this.#graph;
    for (const arc of change.arcs) this.#turn(tree, arc, tail[arc] as number, head[arc] as number, journal);
    for (let at = 0; at < this.#changed.size; at += 1) {
      const node = this.#changed.at(at);
      const outEnd = outStart[node + 1] as number;
      for (let slot = outStart[node] as number; slot < outEnd; slot += 1) {
        this.#turn(tree, outArcs[slot] as number, node, outHead[slot] as number, journal);
      }
      const inEnd = inStart[node + 1] as number;
      for (let slot = inStart[node] as number; slot < inEnd; slot += 1) {
        const from = inTail[slot] as number;
        if (this.#isChanged[from] === 0) this.#turn(tree, inArcs[slot] as number, from, node, journal);
      }
    }
  }

  #turn(tree: TargetTree, arc: number, tail: number, head: number, journal: TreeJournal): void {
    const { distance, cost, isNext } = tree;
    const isUsed = isNextHop(distance[tail] as number, cost[arc] as number, distance[head] as number);
    if (isUsed !== (isNext[arc] === 1)) journal.flip(tree, arc);
  }
}
