/**
 * One read for all who ask while the one before is under way. A read always begins after it was asked for, so that
 * nobody gets an older answer than they would have got alone; under load many share each. With `pause` the next one
 * begins no sooner than that after the one before: who asks again and again waits a little, and shares with more.
 */
export function shareReads<T>(read: () => Promise<T>, pause?: () => Promise<void>): () => Promise<T> {
  let running: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    const own = read();
    const rest: Promise<unknown> = pause === undefined ? own : own.then(pause, pause);
    const isOver = (): void => {
      if (running === rest) running = null;
    };
    running = rest;
    rest.then(isOver, isOver);
    return own;
  };
  return () => {
    if (next !== null) return next;
    if (running === null) return begin();
    next = running.then(begin, begin);
    return next;
  };
}
