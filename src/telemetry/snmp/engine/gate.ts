/** Share of the limit that suspects may take: many dead devices at once must not starve the living. */
const SUSPECT_SHARE = 0.25;

interface Waiting {
  readonly suspect: boolean;
  readonly start: () => void;
  readonly giveUp: () => void;
}

/** Lets a limited number of jobs run at a time; the others wait in order, and suspects behind a limit of their own. */
export class Gate {
  readonly #limit: number;
  readonly #suspectLimit: number;
  #running = 0;
  #suspects = 0;
  #queue: Waiting[] = [];

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
    this.#suspectLimit = Math.max(1, Math.floor(limit * SUSPECT_SHARE));
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Runs the job when its turn comes; resolves when it has ended, or was given up. The job must not reject. */
  run(suspect: boolean, job: () => Promise<void>): Promise<void> {
    if (this.#hasRoom(suspect)) return this.#start(suspect, job);
    return new Promise((resolve) => {
      this.#queue.push({
        suspect,
        start: () => void this.#start(suspect, job).then(resolve),
        giveUp: resolve,
      });
    });
  }

  /** Gives up all that waits. */
  clear(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { giveUp } of queue) giveUp();
  }

  #hasRoom(suspect: boolean): boolean {
    return this.#running < this.#limit && (!suspect || this.#suspects < this.#suspectLimit);
  }

  async #start(suspect: boolean, job: () => Promise<void>): Promise<void> {
    this.#running += 1;
    if (suspect) this.#suspects += 1;
    try {
      await job();
    } finally {
      this.#running -= 1;
      if (suspect) this.#suspects -= 1;
      this.#next();
    }
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const at = this.#queue.findIndex(({ suspect }) => this.#hasRoom(suspect));
    if (at >= 0) this.#queue.splice(at, 1)[0]?.start();
  }
}
