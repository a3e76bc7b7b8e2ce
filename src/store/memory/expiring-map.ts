import type { Clock } from '../../core/clock.ts';

interface Entry {
  readonly text: string;
  untilMs: number;
}

/** Texts that are forgotten after a while, and the oldest earlier when they grow too large together. */
export class ExpiringMap {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #charactersMax: number;
  /** In the order of expiry: whatever is set or refreshed moves to the end. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(clock: Clock, ttlMs: number, charactersMax = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#charactersMax = charactersMax;
  }

  get(key: string): string | null {
    this.#forget();
    return this.#entries.get(key)?.text ?? null;
  }

  set(key: string, text: string): void {
    this.#delete(key);
    this.#entries.set(key, { text, untilMs: this.#clock.nowMs() + this.#ttlMs });
    this.#characters += text.length;
    this.#forget();
  }

  refresh(key: string): void {
    const text = this.get(key);
    if (text !== null) this.set(key, text);
  }

  #forget(): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, entry] of this.#entries) {
      if (nowMs < entry.untilMs && (this.#characters <= this.#charactersMax || this.#entries.size === 1)) return;
      this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#characters -= this.#entries.get(key)?.text.length ?? 0;
    this.#entries.delete(key);
  }
}
