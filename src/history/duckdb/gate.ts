/** Many readers or one writer, in the order they came: a question never sees half of a change. */
export class Gate {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #readers = new Set<Promise<unknown>>();

  /** Beside other shared work. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    await this.#tail;
    const running = work();
    const settled = running.catch(() => undefined);
    this.#readers.add(settled);
    settled.finally(() => this.#readers.delete(settled));
    return running;
  }

  /** Alone: after what runs, before what comes. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(() => Promise.all(this.#readers)).then(work);
    this.#tail = run.catch(() => undefined);
    return run;
  }
}
