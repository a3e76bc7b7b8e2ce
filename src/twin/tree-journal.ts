import { FloatStack, IntStack } from './stack.ts';
import type { TargetTree } from './target-tree.ts';

/** How far a journal was written. */
export interface JournalMark {
  readonly labels: number;
  readonly flips: number;
  readonly flows: number;
}

/** What repairs overwrote in trees, so that it can be put back in time proportional to what changed. */
export class TreeJournal {
  readonly labelNodes = new IntStack(256);
  readonly labelDistances = new FloatStack(256);
  readonly labelVias = new IntStack(256);
  /** Arcs that became next hops, or ceased to be. */
  readonly flips = new IntStack(256);
  readonly flowNodes = new IntStack(256);
  readonly flows = new FloatStack(256);

  mark(): JournalMark {
    return { labels: this.labelNodes.size, flips: this.flips.size, flows: this.flowNodes.size };
  }

  noteLabel(tree: TargetTree, node: number): void {
    this.labelNodes.push(node);
    this.labelDistances.push(tree.distance[node] as number);
    this.labelVias.push(tree.via[node] as number);
  }

  noteFlow(tree: TargetTree, node: number): void {
    this.flowNodes.push(node);
    this.flows.push(tree.flowBps[node] as number);
  }

  /** Makes an arc a next hop of its tail, or no longer; noted. */
  flip(tree: TargetTree, arc: number): void {
    this.flips.push(arc);
    turn(tree, arc);
  }

  /** Puts back what was noted after the mark; all of it must be about this tree. The newest goes first. */
  undo(tree: TargetTree, mark: JournalMark): void {
    while (this.flips.size > mark.flips) turn(tree, this.flips.at(--this.flips.size));
    while (this.labelNodes.size > mark.labels) {
      const at = --this.labelNodes.size;
      const node = this.labelNodes.at(at);
      tree.distance[node] = this.labelDistances.at(at);
      tree.via[node] = this.labelVias.at(at);
    }
    this.labelDistances.size = mark.labels;
    this.labelVias.size = mark.labels;
    while (this.flowNodes.size > mark.flows) {
      const at = --this.flowNodes.size;
      tree.flowBps[this.flowNodes.at(at)] = this.flows.at(at);
    }
    this.flows.size = mark.flows;
  }

  /** Forgets everything: what was changed stays. */
  clear(): void {
    for (const stack of [this.labelNodes, this.labelDistances, this.labelVias]) stack.size = 0;
    for (const stack of [this.flips, this.flowNodes, this.flows]) stack.size = 0;
  }
}

function turn(tree: TargetTree, arc: number): void {
  const tail = tree.graph.tail[arc] as number;
  const isNext = tree.isNext[arc] as number;
  tree.isNext[arc] = 1 - isNext;
  tree.nextCount[tail] = (tree.nextCount[tail] as number) + 1 - 2 * isNext;
}
