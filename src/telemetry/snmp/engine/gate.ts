/**
 * Who wants in: devices whose interfaces are known, devices that are met for the first time (looking for interfaces
 * takes several requests, and after a start all do it at once), and devices that were silent the last time.
 */
export const LANES = ['usual', 'new', 'suspect'] as const;
export type Lane = (typeof LANES)[number];

/** Share of the limit: many dead devices at once must not starve the living, nor a start swamp agents and sockets. */
const SHARES: Readonly<Record<Lane, number>> = { usual: 1, new: 0.25, suspect: 0.25 };

interface Waiting {
  readonly start: () => void;
  readonly giveUp: () => void;
}

interface Queue {
  readonly limit: number;
  running: number;
  waiting: Waiting[];
}

/** Lets a limited number of jobs run at a time; the others wait in order, each lane behind a limit of its own too. */
export class Gate {
  readonly #limit: number;
  readonly #queues: Readonly<Record<Lane, Queue>>;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
    const queue = (lane: Lane): Queue => ({
      limit: Math.max(1, Math.floor(this.#limit * SHARES[lane])),
      running: 0,
      waiting: [],
    });
    this.#queues = { usual: queue('usual'), new: queue('new'), suspect: queue('suspect') };
  }

  get running(): number {
    return LANES.reduce((sum, lane) => sum + this.#queues[lane].running, 0);
  }

  get waiting(): number {
    return LANES.reduce((sum, lane) => sum + this.#queues[lane].waiting.length, 0);
  }

  /** Runs the job when its turn comes; resolves when it has ended, or was given up. The job must not reject. */
  run(lane: Lane, job: () => Promise<void>): Promise<void> {
    if (this.#hasRoom(lane)) return this.#start(lane, job);
    return new Promise((resolve) => {
      this.#queues[lane].waiting.push({
        start: () => void this.#start(lane, job).then(resolve),
        giveUp: resolve,
      });
    });
  }

  /** Gives up all that waits. */
  clear(): void {
    for (const lane of LANES) {
      const { waiting } = this.#queues[lane];
      this.#queues[lane].waiting = [];
      for (const { giveUp } of waiting) giveUp();
    }
  }

  #hasRoom(lane: Lane): boolean {
    const { running, limit } = this.#queues[lane];
    return running < limit && this.running < this.#limit;
  }

  async #start(lane: Lane, job: () => Promise<void>): Promise<void> {
    this.#queues[lane].running += 1;
    try {
      await job();
    } finally {
      this.#queues[lane].running -= 1;
      this.#next();
    }
  }

  #next(): void {
    const lane = LANES.find((each) => this.#queues[each].waiting.length > 0 && this.#hasRoom(each));
    if (lane !== undefined) this.#queues[lane].waiting.shift()?.start();
  }
}
