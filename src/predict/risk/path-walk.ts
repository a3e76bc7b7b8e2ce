import type { TreeEnsemble } from '../trees/tree-ensemble.ts';

/** Numbers of one node: where its feature is, its threshold, its left child (the right one follows), its mean. */
const NODE = 4;

/**
 * Trees laid out for adding up what changes along the path of one row: a step waits for memory twice, for the node and
 * for the child's mean, which is then at hand for the next one.
 */
export class PathWalk {
  readonly #roots: Int32Array;
  /** By node: feature x 2, and 1 where missing values go left (-1 for leaves); threshold; left child; mean. */
  readonly #nodes: Int32Array;
  /** The same octets, for thresholds and means. */
  readonly #figures: Float32Array;

  constructor(trees: TreeEnsemble, mean: Float32Array) {
    const order = siblingsTogether(trees);
    const places = new Int32Array(trees.feature.length);
    order.forEach((node, place) => {
      places[node] = place * NODE;
    });
    this.#nodes = new Int32Array(order.length * NODE);
    this.#figures = new Float32Array(this.#nodes.buffer);
    this.#roots = trees.roots.map((root) => places[root] as number);
    order.forEach((node, place) => {
      const split = trees.feature[node] as number;
      const at = place * NODE;
      this.#nodes[at] = split < 0 ? -1 : split * 2 + (trees.missingLeft[node] as number);
      this.#figures[at + 1] = trees.threshold[node] as number;
      this.#nodes[at + 2] = split < 0 ? 0 : (places[trees.left[node] as number] as number);
      this.#figures[at + 3] = mean[node] as number;
    });
  }

  /** Adds to `into`, by feature, what the means change by along the paths of the row at `at`; their sum. */
  add(values: Float32Array, at: number, into: Float64Array): number {
    const [nodes, figures] = [this.#nodes, this.#figures];
    let moved = 0;
    for (const root of this.#roots) {
      let here = root;
      let mean = figures[here + 3] as number;
      for (let split = nodes[here] as number; split >= 0; split = nodes[here] as number) {
        const value = values[at + (split >> 1)] as number;
        const goesLeft = value <= (figures[here + 1] as number) || ((split & 1) === 1 && Number.isNaN(value));
        here = (nodes[here + 2] as number) + (goesLeft ? 0 : NODE);
        const next = figures[here + 3] as number;
        into[split >> 1] = (into[split >> 1] as number) + next - mean;
        moved += next - mean;
        mean = next;
      }
    }
    return moved;
  }
}

/** All nodes that can be reached: roots first, then children in pairs, the left one before the right one. */
function siblingsTogether({ roots, feature, left, right }: TreeEnsemble): number[] {
  const order = Array.from(roots);
  // What is appended on the way is walked as well.
  for (const node of order) {
    if ((feature[node] as number) >= 0) order.push(left[node] as number, right[node] as number);
  }
  return order;
}
