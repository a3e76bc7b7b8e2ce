import { type Static, Type } from 'typebox';
import type { Clock } from '../core/clock.ts';
import { DetourError, ERRORS, type ErrorKey, messageOf } from '../core/errors.ts';
import { pause } from '../core/pause.ts';
import { compileSchema } from '../core/schema.ts';
import type { Question, QuestionBox } from '../store/history-record.ts';
import {
  type BaselineAnswer,
  BaselineAnswerSchema,
  type BaselineQuery,
  BaselineQuerySchema,
  type HistoryReader,
  type MinuteBlock,
  type RangeAnswer,
  RangeAnswerSchema,
  type RangeQuery,
  RangeQuerySchema,
  type ScanQuery,
} from './history.ts';

const AskSchema = Type.Union([
  Type.Object({ ask: Type.Literal('range'), query: RangeQuerySchema }),
  Type.Object({ ask: Type.Literal('baseline'), query: BaselineQuerySchema }),
]);
type Ask = Static<typeof AskSchema>;
const ask = compileSchema(AskSchema, 'INVALID_INPUT');

const ReplySchema = Type.Union([
  Type.Object({ answer: Type.Unknown() }),
  Type.Object({
    error: Type.Object({ key: Type.String(), message: Type.String(), field: Type.Optional(Type.String()) }),
  }),
]);
const reply = compileSchema(ReplySchema, 'CORRUPT_RECORD');
const rangeAnswer = compileSchema(RangeAnswerSchema, 'CORRUPT_RECORD');
const baselineAnswer = compileSchema(BaselineAnswerSchema, 'CORRUPT_RECORD');

const BLOCK_MS = 500;
/** Questions that are worked on at once; others wait, and are left out once nobody waits for them any more. */
const AT_ONCE = 4;

export interface AnswererOptions {
  readonly questions: QuestionBox;
  readonly reader: HistoryReader;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The owner's side: answers what other processes ask of its history. */
export class Answerer {
  readonly #options: AnswererOptions;
  readonly #stopping = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #done: Promise<void> = Promise.resolve();
  #afterId = '0';

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#done = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    await Promise.all(this.#working);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    const { questions, onError } = this.#options;
    while (!signal.aborted) {
      try {
        for (const question of await questions.next(this.#afterId, BLOCK_MS)) {
          this.#afterId = question.id;
          await this.#take(question);
        }
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await pause(1000, signal);
      }
    }
  }

  async #take(question: Question): Promise<void> {
    if (question.untilMs <= this.#options.clock.nowMs() || this.#stopping.signal.aborted) return;
    while (this.#working.size >= AT_ONCE) await Promise.race(this.#working);
    const work = this.#answer(question).catch(this.#options.onError);
    this.#working.add(work);
    work.finally(() => this.#working.delete(work));
  }

  async #answer({ id, text }: Question): Promise<void> {
    const { questions, reader } = this.#options;
    const outcome = await answerTo(reader, text).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error: describe(error) }),
    );
    await questions.answer(id, JSON.stringify(outcome));
  }
}

async function answerTo(reader: HistoryReader, text: string): Promise<unknown> {
  const asked: Ask = ask.parse(JSON.parse(text));
  return asked.ask === 'range' ? reader.range(asked.query) : reader.baseline(asked.query);
}

function describe(error: unknown): { key: string; message: string; field?: string } {
  if (!(error instanceof DetourError)) return { key: 'INTERNAL', message: messageOf(error) };
  const key = error.code.replace('DETOUR_ERR_', '');
  return { key, message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
}

export interface RemoteHistoryOptions {
  readonly questions: QuestionBox;
  /** Answers where the owner does not: it knows what is closed. */
  readonly closed: HistoryReader;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** An answer on the screen is not worth more of anybody's time. */
const TIMEOUT_MS = 5_000;
/** Where nobody answered, nobody is asked again for this long. */
const ABSENT_MS = 10_000;

/** Asks the owner, who knows the open hour too; without one, what is closed is read here. */
export class RemoteHistory implements HistoryReader {
  readonly #options: RemoteHistoryOptions;
  #absentUntilMs = 0;

  constructor(options: RemoteHistoryOptions) {
    this.#options = options;
  }

  async range(query: RangeQuery): Promise<RangeAnswer> {
    const answer = await this.#ask({ ask: 'range', query });
    return answer === null ? this.#options.closed.range(query) : rangeAnswer.parse(answer);
  }

  async baseline(query: BaselineQuery): Promise<BaselineAnswer> {
    const answer = await this.#ask({ ask: 'baseline', query });
    return answer === null ? this.#options.closed.baseline(query) : baselineAnswer.parse(answer);
  }

  /** Bulk reading is for the files: it would hold the owner up. */
  scan(query: ScanQuery): AsyncIterable<MinuteBlock> {
    return this.#options.closed.scan(query);
  }

  close(): Promise<void> {
    return this.#options.closed.close();
  }

  async #ask(question: Ask): Promise<unknown> {
    const { questions, clock, timeoutMs = TIMEOUT_MS } = this.#options;
    if (clock.nowMs() < this.#absentUntilMs) return null;
    const text = await questions.ask(JSON.stringify(question), timeoutMs);
    if (text === null) {
      this.#absentUntilMs = clock.nowMs() + ABSENT_MS;
      return null;
    }
    const outcome = reply.parse(JSON.parse(text));
    if ('answer' in outcome) return outcome.answer;
    const { key, message, field } = outcome.error;
    throw new DetourError(
      key in ERRORS ? (key as ErrorKey) : 'INTERNAL',
      message,
      field === undefined ? {} : { field },
    );
  }
}
