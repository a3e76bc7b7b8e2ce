import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/**
 * Collects this thread's garbage once it has nothing else to do. For threads that work now and then: what a task has
 * left behind stays in memory for as long as a thread sleeps, because V8 collects only when something is allocated.
 */
export function collectWhenIdle(): void {
  collect ??= exposedCollector();
  setImmediate(collect);
}

/** There is no other way to ask for a collection from inside a running process. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
