/**
 * Hands items over one after the other; keeps those that could not be delivered, up to `limit`, and drops the oldest
 * beyond. One delivery is under way at a time, so order is kept and a slow receiver is never flooded.
 */
export class Outbox<T> {
  readonly #deliver: (item: T) => Promise<void>;
  readonly #limit: number;
  readonly #onError: (error: unknown) => void;
  #waiting: T[] = [];
  #underWay: Promise<void> | null = null;
  #dropped = 0;

  constructor(deliver: (item: T) => Promise<void>, limit: number, onError: (error: unknown) => void) {
    this.#deliver = deliver;
    this.#limit = limit;
    this.#onError = onError;
  }

  get dropped(): number {
    return this.#dropped;
  }

  put(item: T): void {
    this.#waiting.push(item);
    if (this.#waiting.length <= this.#limit) return;
    this.#waiting.shift();
    this.#dropped += 1;
  }

  /** Delivers what waits, until it is empty or a delivery fails; joins the run that is under way. Never rejects. */
  flush(): Promise<void> {
    this.#underWay ??= this.#run().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #run(): Promise<void> {
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      try {
        await this.#deliver(item);
      } catch (error) {
        this.#onError(error);
        if (this.#waiting.length < this.#limit) this.#waiting.unshift(item);
        else this.#dropped += 1;
        return;
      }
    }
  }
}
