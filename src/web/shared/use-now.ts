import { useSyncExternalStore } from 'react';
import { useLive } from '../live/use-live.ts';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The clock of the service, once a second for all who ask. */
export function useNow(): number {
  const offsetMs = useLive((state) => state.clockOffsetMs);
  return useSyncExternalStore(subscribe, () => now) + offsetMs;
}
