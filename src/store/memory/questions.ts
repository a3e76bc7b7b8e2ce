import type { Clock } from '../../core/clock.ts';
import type { Question, QuestionBox } from '../history-record.ts';
import { LIMITS } from '../keys.ts';
import { MemoryLog } from './log.ts';
import { Signal } from './signal.ts';

/** Questions and answers within one process. */
export class MemoryQuestions implements QuestionBox {
  readonly #clock: Clock;
  readonly #log: MemoryLog<{ text: string; untilMs: number }>;
  readonly #answers = new Map<string, string>();
  readonly #waiting = new Set<string>();
  readonly #signal = new Signal();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#log = new MemoryLog(clock);
  }

  async ask(text: string, timeoutMs: number): Promise<string | null> {
    this.#log.append([{ text, untilMs: this.#clock.nowMs() + timeoutMs }]);
    this.#log.keepNewest(LIMITS.questionsMax);
    const id = this.#log.lastId;
    this.#waiting.add(id);
    const deadlineMs = performance.now() + timeoutMs;
    for (let leftMs = timeoutMs; leftMs > 0 && !this.#answers.has(id); leftMs = deadlineMs - performance.now()) {
      await this.#signal.wait(leftMs);
    }
    const answer = this.#answers.get(id) ?? null;
    this.#answers.delete(id);
    this.#waiting.delete(id);
    return answer;
  }

  async next(afterId: string, blockMs: number): Promise<Question[]> {
    const entries = await this.#log.read(afterId, LIMITS.questionsMax, blockMs);
    return entries.map(({ id, value }) => ({ id, ...value }));
  }

  /** An answer that nobody waits for any more is not kept. */
  async answer(questionId: string, text: string): Promise<void> {
    if (this.#waiting.has(questionId)) this.#answers.set(questionId, text);
    this.#signal.notify();
  }

  close(): void {
    this.#log.close();
  }
}
