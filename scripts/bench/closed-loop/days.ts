import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { formatDuration } from '../../../src/core/units.ts';
import type { Day } from './day.ts';
import type { DayFile } from './day-file.ts';
import type { Answer, Task } from './day-worker.ts';
import type { LoopResult } from './run.ts';

export interface DaysOptions {
  readonly days: readonly Day[];
  /** Processes that play at the same time. */
  readonly workers: number;
  /** Stops after this time with what was played until then, ms; Infinity for never. */
  readonly limitMs: number;
  /** Finished days are read from it first, and added to it; null for none. */
  readonly file: DayFile | null;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Most of what a second makes is forgotten in the next: with the usual 16 MB a tenth of the time goes to collecting it. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];
const WORKER = fileURLToPath(new URL('./day-worker.ts', import.meta.url));

/** Plays days in processes of their own; answers those of which something was played, in order. */
export async function playDays(options: DaysOptions): Promise<LoopResult[]> {
  const { days, workers, file, tell } = options;
  const results = new Map<Day, LoopResult>();
  for (const day of days) {
    const known = file?.find(day);
    if (known) results.set(day, known);
  }
  if (results.size > 0) tell(`${results.size} of ${days.length} days are known from ${file?.path}`);
  const waiting = days.filter((day) => !results.has(day));
  const watch = new Progress(waiting, tell);
  const overAtMs = Number.isFinite(options.limitMs) ? Date.now() + options.limitMs : null;
  const worker = async (): Promise<void> => {
    for (let day = waiting.shift(); day && !isOver(options.signal, overAtMs); day = waiting.shift()) {
      const result = await playAlone({ day, overAtMs }, options.signal, watch);
      if (!result || result.seconds === 0) continue;
      results.set(day, result);
      if (result.seconds === day.seconds) await file?.add(day, result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, waiting.length) }, worker));
  return days.flatMap((day) => results.get(day) ?? []);
}

function isOver(signal: AbortSignal, overAtMs: number | null): boolean {
  return signal.aborted || (overAtMs !== null && Date.now() > overAtMs);
}

/** Null where the signal came first. Rejects when the worker breaks. */
function playAlone(task: Task, signal: AbortSignal, watch: Progress): Promise<LoopResult | null> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { execArgv: [...process.execArgv, ...NODE_OPTIONS] });
    const stop = () => child.kill('SIGKILL');
    signal.addEventListener('abort', stop);
    let result: LoopResult | null = null;
    child.on('message', (answer: Answer) => {
      if ('line' in answer) return watch.tell(task.day, answer.playedSeconds, answer.line);
      result = answer.result;
      child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (result || signal.aborted) resolve(result);
      else reject(new Error(`the worker of day ${task.day.day} ended with ${code}`));
    });
    child.send(task);
  });
}

/** How far all days together are, and when they will be played at this pace. */
class Progress {
  readonly #tell: (line: string) => void;
  readonly #played = new Map<Day, number>();
  readonly #allSeconds: number;
  readonly #startedMs = Date.now();

  constructor(days: readonly Day[], tell: (line: string) => void) {
    this.#tell = tell;
    this.#allSeconds = days.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  tell(day: Day, playedSeconds: number, line: string): void {
    this.#played.set(day, playedSeconds);
    const played = [...this.#played.values()].reduce((sum, seconds) => sum + seconds, 0);
    const leftMs = ((Date.now() - this.#startedMs) * (this.#allSeconds - played)) / played;
    const share = `${((100 * played) / this.#allSeconds).toFixed(1)} %, ${formatDuration(leftMs)} to go`;
    this.#tell(`${share}; day ${day.day + 1} ${line}`);
  }
}
