import { messageOf } from '../core/errors.ts';

/** Something that runs; constructors do nothing, `start` begins, `stop` ends and is idempotent. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Told as soon as a stop begins: for what takes its time to end and needs nothing of the others. */
  stopsSoon?(): void;
}

export interface StopReport {
  readonly name: string;
  readonly elapsedMs: number;
  /** Why it did not stop in order; null when it did. */
  readonly problem: string | null;
}

/**
 * Starts services one after another and stops them in the reverse order, each within a bound, so that one that
 * hangs keeps nothing else from stopping. A start that fails stops what had been started and rethrows.
 */
export class Lifecycle {
  readonly #started: Service[] = [];
  readonly #stopBoundMs: number;
  #stopping: Promise<StopReport[]> | null = null;

  constructor(stopBoundMs: number) {
    this.#stopBoundMs = stopBoundMs;
  }

  async start(service: Service): Promise<void> {
    try {
      await service.start();
      this.#started.push(service);
    } catch (error) {
      await within(service.stop(), this.#stopBoundMs).catch(() => undefined);
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<StopReport[]> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<StopReport[]> {
    const reports: StopReport[] = [];
    for (const service of this.#started) service.stopsSoon?.();
    for (const service of this.#started.toReversed()) {
      const beganMs = performance.now();
      let problem: string | null = null;
      try {
        await within(service.stop(), this.#stopBoundMs);
      } catch (error) {
        problem = messageOf(error);
      }
      reports.push({ name: service.name, elapsedMs: performance.now() - beganMs, problem });
    }
    return reports;
  }
}

/** Rejects when the work takes longer than `boundMs`. */
async function within(work: Promise<void>, boundMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`did not stop within ${boundMs} ms`)), boundMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
