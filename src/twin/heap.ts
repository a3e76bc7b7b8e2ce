/** Binary min-heap of node numbers by a key array, with decrease-key; reusable without allocation. */
export class NodeHeap {
  readonly #keys: Float64Array;
  readonly #slots: Int32Array;
  /** Slot of each node, -1 where it is not in the heap. */
  readonly #slotOf: Int32Array;
  #size = 0;

  /** `keys` is read, not owned: set a node's key before `push` or `decrease`. */
  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#slots = new Int32Array(keys.length);
    this.#slotOf = new Int32Array(keys.length).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** Inserts the node, or moves it up after its key became smaller. */
  update(node: number): void {
    let slot = this.#slotOf[node] as number;
    if (slot < 0) {
      slot = this.#size;
      this.#size += 1;
    }
    const key = this.#keys[node] as number;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#slots[parentSlot] as number;
      if ((this.#keys[parent] as number) <= key) break;
      this.#place(parent, slot);
      slot = parentSlot;
    }
    this.#place(node, slot);
  }

  /** Takes the node with the smallest key; the heap must not be empty. */
  pop(): number {
    const top = this.#slots[0] as number;
    this.#slotOf[top] = -1;
    this.#size -= 1;
    if (this.#size > 0) this.#sink(this.#slots[this.#size] as number);
    return top;
  }

  clear(): void {
    for (let slot = 0; slot < this.#size; slot += 1) this.#slotOf[this.#slots[slot] as number] = -1;
    this.#size = 0;
  }

  #sink(node: number): void {
    const key = this.#keys[node] as number;
    let slot = 0;
    for (;;) {
      let childSlot = 2 * slot + 1;
      if (childSlot >= this.#size) break;
      const right = childSlot + 1;
      if (right < this.#size && this.#keyAt(right) < this.#keyAt(childSlot)) childSlot = right;
      if (this.#keyAt(childSlot) >= key) break;
      this.#place(this.#slots[childSlot] as number, slot);
      slot = childSlot;
    }
    this.#place(node, slot);
  }

  #keyAt(slot: number): number {
    return this.#keys[this.#slots[slot] as number] as number;
  }

  #place(node: number, slot: number): void {
    this.#slots[slot] = node;
    this.#slotOf[node] = slot;
  }
}
