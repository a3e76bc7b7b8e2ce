import type { Clock } from '../src/core/clock.ts';
import { pause } from '../src/core/pause.ts';
import { formatDuration } from '../src/core/units.ts';
import type { Store } from '../src/store/store.ts';
import { repeat } from './repeat.ts';

/** A cycle is late when none was finished for this many intervals. */
export const LATE_INTERVALS = 1.5;

export interface WatchOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly onError: (error: unknown) => void;
  /** How often to look, real ms. */
  readonly everyMs?: number;
}

/** Raises `plan-late` once when plans stop coming, and clears it when one comes. */
export class PlanWatch {
  readonly #options: WatchOptions;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #sinceMs = 0;
  #isLate = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { clock, intervalMs, onError, everyMs = Math.min(5000, intervalMs / 4) } = this.#options;
    this.#sinceMs = clock.nowMs();
    this.#done = repeat(this.#stopping.signal, onError, async () => {
      await pause(everyMs, this.#stopping.signal);
      if (!this.#stopping.signal.aborted) await this.look();
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  /** One look; public so that tests need not wait. */
  async look(): Promise<void> {
    const { store, clock, intervalMs } = this.#options;
    const latest = await store.plans.latest();
    // A plan from before this start is no promise of this one: count from the later of the two.
    const lastMs = Math.max(latest?.finishedAtMs ?? 0, this.#sinceMs);
    const silentMs = clock.nowMs() - lastMs;
    const isLate = silentMs > LATE_INTERVALS * intervalMs;
    if (isLate === this.#isLate) return;
    this.#isLate = isLate;
    // All processes watch; one tells.
    if (await store.leases.once(`plan-late:${isLate}:${latest?.id ?? 'none'}`, 10 * intervalMs))
      await this.#tell(isLate, silentMs);
  }

  async #tell(isLate: boolean, silentMs: number): Promise<void> {
    const { store, clock, intervalMs } = this.#options;
    const expected = `one is due every ${formatDuration(intervalMs)}`;
    await store.events.append([
      {
        atMs: clock.nowMs(),
        type: 'plan-late',
        severity: isLate ? 'major' : 'info',
        cleared: !isLate,
        linkId: null,
        deviceId: null,
        proposalId: null,
        message: isLate ? `no plan was finished for ${formatDuration(silentMs)}; ${expected}` : 'plans come again',
        details: { silentMs, intervalMs },
      },
    ]);
  }
}
