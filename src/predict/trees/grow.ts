import type { BinnedTable, Cuts } from './bins.ts';
import { BIN_COUNT } from './bins.ts';
import type { Gradients } from './gradients.ts';
import { addRows, type Histogram, subtract } from './histogram.ts';
import { bestSplit, type Split, type SplitRules } from './split.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';
import { TreeWriter } from './tree-writer.ts';

export interface GrowRules extends SplitRules {
  readonly maxDepth: number;
  /** Each leaf is multiplied with it. */
  readonly learningRate: number;
  /** What a leaf with these rows says, before it is multiplied: the Newton step where missing. */
  readonly leafOf?: (rows: Int32Array) => number;
}

/** A node that may still be split: its rows are `rows[begin..end)`. */
interface OpenNode {
  readonly node: number;
  readonly begin: number;
  readonly end: number;
  readonly histogram: Histogram;
}

/** Grows trees level by level over the same binned rows; keeps its buffers from tree to tree. */
export class TreeGrower {
  readonly #table: BinnedTable;
  readonly #cuts: Cuts;
  readonly #gradients: Gradients;
  readonly #rules: GrowRules;
  readonly #scratch: Int32Array;
  readonly #spare: Histogram[] = [];

  constructor(table: BinnedTable, cuts: Cuts, gradients: Gradients, rules: GrowRules) {
    this.#table = table;
    this.#cuts = cuts;
    this.#gradients = gradients;
    this.#rules = rules;
    this.#scratch = new Int32Array(table.rowCount);
  }

  /**
   * One tree over these rows (which it reorders); each node is split on one of the features that `featuresOf` names
   * for it. `onLeaf` hears of each leaf with its value and its rows.
   */
  grow(
    rows: Int32Array,
    featuresOf: () => Int32Array,
    onLeaf: (value: number, rows: Int32Array) => void,
  ): TreeEnsemble {
    const writer = new TreeWriter(this.#table.featureCount);
    const root: OpenNode = { node: writer.root(), begin: 0, end: rows.length, histogram: this.#histogram() };
    addRows(root.histogram, this.#table, this.#gradients.packed, rows, 0, rows.length);
    let level = [root];
    for (let depth = 0; level.length > 0; depth += 1) {
      const next: OpenNode[] = [];
      for (const open of level) {
        const mayGrow = depth < this.#rules.maxDepth;
        const split = mayGrow ? bestSplit(open.histogram, featuresOf(), this.#gradients, this.#rules) : null;
        if (split === null) this.#close(writer, rows, open, onLeaf);
        else next.push(...this.#divide(writer, rows, open, split, depth + 1 < this.#rules.maxDepth));
      }
      level = next;
    }
    return writer.tree();
  }

  #divide(writer: TreeWriter, rows: Int32Array, open: OpenNode, split: Split, childrenMayGrow: boolean): OpenNode[] {
    const threshold = (this.#cuts[split.feature] as Float32Array)[split.bin - 1] as number;
    const [left, right] = writer.split(open.node, { ...split, threshold });
    const middle = this.#partition(rows, open, split);
    const part = this.#histogram();
    const leftIsSmaller = middle - open.begin <= open.end - middle;
    // Leaves need no histogram: the last level is spared the most expensive step.
    if (childrenMayGrow) {
      const [begin, end] = leftIsSmaller ? [open.begin, middle] : [middle, open.end];
      addRows(part, this.#table, this.#gradients.packed, rows, begin, end);
      subtract(open.histogram, part);
    }
    const [leftHistogram, rightHistogram] = leftIsSmaller ? [part, open.histogram] : [open.histogram, part];
    return [
      { node: left, begin: open.begin, end: middle, histogram: leftHistogram },
      { node: right, begin: middle, end: open.end, histogram: rightHistogram },
    ];
  }

  /** Brings the rows that go left to the front, in their order, and answers where the others begin. */
  #partition(rows: Int32Array, { begin, end }: OpenNode, { feature, bin, missingLeft }: Split): number {
    const { columns, rowCount } = this.#table;
    const first = feature * rowCount;
    const scratch = this.#scratch;
    let left = begin;
    let rightCount = 0;
    for (let at = begin; at < end; at += 1) {
      const row = rows[at] as number;
      const own = columns[first + row] as number;
      if (own === 0 ? missingLeft : own <= bin) rows[left++] = row;
      else scratch[rightCount++] = row;
    }
    rows.set(scratch.subarray(0, rightCount), left);
    return left;
  }

  #close(writer: TreeWriter, rows: Int32Array, open: OpenNode, onLeaf: (value: number, rows: Int32Array) => void) {
    const own = rows.subarray(open.begin, open.end);
    const { learningRate, leafOf } = this.#rules;
    const value = Math.fround(learningRate * (leafOf === undefined ? this.#newtonStep(own) : leafOf(own)));
    writer.leaf(open.node, value);
    this.#spare.push(open.histogram);
    onLeaf(value, own);
  }

  #newtonStep(rows: Int32Array): number {
    const { gradient, hessian } = this.#gradients;
    let gradients = 0;
    let hessians = 0;
    for (const row of rows) {
      gradients += gradient[row] as number;
      hessians += hessian[row] as number;
    }
    return hessians === 0 ? 0 : -gradients / (hessians + this.#rules.l2);
  }

  #histogram(): Histogram {
    return this.#spare.pop() ?? new Float64Array(this.#table.featureCount * BIN_COUNT);
  }
}
