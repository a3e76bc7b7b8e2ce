import { pause } from '../src/core/pause.ts';
import type { Event } from '../src/store/events.ts';
import type { Store } from '../src/store/store.ts';
import { repeat } from './repeat.ts';

const LEADER_LEASE = 'plan-trigger';
const LEADER_TTL_MS = 3000;
const BLOCK_MS = 500;
/** While a plan waits for its turn, the turn is asked for this often. */
const TURN_MS = 100;
const READ_LIMIT = 500;

export interface TriggerOptions {
  readonly store: Store;
  /** Names this process among those that follow the log. */
  readonly holder: string;
  /** Least distance between two plans that events set off, over all processes. */
  readonly spacingMs: number;
  readonly enqueue: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Sets off a plan when a link goes down or unhealthy: the first at once, repeats when their turn comes. What came in
 * the meantime is covered by one plan at the end, which is never left out. One process follows the log at a time;
 * the next one that takes over plans once, for what may have happened in between.
 */
export class PlanTrigger {
  readonly #options: TriggerOptions;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #afterId = '0';
  #leads = false;
  #isDue = false;

  constructor(options: TriggerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, holder, onError } = this.#options;
    this.#afterId = await store.events.lastId();
    this.#leads = (await store.leases.acquire(LEADER_LEASE, holder, LEADER_TTL_MS)) !== null;
    this.#done = repeat(this.#stopping.signal, onError, () => this.#step());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    if (this.#leads) await this.#options.store.leases.release(LEADER_LEASE, this.#options.holder);
  }

  async #step(): Promise<void> {
    const { store, holder } = this.#options;
    const leads = (await store.leases.acquire(LEADER_LEASE, holder, LEADER_TTL_MS)) !== null;
    if (leads && !this.#leads) this.#isDue = true;
    this.#leads = leads;
    const events = await store.events.read(this.#afterId, { limit: READ_LIMIT, blockMs: this.#isDue ? 1 : BLOCK_MS });
    this.#afterId = events.at(-1)?.id ?? this.#afterId;
    this.#isDue = leads && (this.#isDue || events.some(isTrouble));
    if (this.#isDue) await this.#plan();
  }

  async #plan(): Promise<void> {
    const { store, spacingMs, enqueue } = this.#options;
    if (!(await store.leases.once('plan-spacing', spacingMs))) return pause(TURN_MS, this.#stopping.signal);
    await enqueue();
    this.#isDue = false;
  }
}

/** A link that went down or unhealthy by fault; what its operator shut is no trouble. */
export function isTrouble(event: Event): boolean {
  if (event.type !== 'link-state') return false;
  const { to, adminDown } = event.details;
  return (to === 'down' && adminDown !== true) || to === 'unhealthy';
}
