/** The arcs of each node, and in the same slots the nodes at their other ends. */
export interface ArcRows {
  readonly start: Int32Array;
  readonly arcs: Int32Array;
  readonly far: Int32Array;
}

/** Where a search leaves its answer. */
export interface SearchLabels {
  readonly distance: Float64Array;
  readonly via: Int32Array;
  readonly settled: Int32Array;
}

/** Highest cost that gets a bucket; with higher ones the search would look into empty buckets most of the time. */
const MAX_COST = 2047;
const MASK = 2047;

/**
 * Dijkstra with a ring of buckets, one for each distance (Dial 1969): no comparisons, for costs that are small whole
 * numbers, as IGP metrics are. Distances are those of any other search, bit by bit.
 */
export class BucketSearch {
  /** First entry of each bucket, -1 where empty; an entry names a node and the next entry. */
  readonly #first = new Int32Array(MAX_COST + 1).fill(-1);
  readonly #node: Int32Array;
  readonly #next: Int32Array;
  #entries = 0;

  constructor(arcCount: number) {
    // Every arc offers its far end at most once.
    this.#node = new Int32Array(arcCount + 1);
    this.#next = new Int32Array(arcCount + 1);
  }

  /** Are these costs whole numbers from 1 to 2047, or Infinity? By index: an iterator takes three times as long. */
  static fits(cost: Float64Array): boolean {
    let arc = 0;
    while (arc < cost.length && hasBucket(cost[arc] as number)) arc += 1;
    return arc === cost.length;
  }

  /** Fills labels that have been reset but for the root's distance; returns how many nodes were settled. */
  run(root: number, cost: Float64Array, rows: ArcRows, stopAt: number, labels: SearchLabels): number {
    const { distance, settled } = labels;
    const first = this.#first;
    this.#entries = 0;
    this.#push(0, root);
    let taken = 0;
    let settledCount = 0;
    for (let at = 0; taken < this.#entries; at += 1) {
      let entry = first[at & MASK] as number;
      first[at & MASK] = -1;
      for (; entry >= 0; entry = this.#next[entry] as number) {
        const node = this.#node[entry] as number;
        taken += 1;
        // An entry that a better one has made out of date.
        if (distance[node] !== at) continue;
        settled[settledCount++] = node;
        if (node === stopAt) return this.#stop(settledCount);
        this.#relax(node, at, cost, rows, labels);
      }
    }
    return settledCount;
  }

  #relax(node: number, base: number, cost: Float64Array, rows: ArcRows, labels: SearchLabels): void {
    const { start, arcs, far } = rows;
    const { distance, via } = labels;
    const end = start[node + 1] as number;
    for (let slot = start[node] as number; slot < end; slot += 1) {
      const arc = arcs[slot] as number;
      const next = far[slot] as number;
      const reach = base + (cost[arc] as number);
      if (reach < (distance[next] as number)) {
        distance[next] = reach;
        via[next] = arc;
        this.#push(reach & MASK, next);
      }
    }
  }

  #push(bucket: number, node: number): void {
    const entry = this.#entries++;
    this.#node[entry] = node;
    this.#next[entry] = this.#first[bucket] as number;
    this.#first[bucket] = entry;
  }

  #stop(settledCount: number): number {
    this.#first.fill(-1);
    return settledCount;
  }
}

/** `| 0` cuts off what is behind the point of numbers this small. */
function hasBucket(cost: number): boolean {
  return (cost >= 1 && cost <= MAX_COST && (cost | 0) === cost) || cost === Infinity;
}
