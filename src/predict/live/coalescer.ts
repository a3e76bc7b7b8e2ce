import { DetourError } from '../../core/errors.ts';

/** Answers rows of features: one column of figures for each output, one figure a row. */
export type RunRows = (values: Float32Array, rowCount: number) => Promise<readonly Float32Array[]>;

interface Waiting {
  readonly row: Float32Array;
  readonly resolve: (figures: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows of one batch: what a run takes stays below some milliseconds. */
const MAX_ROWS = 512;
/** Rows that may wait: seconds of the highest rate that is promised. */
const MAX_WAITING = 20_000;

/**
 * Rows that come one by one, in batches: those of one turn of the event loop go together, and while a batch is under
 * way the next one gathers. A run has a price of its own that many rows share.
 */
export class Coalescer {
  readonly #run: RunRows;
  readonly #width: number;
  readonly #batch: Float32Array;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(width: number, run: RunRows) {
    this.#width = width;
    this.#run = run;
    this.#batch = new Float32Array(MAX_ROWS * width);
  }

  /** Figures of one row, one for each output. Rejects with BUSY when too many wait. */
  ask(row: Float32Array): Promise<Float32Array> {
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new DetourError('BUSY', `${MAX_WAITING} rows wait for the model already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      if (!this.#isBusy) this.#begin();
    });
  }

  #begin(): void {
    this.#isBusy = true;
    setImmediate(() => void this.#next());
  }

  async #next(): Promise<void> {
    const batch = this.#waiting.slice(0, MAX_ROWS);
    this.#waiting = this.#waiting.slice(MAX_ROWS);
    batch.forEach(({ row }, at) => {
      this.#batch.set(row, at * this.#width);
    });
    try {
      const answers = await this.#run(this.#batch.subarray(0, batch.length * this.#width), batch.length);
      batch.forEach(({ resolve }, at) => {
        resolve(Float32Array.from(answers, (figures) => figures[at] as number));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#isBusy = false;
    if (this.#waiting.length > 0) this.#begin();
  }
}
