/** Pivots below this are taken for zero: the kernel is singular. */
const SINGULAR = 1e-13;

/** Dense LU factors (partial pivoting) of the small system of tight rows and split demands; solves both ways. */
export class Kernel {
  #size = 0;
  #lu: Float64Array = new Float64Array(0);
  #order = new Int32Array(0);

  get size(): number {
    return this.#size;
  }

  /** Factorises a `size` x `size` matrix given by rows (consumed). False where it is singular. */
  factorise(matrix: Float64Array, size: number): boolean {
    this.#size = size;
    this.#lu = matrix;
    this.#order = new Int32Array(size);
    for (let row = 0; row < size; row += 1) this.#order[row] = row;
    for (let step = 0; step < size; step += 1) {
      if (!this.#pivot(step)) return false;
      this.#eliminate(step);
    }
    return true;
  }

  /** x with A x = b. */
  solve(b: Float64Array): Float64Array {
    const n = this.#size;
    const lu = this.#lu;
    const x = new Float64Array(n);
    for (let row = 0; row < n; row += 1) {
      let sum = b[this.#order[row] as number] as number;
      for (let at = 0; at < row; at += 1) sum -= (lu[row * n + at] as number) * (x[at] as number);
      x[row] = sum;
    }
    for (let row = n - 1; row >= 0; row -= 1) {
      let sum = x[row] as number;
      for (let at = row + 1; at < n; at += 1) sum -= (lu[row * n + at] as number) * (x[at] as number);
      x[row] = sum / (lu[row * n + row] as number);
    }
    return x;
  }

  /** y with A' y = c. */
  solveTransposed(c: Float64Array): Float64Array {
    const n = this.#size;
    const lu = this.#lu;
    const z = c.slice(0, n);
    for (let row = 0; row < n; row += 1) {
      const value = (z[row] as number) / (lu[row * n + row] as number);
      z[row] = value;
      for (let at = row + 1; at < n; at += 1) z[at] = (z[at] as number) - value * (lu[row * n + at] as number);
    }
    for (let row = n - 1; row >= 0; row -= 1) {
      const value = z[row] as number;
      for (let at = 0; at < row; at += 1) z[at] = (z[at] as number) - value * (lu[row * n + at] as number);
    }
    const y = new Float64Array(n);
    for (let row = 0; row < n; row += 1) y[this.#order[row] as number] = z[row] as number;
    return y;
  }

  #pivot(step: number): boolean {
    const n = this.#size;
    const lu = this.#lu;
    let best = step;
    for (let row = step + 1; row < n; row += 1) {
      if (Math.abs(lu[row * n + step] as number) > Math.abs(lu[best * n + step] as number)) best = row;
    }
    if (Math.abs(lu[best * n + step] as number) < SINGULAR) return false;
    if (best !== step) this.#swap(best, step);
    return true;
  }

  #swap(first: number, second: number): void {
    const n = this.#size;
    for (let at = 0; at < n; at += 1) {
      const kept = this.#lu[first * n + at] as number;
      this.#lu[first * n + at] = this.#lu[second * n + at] as number;
      this.#lu[second * n + at] = kept;
    }
    const kept = this.#order[first] as number;
    this.#order[first] = this.#order[second] as number;
    this.#order[second] = kept;
  }

  #eliminate(step: number): void {
    const n = this.#size;
    const lu = this.#lu;
    const pivot = lu[step * n + step] as number;
    for (let row = step + 1; row < n; row += 1) {
      const below = lu[row * n + step] as number;
      if (below === 0) continue;
      const factor = below / pivot;
      lu[row * n + step] = factor;
      for (let at = step + 1; at < n; at += 1) {
        lu[row * n + at] = (lu[row * n + at] as number) - factor * (lu[step * n + at] as number);
      }
    }
  }
}
