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
   * to `loadBps` (per arc). Returns by how much the traffic without a way grew (bit/s; may be negative).
   */
  move(tree: TargetTree, journal: TreeJournal, firstFlip: number, loadBps: Float64Array): number {
    this.#collectDirty(journal, firstFlip);
    let lostBps = 0;
    for (let at = 0; at < this.#dirty.size; at += 1) lostBps -= this.#withdraw(tree, this.#dirty.at(at), loadBps);
    for (let at = firstFlip; at < journal.flips.size; at += 1) this.#isTurned[journal.flips.at(at)] = 0;
    while (this.#heap.size > 0) {
      const node = this.#heap.topNode;
      this.#heap.drop();
      lostBps += this.#handOn(tree, node, journal, loadBps);
    }
    this.#dirty.size = 0;
    return lostBps;
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

  /** Passes on what is new at a node: all of its traffic if its next hops are new; returns what has no way. */
  #handOn(tree: TargetTree, node: number, journal: TreeJournal, loadBps: Float64Array): number {
    const delta = this.#deltaBps[node] as number;
    const before = tree.flowBps[node] as number;
    const wasDirty = this.#isDirty[node] === 1;
    this.#deltaBps[node] = 0;
    this.#isQueued[node] = 0;
    this.#isDirty[node] = 0;
    const isResidue = Math.abs(delta) <= RESIDUE * before;
    if (isResidue && !wasDirty) return 0;
    const after = settled(before + delta, before);
    if (after !== before) {
      journal.noteFlow(tree, node);
      tree.flowBps[node] = after;
    }
    if (node === tree.target) return 0;
    const count = tree.nextCount[node] as number;
    if (count === 0) return after;
    this.#spread(tree, node, (wasDirty ? after : after - before) / count, loadBps);
    return 0;
  }

  #spread(tree: TargetTree, node: number, share: number, loadBps: Float64Array): void {
    if (share === 0) return;
    const { outStart, outArcs, outHead } = this.#graph;
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot += 1) {
      const arc = outArcs[slot] as number;
      if (tree.isNext[arc] === 1) this.#add(tree, arc, outHead[slot] as number, share, loadBps);
    }
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

function settled(bps: number, before: number): number {
  return bps <= RESIDUE * before ? 0 : bps;
}
