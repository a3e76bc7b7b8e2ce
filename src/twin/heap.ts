/**
 * Binary min-heap of (key, node) entries for searches with lazy deletion: a node whose key fell is pushed again, and
 * the reader skips entries that are out of date. Keys lie in the heap itself, which spares the look-up per compare.
 */
export class KeyHeap {
  #keys: Float64Array;
  #nodes: Int32Array;
  #size = 0;

  /** Room for `capacity` entries; grows when more come. */
  constructor(capacity: number) {
    this.#keys = new Float64Array(Math.max(1, capacity));
    this.#nodes = new Int32Array(Math.max(1, capacity));
  }

  get size(): number {
    return this.#size;
  }

  /** Key of the top; undefined behaviour when empty. */
  get topKey(): number {
    return this.#keys[0] as number;
  }

  get topNode(): number {
    return this.#nodes[0] as number;
  }

  clear(): void {
    this.#size = 0;
  }

  push(key: number, node: number): void {
    if (this.#size === this.#keys.length) this.#grow();
    const keys = this.#keys;
    const nodes = this.#nodes;
    let slot = this.#size++;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = keys[parent] as number;
      if (above <= key) break;
      keys[slot] = above;
      nodes[slot] = nodes[parent] as number;
      slot = parent;
    }
    keys[slot] = key;
    nodes[slot] = node;
  }

  /** Takes the top away; the heap must not be empty. */
  drop(): void {
    this.#size -= 1;
    const last = this.#size;
    if (last > 0) this.replaceTop(this.#keys[last] as number, this.#nodes[last] as number);
  }

  /** Puts an entry in the place of the top: cheaper than `drop` and `push`. */
  replaceTop(key: number, node: number): void {
    const keys = this.#keys;
    const nodes = this.#nodes;
    const size = this.#size;
    let slot = 0;
    for (let child = 1; child < size; child = 2 * slot + 1) {
      let least = keys[child] as number;
      if (child + 1 < size && (keys[child + 1] as number) < least) {
        child += 1;
        least = keys[child] as number;
      }
      if (least >= key) break;
      keys[slot] = least;
      nodes[slot] = nodes[child] as number;
      slot = child;
    }
    keys[slot] = key;
    nodes[slot] = node;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const nodes = new Int32Array(this.#nodes.length * 2);
    keys.set(this.#keys);
    nodes.set(this.#nodes);
    this.#keys = keys;
    this.#nodes = nodes;
  }
}
