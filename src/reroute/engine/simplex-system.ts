import { type Column, footprintPrice } from './flow.ts';
import { CAP, type SimplexState } from './simplex-state.ts';

/** The linear systems of a basis: what its columns change on the tight arcs, and what the arcs cost by it. */
export class SimplexSystem {
  readonly #state: SimplexState;
  /** All 0 between calls. */
  readonly #scratch: Float64Array;

  constructor(state: SimplexState) {
    this.#state = state;
    this.#scratch = new Float64Array(state.load.length);
  }

  /** One row for each tight arc, one column for each basic column: change of load per unit; row by row. */
  kernelMatrix(): Float64Array {
    const { rowArc, rowKind, basics, capacity } = this.#state;
    const size = rowArc.length;
    const matrix = new Float64Array(size * size);
    basics.forEach((column, at) => {
      if (column) this.#state.scatterDifference(this.#scratch, column, 1);
      for (let row = 0; row < size; row += 1) {
        const arc = rowArc[row] as number;
        const entry = column ? this.#scratch[arc] : rowKind[row] === CAP ? -(capacity[arc] as number) : 0;
        matrix[row * size + at] = entry as number;
      }
      if (column) this.#clear(column);
    });
    return matrix;
  }

  /** Adds what the basic columns change; returns the change of the highest utilisation. */
  addBasics(direction: Float64Array, change: Float64Array): number {
    let mluChange = 0;
    this.#state.basics.forEach((column, at) => {
      const by = change[at] as number;
      if (column === null) mluChange = by;
      else if (by !== 0) this.#state.scatterDifference(direction, column, by);
    });
    return mluChange;
  }

  /** Takes the rounding out of arcs that are held where they are. */
  straighten(direction: Float64Array, mluChange: number, released: number): void {
    const { rowArc, rowKind, capacity } = this.#state;
    rowArc.forEach((arc, row) => {
      if (row === released) return;
      direction[arc] = rowKind[row] === CAP ? (capacity[arc] as number) * mluChange : 0;
    });
  }

  /** Slopes of arcs that are on a piece of their curve; 0 on those held at a kink. */
  baseSlopes(price: Float64Array): void {
    const { problem, kinkOf, piece } = this.#state;
    for (let arc = 0; arc < price.length; arc += 1) {
      const isOnPiece = problem.alive[arc] && (kinkOf[arc] as number) < 0;
      price[arc] = isOnPiece ? this.#state.slope(arc, piece[arc] as number) : 0;
    }
  }

  /** Right side of the price system: what each basic column costs beyond its key, negated. */
  basicCosts(price: Float64Array): Float64Array {
    const { basics, keys, mluWeight } = this.#state;
    return Float64Array.from(basics, (column) => {
      if (column === null) return -mluWeight;
      const key = keys[column.commodity] as Column;
      const more = footprintPrice(price, column) + column.cost - footprintPrice(price, key) - key.cost;
      return -more;
    });
  }

  #clear(column: Column): void {
    for (const arc of column.arcs) this.#scratch[arc] = 0;
    for (const arc of (this.#state.keys[column.commodity] as Column).arcs) this.#scratch[arc] = 0;
  }
}
