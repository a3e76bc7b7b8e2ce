import type { Clock } from '../../core/clock.ts';
import { LIMITS } from '../keys.ts';
import { decisionOf, requestName } from '../rules.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Idempotency keys that were used in the last day, and what for. */
export class MemoryRequests {
  readonly #used: ExpiringMap;

  constructor(clock: Clock) {
    this.#used = new ExpiringMap(clock, LIMITS.requestTtlMs);
  }

  find(requestKey: string | null | undefined): string | null {
    return requestKey ? decisionOf(this.#used.get(requestName(requestKey)), requestKey) : null;
  }

  note(requestKey: string | null | undefined, what: string): void {
    if (requestKey) this.#used.set(requestName(requestKey), what);
  }
}
