/**
 * One read for all who ask while the one before is under way. A read always begins after it was asked for, so that
 * nobody gets an older answer than they would have got alone; under load many share each.
 */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    const own = read();
    const isOver = (): void => {
      if (running === own) running = null;
    };
    running = own;
    own.then(isOver, isOver);
    return own;
  };
  return () => {
    if (next !== null) return next;
    if (running === null) return begin();
    next = running.then(begin, begin);
    return next;
  };
}
