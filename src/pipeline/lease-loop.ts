import { pause } from '../core/pause.ts';

export interface LeaseLoopOptions {
  readonly everyMs: number;
  /** One round of renewing, giving up and taking. */
  readonly round: () => Promise<void>;
  /** Gives everything back, after the last round. */
  readonly giveBack: () => Promise<void>;
  /** Is told of every failure; the rounds go on. */
  readonly onError: (error: unknown) => void;
}

/** Round after round of looking after leases, until it is stopped. */
export class LeaseLoop {
  readonly #options: LeaseLoopOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;

  constructor(options: LeaseLoopOptions) {
    this.#options = options;
  }

  /** Aborted when a stop begins. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Resolves after the first round. */
  async start(): Promise<void> {
    if (this.#loop) return;
    await this.#round();
    this.#loop = this.#run();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (this.signal.aborted) return;
    this.#stopping.abort();
    await this.#loop;
    // Without the store the leases end by themselves.
    await this.#options.giveBack().catch(this.#options.onError);
  }

  async #run(): Promise<void> {
    while (!this.signal.aborted) {
      await pause(this.#options.everyMs, this.signal);
      if (!this.signal.aborted) await this.#round();
    }
  }

  async #round(): Promise<void> {
    await this.#options.round().catch(this.#options.onError);
  }
}
