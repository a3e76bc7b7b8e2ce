import { Piscina } from 'piscina';
import { DetourError, messageOf } from '../core/errors.ts';
import type { Service } from './lifecycle.ts';

export interface ThreadPoolOptions<Task, Answer> {
  readonly name: string;
  /** The worker's built file; exports one function as `exportName`. */
  readonly worker: URL;
  readonly exportName: string;
  /** The same function, for where a thread cannot load it: run from the sources it is called right here. */
  readonly inline: (task: Task) => Answer;
  /** Tasks that may wait for the thread; the next one is refused with BUSY. */
  readonly maxQueue: number;
  readonly timeoutMs: number;
}

export interface ThreadPool<Task, Answer> extends Service {
  /** Rejects with BUSY when too much waits, TIMEOUT when it takes too long; the task is ended then. */
  run(task: Task): Promise<Answer>;
}

/** How long an idle thread is kept, ms: a network in memory is not kept for ever for a question asked once. */
const IDLE_MS = 30_000;

/** One thread for work that takes long, started when there is some, and a queue that is bounded. */
export function threadPool<Task, Answer>(options: ThreadPoolOptions<Task, Answer>): ThreadPool<Task, Answer> {
  const { name, worker, exportName, inline, maxQueue, timeoutMs } = options;
  if (worker.pathname.endsWith('.ts')) return inlinePool(name, inline);
  let pool: Piscina<Task, Answer> | null = null;
  const limits = { minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, maxQueue };
  return {
    name,
    start: async () => {
      pool = new Piscina({ filename: worker.href, name: exportName, ...limits });
    },
    stop: async () => {
      const stopping = pool;
      pool = null;
      await stopping?.destroy();
    },
    run: async (task) => {
      if (!pool) throw new DetourError('NOT_READY', `the ${name} are not started`);
      if (pool.queueSize >= maxQueue) throw busy(name);
      return pool.run(task, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
        throw asTimeout(error, timeoutMs);
      });
    },
  };
}

function busy(name: string): DetourError {
  return new DetourError('BUSY', `too many ${name} wait already`, { hint: 'try again in some seconds' });
}

function asTimeout(error: unknown, timeoutMs: number): unknown {
  const isLate = error instanceof Error && error.name === 'AbortError';
  if (!isLate) return error;
  return new DetourError('TIMEOUT', `it took longer than ${timeoutMs / 1000} s: ${messageOf(error)}`, { cause: error });
}

function inlinePool<Task, Answer>(name: string, inline: (task: Task) => Answer): ThreadPool<Task, Answer> {
  const nothing = async (): Promise<void> => undefined;
  return { name, start: nothing, stop: nothing, run: async (task) => inline(task) };
}
