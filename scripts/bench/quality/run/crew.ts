import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaseRecord } from '../record.ts';
import type { Answer, Task } from './worker.ts';

export interface CrewOptions {
  /** How many processes. */
  readonly workers: number;
  /** Folder of reference networks; undefined for the usual one. */
  readonly data: string | undefined;
  /** The next task; null when there is none. */
  readonly next: () => Task | null;
  readonly onCase: (record: CaseRecord, task: Task) => void;
  /** How long a task took when it is done. */
  readonly onDone: (task: Task, spentMs: number) => void;
  /** Ends everything; cases in the making are lost. */
  readonly signal: AbortSignal;
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Works until there are no more tasks or the signal comes. Rejects when a worker breaks. */
export async function work(options: CrewOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => workAlone(options)));
}

/** A process of its own: a linear program cannot be interrupted, a process can. */
function workAlone({ data, next, onCase, onDone, signal }: CrewOptions): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const child = fork(WORKER, [data ?? '']);
  let task: Task | null = null;
  let startedMs = 0;
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  child.on('message', (answer: Answer) => {
    if ('record' in answer) return onCase(answer.record, task as Task);
    if (task) onDone(task, performance.now() - startedMs);
    task = next();
    startedMs = performance.now();
    if (task) child.send(task);
    else child.disconnect();
  });
  return ended(child).then((code) => {
    signal.removeEventListener('abort', stop);
    if (code !== 0 && !signal.aborted) throw new Error(`a worker ended with ${code} in ${JSON.stringify(task)}`);
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
}
