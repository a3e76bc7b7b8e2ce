import { pause } from '../../../core/pause.ts';
import type { InterfaceStatus } from '../source-types.ts';
import type { TrapCounts } from './counts.ts';
import type { Trap } from './receiver.ts';

export interface TrapFollowerOptions {
  /** Asks the device for the status of its links' ends now; null when it does not answer. */
  readonly pollNow: (deviceId: string) => Promise<readonly InterfaceStatus[] | null>;
  readonly counts: Pick<TrapCounts, 'confirmed' | 'contradicted'>;
  readonly onError: (error: unknown) => void;
  /** How long an answer that contradicts a trap may come from an agent's cache, ms; 10 s. */
  readonly patienceMs?: number;
  /** Least distance between two polls of a device that its traps set off, ms; 200. */
  readonly gapMs?: number;
}

/** What a trap makes us expect: a status of one interface, or any change at all. */
interface Wish {
  readonly expects: 'up' | 'down' | 'change';
  readonly untilMs: number;
}

interface Followed {
  /** By ifIndex; the newest trap about an interface counts. */
  readonly wishes: Map<string, Wish>;
  isUrgent: boolean;
  wake: AbortController;
}

const DEFAULT_PATIENCE_MS = 10_000;
const DEFAULT_GAP_MS = 200;
const LONGEST_GAP_MS = 1_000;
/** Interfaces of one device that are waited for at a time; what is more is covered by the poll all the same. */
const MAX_WISHES = 256;
const WHOLE_DEVICE = '*';

const EXPECTS: Readonly<Partial<Record<Trap['kind'], Wish['expects']>>> = {
  linkDown: 'down',
  linkUp: 'up',
  ospfNbrStateChange: 'change',
  lldpRemTablesChange: 'change',
  coldStart: 'change',
  warmStart: 'change',
};

/**
 * Asks a device that sent a trap, at once, and again while its answer contradicts the trap and may still come from a
 * cache. One poll of a device at a time, however many traps it sends; memory is bounded by the number of devices.
 */
export class TrapFollower {
  readonly #options: TrapFollowerOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #stopping = new AbortController();

  constructor(options: TrapFollowerOptions) {
    this.#options = options;
  }

  /** Devices that are being asked. */
  get size(): number {
    return this.#followed.size;
  }

  onTrap({ deviceId, kind, ifIndex }: Trap): void {
    const expects = EXPECTS[kind];
    if (expects === undefined || this.#stopping.signal.aborted) return;
    const known = this.#followed.get(deviceId);
    const followed = known ?? { wishes: new Map<string, Wish>(), isUrgent: true, wake: new AbortController() };
    const about = expects === 'change' ? WHOLE_DEVICE : (ifIndex ?? WHOLE_DEVICE);
    const untilMs = performance.now() + (this.#options.patienceMs ?? DEFAULT_PATIENCE_MS);
    if (followed.wishes.has(about) || followed.wishes.size < MAX_WISHES) {
      followed.wishes.set(about, { expects: ifIndex === null ? 'change' : expects, untilMs });
    }
    followed.isUrgent = true;
    followed.wake.abort();
    if (known) return;
    this.#followed.set(deviceId, followed);
    this.#follow(deviceId, followed)
      .catch(this.#options.onError)
      .finally(() => this.#followed.delete(deviceId));
  }

  stop(): void {
    this.#stopping.abort();
    for (const { wake } of this.#followed.values()) wake.abort();
  }

  async #follow(deviceId: string, followed: Followed): Promise<void> {
    const { gapMs = DEFAULT_GAP_MS } = this.#options;
    let waitMs = gapMs;
    while (followed.wishes.size > 0 && !this.#stopping.signal.aborted) {
      followed.isUrgent = false;
      followed.wake = new AbortController();
      const askedAtMs = performance.now();
      const statuses = await this.#options.pollNow(deviceId);
      this.#settle(followed.wishes, statuses, askedAtMs);
      if (followed.wishes.size === 0) return;
      await pause(gapMs, this.#stopping.signal);
      if (followed.isUrgent) waitMs = gapMs;
      else await pause(waitMs - gapMs, followed.wake.signal);
      waitMs = Math.min(LONGEST_GAP_MS, waitMs * 2);
    }
  }

  /** Ends the wishes that the answer bears out, those about no link of ours, and those whose time is over. */
  #settle(wishes: Map<string, Wish>, statuses: readonly InterfaceStatus[] | null, askedAtMs: number): void {
    const { counts } = this.#options;
    for (const [about, wish] of wishes) {
      if (statuses !== null && isConfirmed(about, wish, statuses)) {
        counts.confirmed += 1;
        wishes.delete(about);
      } else if (statuses !== null && about !== WHOLE_DEVICE && !statuses.some(({ ifIndex }) => ifIndex === about)) {
        wishes.delete(about);
      } else if (askedAtMs >= wish.untilMs) {
        counts.contradicted += 1;
        wishes.delete(about);
      }
    }
  }
}

function isConfirmed(about: string, { expects }: Wish, statuses: readonly InterfaceStatus[]): boolean {
  if (expects === 'change') return statuses.some(({ isNews }) => isNews);
  return statuses.some(({ ifIndex, operStatus }) => ifIndex === about && (operStatus === 'up') === (expects === 'up'));
}
