import type { Question, QuestionBox } from '../history-record.ts';
import { LIMITS } from '../keys.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { fieldOf, readStream } from './stream.ts';

export function redisQuestions({ connection, keys, blocking, clock }: RedisContext): QuestionBox {
  const ask = async (text: string, timeoutMs: number) => {
    const untilMs = clock.nowMs() + timeoutMs;
    const id = await guarded('ask', () =>
      connection.xadd(keys.questions, 'MAXLEN', '~', LIMITS.questionsMax, '*', 'until', untilMs, 'text', text),
    );
    if (id === null) return null;
    const read = { key: keys.answer(id), afterId: '0', limit: 1, blockMs: timeoutMs };
    const [entry] = await guarded('wait for an answer', () => readStream(connection, blocking, read));
    if (!entry) return null;
    await guarded('take an answer', () => connection.unlink(keys.answer(id)));
    return fieldOf(entry, 'text');
  };

  const next = async (afterId: string, blockMs: number): Promise<Question[]> => {
    const read = { key: keys.questions, afterId, limit: LIMITS.questionsMax, blockMs };
    const entries = await guarded('read questions', () => readStream(connection, blocking, read));
    return entries.map((entry) => ({
      id: entry[0],
      text: fieldOf(entry, 'text'),
      untilMs: Number(fieldOf(entry, 'until')) || 0,
    }));
  };

  const answer = async (questionId: string, text: string) => {
    const key = keys.answer(questionId);
    await guarded('answer', async () => {
      const transaction = connection.multi().xadd(key, '*', 'text', text).pexpire(key, LIMITS.answerTtlMs);
      for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
    });
  };

  return { ask, next, answer };
}
