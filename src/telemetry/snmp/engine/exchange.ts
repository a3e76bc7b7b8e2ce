import type { DetourError } from '../../../core/errors.ts';
import type { SnmpAnswer } from '../client.ts';
import type { Varbind } from '../varbind.ts';
import type { EncodedQuestion } from '../wire/pdu.ts';

export interface ExchangeHooks {
  /** Sends a try; it calls `sent`. */
  send(): void;
  /** Another try is about to be sent, because the last was not answered in time. */
  retry(): void;
  /** The time is over; it calls `fail`. */
  expire(): void;
  /** The exchange is over: its ids mean nothing any more. */
  settled(ids: readonly number[], answered: boolean): void;
  resolve(answer: SnmpAnswer): void;
  reject(error: DetourError): void;
}

interface Try {
  readonly id: number;
  readonly sentAtMs: number;
  /** By the monotonic clock. */
  readonly leftMs: number;
}

/** One request with all its tries: the first answer to any of them ends it, with that try's own times. */
export class Exchange {
  readonly question: EncodedQuestion;
  readonly limitMs: number;
  readonly #hooks: ExchangeHooks;
  readonly #endsMs: number;
  readonly #firstGapMs: number;
  #gapMs: number;
  #tries: Try[] = [];
  #timer: NodeJS.Timeout | null = null;
  #over = false;
  #again = 0;
  #complaint: string | null = null;

  constructor(question: EncodedQuestion, limitMs: number, firstGapMs: number, hooks: ExchangeHooks) {
    this.question = question;
    this.limitMs = limitMs;
    this.#firstGapMs = firstGapMs;
    this.#gapMs = firstGapMs;
    this.#hooks = hooks;
    this.#endsMs = performance.now() + limitMs;
  }

  /** What was wrong with the last packet that came for it; null when none came. */
  get complaint(): string | null {
    return this.#complaint;
  }

  start(): void {
    this.#arm();
    this.#hooks.send();
  }

  /** Sends a try at once that waits for nothing. */
  sendNow(): void {
    if (!this.#over) this.#hooks.send();
  }

  sent(id: number, sentAtMs: number): void {
    this.#tries.push({ id, sentAtMs, leftMs: performance.now() });
  }

  blame(complaint: string): void {
    this.#complaint = complaint;
  }

  /** How often it was asked for in another form by now. */
  countAgain(): number {
    this.#again += 1;
    return this.#again;
  }

  roundTripMs(id: number): number {
    const found = this.#tries.find((entry) => entry.id === id);
    return performance.now() - (found?.leftMs ?? performance.now());
  }

  succeed(id: number, varbinds: readonly Varbind[], nowMs: number): void {
    const sentAtMs = this.#tries.find((entry) => entry.id === id)?.sentAtMs ?? nowMs;
    if (!this.#settle(true)) return;
    this.#hooks.resolve({ varbinds, sentAtMs, receivedAtMs: Math.max(sentAtMs, nowMs) });
  }

  fail(error: DetourError, answered = false): void {
    if (this.#settle(answered)) this.#hooks.reject(error);
  }

  #settle(answered: boolean): boolean {
    if (this.#over) return false;
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#hooks.settled(
      this.#tries.map(({ id }) => id),
      answered,
    );
    return true;
  }

  /** Until the next try, or the end where a try would not be left as much time as the first one was. */
  #arm(): void {
    const leftMs = this.#endsMs - performance.now();
    const isLast = leftMs - this.#gapMs < 0.99 * this.#firstGapMs;
    this.#timer = setTimeout(() => this.#afterPackets(isLast), Math.max(0, isLast ? leftMs : this.#gapMs));
  }

  /**
   * Timers run before sockets are read: after a stall of ours the answer may well lie there. So packets come first,
   * and the patience of an agent is not tried for what was our own fault.
   */
  #afterPackets(isLast: boolean): void {
    setImmediate(() => {
      if (this.#over) return;
      if (isLast) this.#hooks.expire();
      else this.#onGap();
    });
  }

  #onGap(): void {
    this.#gapMs *= 2;
    this.#arm();
    this.#hooks.retry();
    this.#hooks.send();
  }
}
