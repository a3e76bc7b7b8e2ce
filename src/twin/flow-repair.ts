import type { CompiledGraph } from './compiled.ts';
import { KeyHeap } from './heap.ts';
import { IntStack } from './stack.ts';
import type { TargetTree } from './target-tree.ts';
import type { TreeJournal } from './tree-journal.ts';

/** What is left of a flow, relative to it, when it was added and taken away again: rounding, not traffic. */
const RESIDUE = 1e-13;

/**
 * Moves traffic after a repair: nodes with other next hops take their traffic off the old ones and put it on the new
 * ones, and only the difference goes on towards the target, until it cancels out. Scratch space is reused.
 */
export class FlowRepair {
  readonly #graph: CompiledGraph;
  readonly #heap = new KeyHeap(64);
  /** Arcs that the repair turned, while a move is under way. */
  readonly #isTurned: Uint8Array;
  /** 1 where the next hops of a node are other ones and its traffic is not yet on them. */
  readonly #isDirty: Uint8Array;
  readonly #isQueued: Uint8Array;
  readonly #deltaBps: Float64Array;
  readonly #dirty: IntStack;

  constructor(graph: CompiledGraph) {
    this.#graph = graph;
    this.#isTurned = new Uint8Array(graph.arcCount);
    this.#isDirty = new Uint8Array(graph.nodeCount);
    this.#isQueued = new Uint8Array(graph.nodeCount);
    this.#deltaBps = new Float64Array(graph.nodeCount);
    this.#dirty = new IntStack(graph.nodeCount);
  }

  /**
   * Brings flows in line with the next hops that the journal says were turned since `firstFlip`; adds the difference
   * to `loadBps` (per arc). Without `keepsFlows` the tree's own flows stay as they were: enough when the repair is
   * undone next. Returns by how much the traffic without a way grew (bit/s; may be negative).
   */
  move(tree: TargetTree, journal: TreeJournal, firstFlip: number, loadBps: Float64Array, keepsFlows: boolean): number {
    this.#collectDirty(journal, firstFlip);
    let lostBps = 0;
    for (let at = 0; at < this.#dirty.size; at += 1) lostBps -= this.#withdraw(tree, this.#dirty.at(at), loadBps);
    for (let at = firstFlip; at < journal.flips.size; at += 1) this.#isTurned[journal.flips.at(at)] = 0;
    this.#dirty.size = 0;
    const notes = keepsFlows ? journal : null;
    while (this.#heap.size > 0) {
      const node = this.#heap.topNode;
      this.#heap.drop();
      const last = this.#walk(tree, node, notes, loadBps);
      if (last >= 0) lostBps += this.#arrive(tree, last, notes, loadBps);
    }
    return lostBps;
  }

  /**
   * Follows traffic from a node along single next hops as long as no node that waits is farther. Returns the node
   * where more than that has to be done; -1 where nothing is left or the next node waits in the heap.
   */
  #walk(tree: TargetTree, from: number, notes: TreeJournal | null, loadBps: Float64Array): number {
    const { nextCount, via, isNext, flowBps, distance } = tree;
    const { head } = this.#graph;
    const heap = this.#heap;
    const deltaBps = this.#deltaBps;
    const isQueued = this.#isQueued;
    let node = from;
    while (nextCount[node] === 1 && notes === null && this.#isDirty[node] === 0) {
      const arc = via[node] as number;
      if (isNext[arc] === 0) break;
      const delta = deltaBps[node] as number;
      deltaBps[node] = 0;
      isQueued[node] = 0;
      if (Math.abs(delta) <= RESIDUE * (flowBps[node] as number)) return -1;
      loadBps[arc] = (loadBps[arc] as number) + delta;
      node = head[arc] as number;
      deltaBps[node] = (deltaBps[node] as number) + delta;
      if (isQueued[node] === 1) return -1;
      const key = -(distance[node] as number);
      if (heap.size > 0 && key > heap.topKey) {
        isQueued[node] = 1;
        heap.push(key, node);
        return -1;
      }
    }
    return node;
  }

  #collectDirty(journal: TreeJournal, firstFlip: number): void {
    const { tail } = this.#graph;
    for (let at = firstFlip; at < journal.flips.size; at += 1) {
      const arc = journal.flips.at(at);
      const node = tail[arc] as number;
      this.#isTurned[arc] = 1;
      if (this.#isDirty[node] === 1) continue;
      this.#isDirty[node] = 1;
      this.#dirty.push(node);
    }
  }

  /** Takes a node's traffic off its old next hops; returns what of it had no way before. */
  #withdraw(tree: TargetTree, node: number, loadBps: Float64Array): number {
    const { outStart, outArcs, outHead } = this.#graph;
    const { isNext } = tree;
    const flow = tree.flowBps[node] as number;
    this.#queue(tree, node);
    const begin = outStart[node] as number;
    const end = outStart[node + 1] as number;
    let count = 0;
    for (let slot = begin; slot < end; slot += 1) {
      const arc = outArcs[slot] as number;
      count += (isNext[arc] as number) ^ (this.#isTurned[arc] as number);
    }
    if (count === 0) return flow;
    const share = flow / count;
    for (let slot = begin; share > 0 && slot < end; slot += 1) {
      const arc = outArcs[slot] as number;
      if (((isNext[arc] as number) ^ (this.#isTurned[arc] as number)) === 0) continue;
      this.#add(tree, arc, outHead[slot] as number, -share, loadBps);
    }
    return 0;
  }

  /** Adds what waits at a node to its traffic, and returns that. */
  #take(tree: TargetTree, node: number, notes: TreeJournal | null): number {
    const before = tree.flowBps[node] as number;
    const after = before + (this.#deltaBps[node] as number);
    const cleaned = after <= RESIDUE * before ? 0 : after;
    this.#deltaBps[node] = 0;
    this.#isQueued[node] = 0;
    this.#isDirty[node] = 0;
    if (notes !== null) {
      notes.noteFlow(tree, node);
      tree.flowBps[node] = cleaned;
    }
    return cleaned;
  }

  /**
   * Passes on what is new at a node, all of its traffic if its next hops are new. Returns what has no way: all of it at
   * a node that the target cannot be reached from.
   */
  #arrive(tree: TargetTree, node: number, notes: TreeJournal | null, loadBps: Float64Array): number {
    const before = tree.flowBps[node] as number;
    const waiting = this.#deltaBps[node] as number;
    const wasDirty = this.#isDirty[node] === 1;
    const after = this.#take(tree, node, notes);
    const count = tree.nextCount[node] as number;
    if (count === 0) return node === tree.target ? 0 : after;
    if (!wasDirty && Math.abs(waiting) <= RESIDUE * before) return 0;
    const share = (wasDirty ? after : waiting) / count;
    if (share === 0) return 0;
    const { outStart, outArcs, outHead } = this.#graph;
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot += 1) {
      const arc = outArcs[slot] as number;
      if (tree.isNext[arc] === 1) this.#add(tree, arc, outHead[slot] as number, share, loadBps);
    }
    return 0;
  }

  #add(tree: TargetTree, arc: number, head: number, bps: number, loadBps: Float64Array): void {
    loadBps[arc] = (loadBps[arc] as number) + bps;
    this.#deltaBps[head] = (this.#deltaBps[head] as number) + bps;
    this.#queue(tree, head);
  }

  /** Farthest first, so that all that comes to a node is there when its turn comes. */
  #queue(tree: TargetTree, node: number): void {
    if (this.#isQueued[node] === 1) return;
    this.#isQueued[node] = 1;
    this.#heap.push(-(tree.distance[node] as number), node);
  }
}
