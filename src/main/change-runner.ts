import { repeat } from '../../jobs/repeat.ts';
import { pause } from '../core/pause.ts';
import { tendChanges } from '../reroute/closed-loop/tend.ts';
import type { CycleDeps } from '../reroute/cycle-deps.ts';
import { maintenanceState, readMaintenance } from '../reroute/maintenance.ts';
import type { Service } from './lifecycle.ts';

/** How often changes that are under way are looked after. */
const EVERY_MS = 500;

export interface ChangeRunnerOptions {
  readonly deps: CycleDeps;
  /** Asks for a plan: a drain has begun or ended. */
  readonly requestPlan: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** Carries changes on, verifies them, and begins and ends drains. Every process with the role `work` has one. */
export class ChangeRunner implements Service {
  readonly name = 'change runner';
  readonly #options: ChangeRunnerOptions;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #isAsking = false;
  #isWanted = false;

  constructor(options: ChangeRunnerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#done = repeat(this.#stopping.signal, this.#options.onError, async () => {
      await this.look();
      await pause(EVERY_MS, this.#stopping.signal);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  /** One look; public so that tests need not wait. */
  async look(): Promise<void> {
    await tendChanges(this.#options.deps);
    if (await this.#maintenanceBegan()) this.#isWanted = true;
    if (this.#isWanted && !this.#isAsking) void this.#ask();
  }

  /** A plan can take its time, and changes that are under way must not wait for it. */
  async #ask(): Promise<void> {
    const { requestPlan, onError } = this.#options;
    this.#isAsking = true;
    this.#isWanted = false;
    await requestPlan().catch(onError);
    this.#isAsking = false;
  }

  /** Whether a window began or ended that nobody has made a plan for. One of all processes is told. */
  async #maintenanceBegan(): Promise<boolean> {
    const { store, clock } = this.#options.deps;
    const nowMs = clock.nowMs();
    for (const window of await readMaintenance(store)) {
      const state = maintenanceState(window, nowMs);
      if (state === 'planned') continue;
      const lastMs = state === 'active' ? window.toMs : (window.cancelledAtMs ?? window.toMs);
      const keptMs = Math.max(60_000, lastMs - nowMs + 60_000);
      if (state !== 'active' && nowMs - lastMs > 60_000) continue;
      if (await store.leases.once(`maintenance:${window.id}:${state}`, keptMs)) {
        await this.#tell(window.id, state, window.reason, window.drains);
        return true;
      }
    }
    return false;
  }

  async #tell(id: string, state: string, reason: string, links: readonly string[]): Promise<void> {
    const { store, clock } = this.#options.deps;
    await store.events.append([
      {
        ...{ atMs: clock.nowMs(), type: 'maintenance', severity: 'info', cleared: state !== 'active' },
        ...{ linkId: links[0] ?? null, deviceId: null, proposalId: null },
        message: `maintenance ${id} is ${state}: ${reason}`,
        details: { id, state, links: links.slice(0, 100) },
      },
    ]);
  }
}
