import { type Day, playDay } from './day.ts';
import type { LoopResult } from './run.ts';

/** What a worker is told to do: a day, and when (by the wall clock) it has to come to an end. */
export interface Task {
  readonly day: Day;
  readonly overAtMs: number | null;
}

/** What it answers: how far it is, and in the end the result. */
export type Answer = { readonly playedSeconds: number; readonly line: string } | { readonly result: LoopResult };

function send(answer: Answer): void {
  process.send?.(answer);
}

process.on('disconnect', () => process.exit(0));
process.on('message', ({ day, overAtMs }: Task) => {
  const isOver = () => overAtMs !== null && Date.now() > overAtMs;
  playDay(day, isOver, (playedSeconds, line) => send({ playedSeconds, line })).then(
    (result) => send({ result }),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
