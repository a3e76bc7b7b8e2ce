import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { LinkState } from '../health/link-state.ts';
import type { Store } from '../store/store.ts';
import { isInForce, type Move, type Proposal } from './proposal.ts';
import { movedBps } from './write-up.ts';

/** Counter of what was saved, in bits. */
export const SAVED_BITS = 'savedBits';

/**
 * Traffic (bit/s) that applied proposals keep from being lost now: what moved away from a bad arc, times what that
 * arc loses. An emptied link often cannot be measured; then the loss that set the proposal off stands, for as long
 * as the link is not healthy again. What an overload would lose is taken from the plan.
 */
export function savedBps(proposals: readonly Proposal[], states: ReadonlyMap<string, LinkState>): number {
  return proposals.filter(isInForce).reduce((sum, proposal) => sum + savedBy(proposal, states), 0);
}

function savedBy(proposal: Proposal, states: ReadonlyMap<string, LinkState>): number {
  if (proposal.cause.kind !== 'unhealthy') return proposal.expectedSavingBps;
  return proposal.moves.reduce((sum, move) => sum + movedBps(move) * lossAvoided(proposal, move, states), 0);
}

/** The largest loss among the bad arcs that the move left. */
function lossAvoided(proposal: Proposal, move: Move, states: ReadonlyMap<string, LinkState>): number {
  const left = new Set(move.from.flatMap((path) => path.arcs));
  for (const arc of move.to.flatMap((path) => path.arcs)) left.delete(arc);
  const losses = proposal.why.parts
    .filter((part) => part.part === 'loss' && (part.arc === null || left.has(part.arc)))
    .map((part) => lossNow(part.arc, part.value ?? 0, proposal.cause.links, states));
  return Math.max(0, ...losses);
}

function lossNow(
  arc: string | null,
  baseline: number,
  links: readonly string[],
  states: ReadonlyMap<string, LinkState>,
): number {
  const link = links.find((id) => arc === null || arc.startsWith(`${id}:`));
  const state = link === undefined ? undefined : states.get(link);
  if (!state) return baseline;
  if (state.state === 'healthy' || state.state === 'down') return 0;
  const measured = arc === null ? null : state.arcs[arc.endsWith(':az') ? 'az' : 'za'].lossRatio;
  return measured ?? baseline;
}

export interface SavingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly holder: string;
  readonly everyMs?: number;
  readonly onError: (error: unknown) => void;
}

/** Adds what is saved to the counter `savedBits`, second by second; one process does it at a time. */
export class SavingsTicker {
  readonly #options: SavingsOptions;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #lastMs: number | null = null;

  constructor(options: SavingsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { everyMs = 1000, onError } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.tick().catch(onError);
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Counts the time since the last tick; public so that tests need not wait. */
  async tick(): Promise<void> {
    const { store, clock, holder, everyMs = 1000 } = this.#options;
    const lease = await store.leases.acquire('savings', holder, 5 * everyMs);
    const nowMs = clock.nowMs();
    const elapsedMs = this.#lastMs === null ? 0 : nowMs - this.#lastMs;
    this.#lastMs = lease ? nowMs : null;
    // After a long silence nobody knows what was saved meanwhile.
    if (!lease || elapsedMs <= 0 || elapsedMs > 10 * everyMs) return;
    const applied = (await store.plans.openProposals()).filter(isInForce);
    if (applied.length === 0) return;
    const states = await store.links.readAll();
    const bits = (savedBps(applied, states) * elapsedMs) / 1000;
    if (bits > 0) await store.counters.add(SAVED_BITS, bits);
  }
}
